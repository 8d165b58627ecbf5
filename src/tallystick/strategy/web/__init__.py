"""The web door: strategies and what they say, their runs, and why something was decided."""

from django.urls import URLPattern, path

from tallystick.strategy.web import documents, reasons, runs

urlpatterns: list[URLPattern] = [
    path("", documents.strategies, name="strategies"),
    path("new", documents.new_version, name="new_strategy"),
    path("facts", documents.facts, name="facts"),
    path("versions/<int:version_id>", documents.version, name="version"),
    path("versions/<int:version_id>/edit", documents.new_version, name="new_version"),
    path("versions/<int:version_id>/document.yaml", documents.download, name="download"),
    path("versions/<int:version_id>/publish", documents.publish, name="publish"),
    path("versions/<int:version_id>/rehearse", documents.rehearse, name="rehearse"),
    path("versions/<int:version_id>/assign", documents.assign, name="assign"),
    path("runs", runs.runs, name="runs"),
    path("runs/start", runs.start, name="start_run"),
    path("runs/<int:run_id>", runs.run, name="run"),
    path("accounts/<int:account_id>", reasons.why, name="why"),
    path("accounts/<int:account_id>.json", reasons.why_json, name="why_json"),
    path("accounts/<int:account_id>/decisions/<int:decision_id>", reasons.decision, name="decision"),
]
