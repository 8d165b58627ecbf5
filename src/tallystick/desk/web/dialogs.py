"""Dialogs about an account: a form that is asked for and saved by one view.

A form is asked for with GET and comes as the content of the page's dialog, or as a page of its own where no script asks. It is
saved with POST: on success the page of the account is shown again; what was entered wrongly, or refused, comes back in the
dialog with status 422.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise as Lazy
from django.views.decorators.http import require_http_methods

from tallystick.access.web import ActorRequest, requires
from tallystick.desk import queries
from tallystick.desk.forms.account import AccountForm
from tallystick.desk.web import shared
from tallystick.kernel.actor import Actor
from tallystick.kernel.refusals import NotFound, NotPermitted, Refusal


@dataclass(frozen=True, slots=True)
class Entered:
    """What somebody entered about an account, read and well-formed."""

    request: ActorRequest
    case: queries.Case
    form: Any
    #: Further parts of the address: the hold that is moved, the task that is put off.
    named: dict[str, int]

    @property
    def values(self) -> dict[str, Any]:
        """The values of the form."""
        values: dict[str, Any] = self.form.cleaned_data
        return values

    @property
    def account_id(self) -> int:
        """The account."""
        return self.case.account.pk

    @property
    def by(self) -> Actor:
        """Who entered it."""
        return self.request.actor


#: Saves what was entered, and gives the sentence that says so.
Save = Callable[[Entered], str]
#: Completes a form with what depends on the rest of the address.
Prepare = Callable[[ActorRequest, queries.Case, AccountForm, dict[str, int]], None]


def dialog(
    right: str,
    form_class: type[AccountForm],
    *,
    title: Lazy,
    action: Lazy,
    template: str = "desk/cockpit/_dialog.html",
    prepare: Prepare | None = None,
) -> Callable[[Save], Callable[..., HttpResponseBase]]:
    """Make a view of a function that saves a form: the view asks for the form, saves it, and shows what is refused."""

    def decorate(save: Save) -> Callable[..., HttpResponseBase]:
        @requires(right)
        @require_http_methods(["GET", "POST"])
        def view(request: ActorRequest, account_id: int, **named: int) -> HttpResponseBase:
            case = shared.case_of(request, account_id)
            is_sent = request.method == "POST"
            form = form_class(
                request.POST if is_sent else None, case=case, initial=None if is_sent else form_class.starts_with(case)
            )
            if prepare is not None:
                prepare(request, case, form, named)
            refusal: Refusal | None = None
            if is_sent and form.is_valid():
                try:
                    said = save(Entered(request, case, form, named))
                except (NotFound, NotPermitted):
                    raise
                except Refusal as refused:
                    refusal = refused
                else:
                    messages.success(request, said)
                    return moved_on(request, account_id)
            context = {"case": case, "account": case.account, "form": form.put_focus(), "refusal": refusal}
            return show(
                request, template, {**context, "title": title, "action": action}, status=422 if is_sent else 200
            )

        view.__doc__, view.__name__ = save.__doc__, save.__name__
        return view

    return decorate


def show(request: ActorRequest, template: str, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    """Show a fragment in the page's dialog, or on a page of its own."""
    if request.htmx:  # type: ignore[attr-defined]
        return render(request, template, context, status=status)
    return render(request, "desk/dialog.html", {**context, "fragment": template}, status=status)


def moved_on(request: ActorRequest, account_id: int) -> HttpResponse:
    """Go to the account again, now that something is done; Enter there goes on to the next one."""
    return go_to(request, f"{reverse('desk:account', args=[account_id])}?done")


def go_to(request: ActorRequest, address: str) -> HttpResponse:
    """Go to an address, from a page or from a dialog."""
    if request.htmx:  # type: ignore[attr-defined]
        return HttpResponse(status=204, headers={"HX-Redirect": address})
    return redirect(address)
