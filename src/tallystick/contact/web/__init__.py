"""The web door: what waits to leave and what went wrong, what messages say, and the bytes as they were."""

from django.urls import URLPattern, path

from tallystick.contact.web import documents, notices, outbox, templates

urlpatterns: list[URLPattern] = [
    path("", outbox.outbox, name="outbox"),
    path("messages/<int:message_id>", outbox.message, name="message"),
    path("messages/<int:message_id>/resend", outbox.resend, name="resend"),
    path("messages/<int:message_id>/cancel", outbox.cancel, name="cancel"),
    path("documents/<int:document_id>", documents.document, name="document"),
    path("notices", notices.own, name="notices"),
    path("notices/house", notices.house, name="house_notices"),
    path("notices/digests/<int:digest_id>", notices.digest, name="digest"),
    path("notices/digests/<int:digest_id>/resend", notices.resend, name="resend_digest"),
    path("templates", templates.templates, name="templates"),
    path("templates/new", templates.new_template, name="new_template"),
    path("templates/<int:template_id>", templates.template, name="template"),
    path("templates/<int:template_id>/letter.pdf", templates.letter, name="letter"),
    path("templates/<int:template_id>/edit", templates.edit_template, name="edit_template"),
    path("templates/<int:template_id>/publish", templates.publish, name="publish"),
]
