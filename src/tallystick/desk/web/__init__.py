"""Pages of the desk. Each module lists its addresses; here they are put together."""

from tallystick.desk.web import style

urlpatterns = [*style.urlpatterns]
