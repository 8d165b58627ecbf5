"""How the debtor can be reached: another number or address, and what is known of those that stand."""

from __future__ import annotations

from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tallystick.access.web import ActorRequest
from tallystick.desk import actions, queries
from tallystick.desk.forms import account as forms
from tallystick.desk.queries import cockpit
from tallystick.desk.web.dialogs import Entered, dialog


@dialog(
    "edit parties",
    forms.ContactPointForm,
    title=gettext_lazy("Add a number or an e-mail address"),
    action=gettext_lazy("Add"),
)
def add_contact(entered: Entered) -> str:
    """Add a way to reach the debtor."""
    point = actions.add_contact_point(
        account_id=entered.account_id,
        kind=entered.values["kind"],
        value=entered.values["value"],
        at=entered.case.at,
        by=entered.by,
    )
    return _("{value} added.").format(value=point.value)


def _as_it_stands(request: ActorRequest, case: queries.Case, form: forms.AccountForm, named: dict[str, int]) -> None:
    point = cockpit.get_contact_point(case, named["contact_point_id"])
    consent = {True: "yes", False: "no", None: ""}[point.consent]
    form.initial = {"state": point.state, "consent": consent, "preferred": point.preferred}


@dialog(
    "edit parties",
    forms.ContactStateForm,
    title=gettext_lazy("What we know of it"),
    action=gettext_lazy("Save"),
    prepare=_as_it_stands,
)
def change_contact(entered: Entered) -> str:
    """Write down what is known of a way to reach the debtor."""
    point = actions.change_contact_point(
        account_id=entered.account_id,
        contact_point_id=entered.named["contact_point_id"],
        state=entered.values["state"],
        consent=entered.values["consent"],
        preferred=entered.values["preferred"],
        at=entered.case.at,
        by=entered.by,
    )
    return _("{value} updated.").format(value=point.value)


def _present_address(request: ActorRequest, case: queries.Case, form: forms.AccountForm, named: dict[str, int]) -> None:
    form.initial = cockpit.address_as_typed(case)


@dialog(
    "edit parties",
    forms.AddressForm,
    title=gettext_lazy("Postal address"),
    action=gettext_lazy("Save address"),
    prepare=_present_address,
)
def address(entered: Entered) -> str:
    """Set the debtor's postal address from today on."""
    actions.set_address(
        account_id=entered.account_id,
        lines=entered.values["lines"],
        town=entered.values["town"],
        county=entered.values["county"],
        postcode=entered.values["postcode"],
        at=entered.case.at,
        by=entered.by,
    )
    return _("Address saved; the one before is kept.")


urlpatterns = [
    path("accounts/<int:account_id>/contact", add_contact, name="add_contact"),
    path("accounts/<int:account_id>/contact/<int:contact_point_id>", change_contact, name="change_contact"),
    path("accounts/<int:account_id>/address", address, name="address"),
]
