"""The web door: bank accounts and their files, lines that wait for a person, and payments."""

from django.urls import URLPattern, path

from tallystick.payments.web import allocating, deciding, importing, overview, received, recording, waiting

urlpatterns: list[URLPattern] = [
    path("", overview.payments, name="payments"),
    path("match", overview.match, name="match"),
    path("bank-accounts/new", overview.new_bank_account, name="new_bank_account"),
    path("import", importing.import_statement, name="import"),
    path("import/look", importing.look, name="look"),
    path("files/<int:file_id>", importing.file, name="file"),
    path("waiting", waiting.waiting, name="waiting"),
    path("lines/<int:line_id>", waiting.line, name="line"),
    path("lines/<int:line_id>/take", deciding.take, name="take"),
    path("lines/<int:line_id>/split", deciding.split, name="split"),
    path("lines/<int:line_id>/park", deciding.park, name="park"),
    path("lines/<int:line_id>/ignore", deciding.ignore, name="ignore"),
    path("lines/<int:line_id>/take-up", deciding.take_up, name="take_up"),
    path("lines/<int:line_id>/bounced/<int:payment_id>", deciding.bounced, name="bounced"),
    path("undo/<int:payment_id>", deciding.undo, name="undo"),
    path("received", received.received, name="received"),
    path("received/new", recording.record, name="record"),
    path("received/<int:payment_id>", received.payment, name="payment"),
    path("received/<int:payment_id>.json", allocating.as_json, name="payment_as_json"),
    path("received/<int:payment_id>/allocate", allocating.allocate, name="allocate"),
    path("received/<int:payment_id>/allocate.json", allocating.allocate_as_json, name="allocate_as_json"),
    path("received/<int:payment_id>/allocate-by-order", allocating.allocate_by_order, name="allocate_by_order"),
]
