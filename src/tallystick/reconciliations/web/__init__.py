"""The web door: statements of finance ledgers, what differs from the book, and what became of it; as pages, JSON and CSV."""

from django.urls import URLPattern, path

from tallystick.reconciliations.web import comparing, following, sending

urlpatterns: list[URLPattern] = [
    path("", comparing.reconciliations, name="reconciliations"),
    path("new", comparing.new, name="new"),
    path("new.json", sending.new_as_json, name="new_as_json"),
    path("daily", following.arrange, name="arrange"),
    path("<int:reconciliation_id>", comparing.reconciliation, name="reconciliation"),
    path("<int:reconciliation_id>.json", sending.as_json, name="as_json"),
    path("<int:reconciliation_id>.csv", sending.as_csv, name="as_csv"),
    path("<int:reconciliation_id>/follow", following.follow, name="follow"),
    path("differences/<int:difference_id>", following.difference, name="difference"),
]
