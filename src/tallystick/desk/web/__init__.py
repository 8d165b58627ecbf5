"""Pages of the desk. Each module lists its addresses; here they are put together."""

from tallystick.desk.web import accounts, ageing, cockpit, outcomes, style, worklist

urlpatterns = [
    *worklist.urlpatterns,
    *accounts.urlpatterns,
    *cockpit.urlpatterns,
    *outcomes.urlpatterns,
    *ageing.urlpatterns,
    *style.urlpatterns,
]
