"""The web door: files taken in, how they are read, what is wrong with them, and the receipt."""

from django.urls import URLPattern, path

from tallystick.intake.web import batches, downloads, mapping, uploading

urlpatterns: list[URLPattern] = [
    path("", batches.intake, name="intake"),
    path("new", uploading.upload, name="upload"),
    path("<int:import_id>", batches.batch, name="batch"),
    path("<int:import_id>/progress", batches.progress, name="progress"),
    path("<int:import_id>/columns", mapping.columns, name="mapping"),
    path("<int:import_id>/heading", mapping.heading, name="heading"),
    path("<int:import_id>/check", batches.check, name="check"),
    path("<int:import_id>/load", batches.load, name="load"),
    path("<int:import_id>/discard", batches.discard, name="discard"),
    path("<int:import_id>/file", downloads.file, name="file"),
    path("<int:import_id>/lines.csv", downloads.faulty_lines, name="faulty_lines"),
]
