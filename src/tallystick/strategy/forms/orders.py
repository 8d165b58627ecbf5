"""Shapes of orders: one form for each word that an order begins with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from tallystick.access.rules.rights import ROLE_NAMES, Role
from tallystick.contact.rules.words import TO_DEBTOR, Audience, Channel, Command
from tallystick.holds.rules import Reason
from tallystick.strategy.forms.parts import Offers, OrderForm, chosen
from tallystick.strategy.forms.tasks import TaskForm, WatchedTaskForm
from tallystick.strategy.rules import plain
from tallystick.strategy.rules.editing.changes import Section
from tallystick.strategy.rules.editing.writing import Plain
from tallystick.worklists.rules import Kind


class _OneValueForm(OrderForm):
    """An order that is a word and a value."""

    value: ClassVar[str]

    def read(self, section: Section) -> dict[str, Any]:
        """Give the first value of the field."""
        return {self.value: section.get("", "")}

    def order(self) -> Plain:
        """Give the order as an item of a list; as it was where it means the same."""
        given = self.cleaned_data[self.value]
        before = self.before.get("")
        return {self.word: before if before is not None and str(before).split() == given.split() else given}

    def field_for(self, keys: Sequence[str | int]) -> str | None:
        """Give the field: there is one."""
        return self.value


class MessageForm(_OneValueForm):
    """A message to the debtor."""

    value = "template"
    template = forms.ChoiceField(label=_("Template"))

    def offer(self) -> None:
        """Fill the choices of the fields."""
        self.fields["template"].choices = _templates(self.offers, self.word, self.initial)  # type: ignore[attr-defined]


class CancelTasksForm(_OneValueForm):
    """Tasks that are cancelled."""

    value = "kind_of_task"
    kind_of_task = forms.ChoiceField(label=_("Open tasks of this kind are cancelled"), choices=Kind.choices())


class LiftHoldForm(_OneValueForm):
    """Holds that are lifted."""

    value = "reason"
    reason = forms.ChoiceField(label=_("Holds of this reason are lifted"), choices=Reason.choices())

    def read(self, section: Section) -> dict[str, Any]:
        """Give the first value of the field."""
        return {"reason": section.get("") or Reason.MANUAL.value}

    def order(self) -> Plain:
        """Give the order; alone it lifts holds by hand, and stays so where it was."""
        if not self.before.get("") and self.cleaned_data["reason"] == Reason.MANUAL and "" in self.before:
            return self.word
        return super().order()


class ServiceForm(_OneValueForm):
    """A command to the creditor's systems."""

    value = "command"
    command = forms.ChoiceField(label=_("The creditor's systems are told to"), choices=Command.choices())


class NoteForm(_OneValueForm):
    """A note on the timeline."""

    value = "text"
    text = forms.CharField(label=_("Note"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))

    def read(self, section: Section) -> dict[str, Any]:
        """Give the first value of the field."""
        return {"text": " ".join(str(section.get("") or "").split())}


class ReleaseForm(OrderForm):
    """A pause that ends before its day: nothing else to say."""

    def order(self) -> Plain:
        """Give the order."""
        return self.word


class HoldForm(OrderForm):
    """A hold."""

    texts = ("days",)
    days = forms.IntegerField(label=_("For how many days"), min_value=1, max_value=3650)
    reason = forms.ChoiceField(label=_("Why"), choices=Reason.choices())

    def read(self, section: Section) -> dict[str, Any]:
        """Give the first values of the fields."""
        return {"days": section.get("days"), "reason": section.get("reason", Reason.MANUAL.value)}

    def given(self) -> dict[str, Plain]:
        """Give what the fields say; what is the default is not written where it was not."""
        said = super().given()
        if self.cleaned_data["reason"] != Reason.MANUAL or "reason" in self.before:
            said["reason"] = self.cleaned_data["reason"]
        return said


class PauseForm(OrderForm):
    """A pause: for some days, until a day, or until somebody ends it."""

    how = forms.ChoiceField(
        label=_("For how long"),
        choices=[
            ("days", _("for a number of days")),
            ("day", _("until a day")),
            ("released", _("until somebody releases it")),
        ],
    )
    days = forms.IntegerField(label=_("Days"), required=False, min_value=1, max_value=3650)
    until = forms.DateField(
        label=_("Until, the first day on which it goes on"),
        required=False,
        widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"),
    )

    def read(self, section: Section) -> dict[str, Any]:
        """Give the first values of the fields."""
        until = section.get("until", "")
        if until == "released":
            return {"how": "released"}
        return {"how": "day" if until else "days", "days": section.get("days"), "until": until or None}

    def clean(self) -> dict[str, Any]:
        """Have what the choice needs."""
        cleaned = super().clean()
        for how, name in (("days", "days"), ("day", "until")):
            if cleaned.get("how") == how and name in cleaned and cleaned[name] is None:
                self.add_error(name, forms.ValidationError(_("This is needed."), code="required"))
        return cleaned

    def given(self) -> dict[str, Plain]:
        """Give what the fields say."""
        cleaned = self.cleaned_data
        if cleaned["how"] == "days":
            return {"days": cleaned["days"], "until": None}
        return {"days": None, "until": "released" if cleaned["how"] == "released" else cleaned["until"].isoformat()}


