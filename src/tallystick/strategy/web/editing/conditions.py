"""What is said of a condition while it is typed: words that may come next, how it reads, and of how many accounts it is true."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.conf import settings
from django.http import HttpResponseBase, JsonResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from tallystick.access.web import ActorRequest, requires
from tallystick.kernel import clock
from tallystick.kernel.calendars import local_day
from tallystick.strategy.queries import editing, versions
from tallystick.strategy.rules import completion, mistakes, plain, types
from tallystick.strategy.rules.types import Catalogue

#: So many words are shown; whoever wants another types on.
_MOST = 12
#: Longer than any condition that the language allows.
_LONGEST = 2_000


@requires("publish strategies")
@require_GET
def complete(request: ActorRequest, copy_id: int) -> HttpResponseBase:
    """Give the words that may come next in a condition of a document, and what the whole of it says."""
    copy = editing.get_copy(copy_id, by=request.actor)
    words = editing.words_of(versions.program_of(copy.document).document)
    text, cursor = request.GET.get("text", "")[:_LONGEST], request.GET.get("cursor", "")
    place = int(cursor) if cursor.isdecimal() else len(text)
    found = completion.complete(text, place, words)
    return JsonResponse(
        {
            "from": found.replaced.start,
            "to": found.replaced.end,
            "words": [
                {"word": each.word, "kind": str(each.kind.label), "meaning": each.meaning}
                for each in found.suggestions[:_MOST]
            ],
            **said_of(request, text, words),
        }
    )


def said_of(request: ActorRequest, text: str, words: Catalogue) -> dict[str, Any]:
    """Say how a condition reads and of how many accounts it is true, or what is wrong with it."""
    if not text.strip():
        return {"aloud": "", "mistake": "", "count": ""}
    try:
        tree = types.understand(text, words)
    except mistakes.ConditionMistake as mistake:
        return {"aloud": "", "mistake": str(mistake), "count": ""}
    day = local_day(clock.now(), settings.TIME_ZONE)
    count = editing.count(tree, words, scope=request.actor.scope, day=day)
    return {"aloud": plain.read_aloud(tree, words), "mistake": "", "count": _said_count(count)}


def _said_count(count: editing.Count | None) -> str:
    if count is None:
        return ""
    said = ngettext("{number} account", "{number} accounts", count.accounts).format(
        number=plain.value_aloud(Decimal(count.accounts))
    )
    if count.is_about:
        return _("On today's book: about {accounts}").format(accounts=said)
    return _("On today's book: {accounts}").format(accounts=said)
