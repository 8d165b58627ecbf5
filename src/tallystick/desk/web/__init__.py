"""Pages of the desk. Each module lists its addresses; here they are put together."""

from django.urls import URLPattern

from tallystick.desk.web import (
    accounts,
    ageing,
    charges,
    cockpit,
    credits,
    home,
    next,
    outcomes,
    reach,
    speaking,
    statements,
    style,
    team,
    undoing,
    uploads,
    work,
    worklist,
)

urlpatterns: list[URLPattern] = [
    *home.urlpatterns,
    *worklist.urlpatterns,
    *next.urlpatterns,
    *team.urlpatterns,
    *accounts.urlpatterns,
    *cockpit.urlpatterns,
    *statements.urlpatterns,
    *charges.urlpatterns,
    *credits.urlpatterns,
    *outcomes.urlpatterns,
    *work.urlpatterns,
    *reach.urlpatterns,
    *speaking.urlpatterns,
    *undoing.urlpatterns,
    *uploads.urlpatterns,
    *ageing.urlpatterns,
    *style.urlpatterns,
]
