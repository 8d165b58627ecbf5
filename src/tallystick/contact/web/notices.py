"""How soon people are told, as each chooses and an administrator for whoever chose nothing; and what became of digests."""

from __future__ import annotations

from django.contrib import messages as said
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tallystick.access.rules.rights import ROLE_NAMES
from tallystick.access.web import ActorRequest, requires, signed_in
from tallystick.contact import actions
from tallystick.contact.forms import PacesForm
from tallystick.contact.queries import digests as digest_queries
from tallystick.contact.queries.outbox import REASONS
from tallystick.contact.rules.digests import kind_aloud
from tallystick.contact.rules.words import Audience, To
from tallystick.kernel import clock
from tallystick.kernel.refusals import NotFound, NotPermitted, Refusal

#: Whom the house chooses for: everybody of a role, and what people are to an account.
_AUDIENCES: tuple[tuple[str, str | Promise], ...] = (
    *((str(To(Audience.ROLE, role.value)), name) for role, name in ROLE_NAMES.items()),
    *((str(To(audience)), audience.label) for audience in (Audience.OWNER, Audience.ACCOUNT_MANAGER, Audience.TEAM)),
)


@signed_in
@require_http_methods(["GET", "POST"])
def own(request: ActorRequest) -> HttpResponseBase:
    """Show how soon one is told, what waits and what left, and keep what is chosen."""
    user_id = request.actor.user_id or 0
    form = PacesForm(
        request.POST or None,
        kinds=digest_queries.notice_kinds(),
        chosen=digest_queries.chosen_by(user_id),
        hours=digest_queries.hours_of(user_id),
    )
    if request.method == "POST" and form.is_valid():
        actions.choose_own(
            paces={kind: pace for (kind, _audience), pace in form.paces().items()},
            hour=form.cleaned_data["hour"],
            weekday=form.cleaned_data["weekday"],
            calendar=form.cleaned_data["calendar"],
            at=clock.now(),
            by=request.actor,
        )
        said.success(request, _("Saved."))
        return redirect("contact:notices")
    context = {
        "form": form,
        "leaving": digest_queries.leaving_next(user_id, clock.now()),
        "waiting": _aloud(digest_queries.copies_of(user_id, digest_id=None, scope=request.actor.scope)),
        "digests": digest_queries.digests(user_id=user_id),
    }
    return render(request, "contact/notices.html", context, status=422 if request.method == "POST" else 200)


def _aloud(copies: list[dict[str, object]]) -> list[dict[str, object]]:
    return [{**copy, "about": kind_aloud(str(copy["kind"]))} for copy in copies]


@signed_in
@require_GET
def digest(request: ActorRequest, digest_id: int) -> HttpResponse:
    """Show what one of one's own digests told, as far as one may see it now."""
    user_id = request.actor.user_id or 0
    found = digest_queries.get_digest(digest_id, user_id=user_id)
    copies = digest_queries.copies_of(user_id, digest_id=digest_id, scope=request.actor.scope)
    return render(request, "contact/digest.html", {"digest": found, "copies": _aloud(copies)})


@requires("manage users")
@require_http_methods(["GET", "POST"])
def house(request: ActorRequest) -> HttpResponseBase:
    """Show and keep how soon people are told who chose nothing; who chose otherwise; and the latest digests of everybody."""
    form = PacesForm(
        request.POST or None,
        kinds=digest_queries.notice_kinds(),
        audiences=_AUDIENCES,
        chosen=digest_queries.chosen_by(None),
        hours=digest_queries.hours_of(None),
    )
    if request.method == "POST" and form.is_valid():
        actions.choose_for_house(
            paces=form.paces(),
            hour=form.cleaned_data["hour"],
            weekday=form.cleaned_data["weekday"],
            calendar=form.cleaned_data["calendar"],
            at=clock.now(),
            by=request.actor,
        )
        said.success(request, _("Saved."))
        return redirect("contact:house_notices")
    context = {
        "form": form,
        "people": digest_queries.people_with_choices(),
        "digests": [
            {**each, "reason": REASONS.get(each["refusal"], "")} for each in digest_queries.digests(user_id=None)
        ],
    }
    return render(request, "contact/house_notices.html", context, status=422 if request.method == "POST" else 200)


@requires("manage users")
@require_POST
def resend(request: ActorRequest, digest_id: int) -> HttpResponseBase:
    """Put a digest that failed back into the queue."""
    try:
        actions.resend_digest(digest_id=digest_id, at=clock.now(), by=request.actor)
    except (NotFound, NotPermitted):
        raise
    except Refusal as refusal:
        said.error(request, str(refusal))
    else:
        said.success(request, _("Queued again."))
    return redirect("contact:house_notices")