class NoticeForm(OrderForm):
    """A notice to colleagues."""

    field_of: ClassVar[Mapping[str, str]] = {each.value: "whom" for each in Audience}
    template = forms.ChoiceField(label=_("Template"))
    whom = forms.ChoiceField(label=_("Who is told"))

    def read(self, section: Section) -> dict[str, Any]:
        """Give the first values of the fields."""
        found = next((each.value for each in Audience if each.value in section), "")
        named = section.get(found)
        return {
            "template": section.get("template", ""),
            "whom": f"{found}:{'' if isinstance(named, bool) else named}" if found else "",
        }

    def offer(self) -> None:
        """Fill the choices of the fields."""
        self.fields["template"].choices = _templates(self.offers, Channel.NOTICE, self.initial)  # type: ignore[attr-defined]
        groups: list[tuple[Any, Any]] = [
            ("owner:", _("whoever looks after the account")),
            ("account_manager:", _("the creditor's own account manager")),
            ("team:", _("the account's team")),
            (_("Everybody with the role"), [(f"role:{role.value}", ROLE_NAMES[role]) for role in Role]),
            (_("The team"), [(f"team:{name}", name) for name in self.offers.teams]),
            (_("One person"), [(f"user:{name}", title) for name, title in self.offers.users]),
        ]
        groups = [group for group in groups if not isinstance(group[1], list) or group[1]]
        known = [value for _name, within in groups if isinstance(within, list) for value, _title in within]
        now = str(self.initial.get("whom") or "")
        if now and now not in known and now not in dict(groups[:3]):
            groups.append((now, now.partition(":")[2]))
        self.fields["whom"].choices = groups  # type: ignore[attr-defined]

    def given(self) -> dict[str, Plain]:
        """Give what the fields say."""
        audience, _colon, name = self.cleaned_data["whom"].partition(":")
        gone: dict[str, Plain] = {each.value: None for each in Audience if each.value != audience}
        return {**gone, audience: name or True, "template": self.cleaned_data["template"]}


def _templates(offers: Offers, channel: str, initial: Mapping[str, Any]) -> list[tuple[str, Any]]:
    names = [(name, plain.name_aloud(name)) for name in offers.templates.get(channel, ())]
    return [("", _("Choose a template")), *chosen(names, str(initial.get("template") or ""))]


_FORMS: dict[str, type[OrderForm]] = {
    **{channel.value: MessageForm for channel in TO_DEBTOR},
    "task": TaskForm,
    "cancel_tasks": CancelTasksForm,
    "hold": HoldForm,
    "lift_hold": LiftHoldForm,
    "pause": PauseForm,
    "release": ReleaseForm,
    "service": ServiceForm,
    "notify": NoticeForm,
    "note": NoteForm,
}

#: What an order is called where one is added.
ORDER_NAMES: dict[str, Any] = {
    "email": _("E-mail"),
    "letter": _("Letter"),
    "sms": _("Text message"),
    "task": _("Task for a person"),
    "cancel_tasks": _("Cancel open tasks"),
    "hold": _("Hold the account"),
    "lift_hold": _("Lift a hold"),
    "pause": _("Pause the account"),
    "release": _("End a pause"),
    "service": _("Suspend or resume the service"),
    "notify": _("Tell colleagues"),
    "note": _("Note"),
}


def order_form(
    word: str, data: Any = None, *, before: Plain = None, offers: Offers, is_watched: bool, prefix: str | None = None
) -> OrderForm:
    """Make the form of an order; the task of a step may be watched over.

    `before` is the order as the document has it: a word, or a word with what belongs to it.
    """
    within = before.get(word) if isinstance(before, dict) else None
    section: Section = within if isinstance(within, dict) else {"": within} if before is not None else {}
    form = WatchedTaskForm if word == "task" and is_watched else _FORMS[word]
    return form(data, word=word, before=section, offers=offers, prefix=prefix)
