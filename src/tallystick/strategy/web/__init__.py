"""The web door: strategies and what they say, their runs, and why something was decided."""

from django.urls import URLPattern, path

from tallystick.strategy.web import comparing, documents, golden, lifecycle, reasons, runs, trials

urlpatterns: list[URLPattern] = [
    path("", documents.strategies, name="strategies"),
    path("new", documents.new_version, name="new_strategy"),
    path("import", comparing.bring_in, name="import"),
    path("facts", documents.facts, name="facts"),
    path("versions/<int:version_id>", documents.version, name="version"),
    path("versions/<int:version_id>/edit", documents.new_version, name="new_version"),
    path("versions/<int:version_id>/document.yaml", comparing.download, name="download"),
    path("versions/<int:version_id>/compare", comparing.compare, name="compare"),
    path("versions/<int:version_id>/approve", lifecycle.approve, name="approve"),
    path("versions/<int:version_id>/send-back", lifecycle.send_back, name="send_back"),
    path("versions/<int:version_id>/publish", lifecycle.publish, name="publish"),
    path("versions/<int:version_id>/roll-back", lifecycle.roll_back, name="roll_back"),
    path("versions/<int:version_id>/plans/<int:plan_id>/cancel", lifecycle.cancel_plan, name="cancel_plan"),
    path("versions/<int:version_id>/rehearse", documents.rehearse, name="rehearse"),
    path("versions/<int:version_id>/assign", documents.assign, name="assign"),
    path("versions/<int:version_id>/golden", golden.write, name="write_golden"),
    path("versions/<int:version_id>/golden/<slug:name>", golden.change, name="change_golden"),
    path("accounts/<int:account_id>/golden", golden.keep, name="keep_golden"),
    path("trials", trials.trials, name="trials"),
    path("trials/new", trials.register, name="new_trial"),
    path("trials/<int:trial_id>", trials.trial, name="trial"),
    path("trials/<int:trial_id>.json", trials.trial_json, name="trial_json"),
    path("trials/<int:trial_id>.csv", trials.trial_csv, name="trial_csv"),
    path("trials/<int:trial_id>/look", trials.look, name="look_at_trial"),
    path("trials/<int:trial_id>/end", trials.end, name="end_trial"),
    path("trials/<int:trial_id>/draft", trials.draft, name="draft_of_trial"),
    path("runs", runs.runs, name="runs"),
    path("runs/start", runs.start, name="start_run"),
    path("runs/<int:run_id>", runs.run, name="run"),
    path("runs/<int:run_id>/pause", runs.pause, name="pause_run"),
    path("runs/<int:run_id>/resume", runs.resume, name="resume_run"),
    path("runs/<int:run_id>/retry", runs.retry, name="retry_run"),
    path("accounts/<int:account_id>", reasons.why, name="why"),
    path("accounts/<int:account_id>.json", reasons.why_json, name="why_json"),
    path("accounts/<int:account_id>/decisions/<int:decision_id>", reasons.decision, name="decision"),
]
