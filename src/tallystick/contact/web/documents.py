"""Give a stored file to those who may see its account, exactly as it is."""

from __future__ import annotations

import io

from django.http import FileResponse
from django.views.decorators.http import require_GET

from tallystick.access.web import ActorRequest, concerns, requires
from tallystick.contact.queries import outbox as outbox_queries
from tallystick.documents import queries as document_queries
from tallystick.documents.rules.files import SHOWN_INLINE
from tallystick.kernel.refusals import NotFound


@requires("see accounts")
@require_GET
def document(request: ActorRequest, document_id: int) -> FileResponse:
    """Give the bytes of a document. A browser shows only what cannot carry a script; all else is saved.

    :raises NotFound: there is none, or it belongs to an account the reader may not see
    """
    belongs_to = outbox_queries.account_of_document(document_id)
    scope = request.actor.scope
    if belongs_to is None:
        if scope.client_ids is not None:
            raise NotFound(what="document", reference=document_id)
        concerns(request, kind="document", thing_id=document_id)
    else:
        account_id, client_id = belongs_to
        if not scope.allows(client_id):
            raise NotFound(what="document", reference=document_id)
        concerns(request, account_id=account_id, kind="document", thing_id=document_id)
    found = document_queries.get_document(document_id)
    is_shown = found.media_type in SHOWN_INLINE and "save" not in request.GET
    response = FileResponse(
        io.BytesIO(document_queries.content_of(found)),
        as_attachment=not is_shown,
        filename=found.name,
        content_type="text/plain; charset=utf-8" if found.media_type == "text/plain" else found.media_type,
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response
