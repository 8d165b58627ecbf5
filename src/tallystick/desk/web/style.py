"""The style guide: every part of the look with made-up data, for those who write pages and for administrators."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext_lazy as _

from tallystick.access.web import ActorRequest, signed_in
from tallystick.desk.rules.charts import Bar
from tallystick.kernel.money import Money
from tallystick.kernel.refusals import NotFound

_TODAY = date(2026, 3, 3)
_NOW = datetime(2026, 3, 3, 14, 5, tzinfo=UTC)


class SampleForm(forms.Form):
    """One field of each kind."""

    amount = forms.DecimalField(
        label=_("Amount"),
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
        help_text=_("Everything that is due, unless you change it."),
    )
    pay_on = forms.DateField(label=_("Pay by"), widget=forms.DateInput(attrs={"placeholder": "fri, +7, eom"}))
    method = forms.ChoiceField(
        label=_("How"), choices=[("bank", _("Bank transfer")), ("card", _("Card")), ("debit", _("Direct debit"))]
    )
    channel = forms.ChoiceField(
        label=_("Answer by"), widget=forms.RadioSelect, choices=[("mail", _("E-mail")), ("letter", _("Letter"))]
    )
    note = forms.CharField(label=_("Note"), widget=forms.Textarea(attrs={"rows": 3}), required=False)
    confirmed = forms.BooleanField(label=_("I read the terms to the customer"))


class _SampleKey(forms.Form):
    file = forms.FileField(label=_("Statement"), help_text=_("CAMT.053, MT940 or CSV, at most 50 MB."))


_ACCOUNTS: tuple[tuple[str, str, str, str, str, str, int, int, str, date], ...] = (
    ("Amelia Hughes", "AV-104233", "Avon Water", "Promise due", "warn", "calendar-clock", 128460, 12, "Call", _TODAY),
    ("Oliver Khan", "AV-104270", "Kestrel Energy", "Broken promise", "bad", "circle-alert", 64215, 45, "Call", _TODAY),
    ("Isla Thompson Joinery Ltd", "AV-104307", "Avon Water", "Plan", "ok", "circle-check", 12840, 67, "Review", _TODAY),
    (
        "Noah Williams",
        "AV-104344",
        "Avon Water",
        "Breathing space",
        "hold",
        "circle-pause",
        221075,
        130,
        "None",
        _TODAY,
    ),
    (
        "Freya Campbell",
        "AV-104381",
        "Kestrel Energy",
        "Disputed",
        "info",
        "message-circle-question-mark",
        391000,
        8,
        "Reply",
        _TODAY,
    ),
    (
        "George Okafor",
        "AV-104418",
        "Mersey Credit",
        "Broken promise",
        "bad",
        "circle-alert",
        391000,
        96,
        "Letter",
        _TODAY,
    ),
    ("Ava Davies", "AV-104455", "Avon Water", "New", "info", "sparkles", 128460, 3, "Welcome letter", _TODAY),
    (
        "Harry Patel",
        "AV-104492",
        "Kestrel Energy",
        "Promise due",
        "warn",
        "calendar-clock",
        -6500,
        33,
        "Refund",
        _TODAY,
    ),
    ("Mia Robertson", "AV-104529", "Kestrel Energy", "Plan", "ok", "circle-check", 12840, 210, "Review", _TODAY),
    ("Leo Evans", "AV-104566", "Avon Water", "New", "info", "sparkles", 12840, 5, "Welcome letter", _TODAY),
    (
        "Sophie Murray",
        "AV-104603",
        "Kestrel Energy",
        "Broken promise",
        "bad",
        "circle-alert",
        391000,
        72,
        "Call",
        _TODAY,
    ),
    (
        "Arthur Singh & Sons (Holdings) Ltd",
        "AV-104640",
        "Avon Water",
        "Plan",
        "ok",
        "circle-check",
        8799,
        41,
        "None",
        _TODAY,
    ),
)

_EVENTS = (
    (0, "phone", "", "Spoke to the customer", "Will pay on Friday; asked for a copy of the invoice.", "Sam Keane"),
    (2, "handshake", "ok", "Promise of £500.00 by 6 Mar 2026", "", "Sam Keane"),
    (
        26,
        "circle-alert",
        "bad",
        "Promise of £250.00 was not kept",
        "£0.00 came in by 1 Mar 2026.",
        "system: nightly run",
    ),
    (51, "mail", "info", "E-mail “Second reminder” sent", "amelia.hughes@example.org", "system: nightly run"),
    (75, "circle-pause", "hold", "Hold lifted: complaint answered", "", "Priya Shah"),
)


def _accounts() -> list[dict[str, Any]]:
    names = ("name", "reference", "client", "state", "tone", "icon", "minor", "days", "step", "due_on")
    rows: list[dict[str, Any]] = [dict(zip(names, account, strict=True)) for account in _ACCOUNTS]
    for place, row in enumerate(rows):
        row["balance"] = Money(row["minor"], "EUR" if place == 4 else "GBP")
        row["due_on"] += timedelta(days=place - 2)
    return rows


def _bars() -> list[Bar]:
    buckets = (("Not due", 68_421_000), ("1–30", 124_000_000), ("31–60", 92_000_000), ("61–90", 71_000_000))
    older = (("91–180", 84_000_000), ("Over 180", 52_400_000))
    return [
        Bar(label, Money(minor, "GBP"), count=minor // 350_000, href=f"?bucket={place}", tone=f"age-{place}")
        for place, (label, minor) in enumerate((*buckets, *older))
    ]


@signed_in
def style(request: ActorRequest) -> HttpResponse:
    """Show every part. Outside DEBUG only to those who look after the system."""
    if not settings.DEBUG:
        request.actor.must_be_allowed_to("see system")
    wrong = SampleForm({"amount": "12.345.00", "pay_on": "", "method": "bank", "channel": "mail"})
    if "said" in request.GET:
        messages.success(request, _("Promise of £500.00 by 6 March recorded."))
        messages.warning(request, _("The bank statement is three days old."))
    return render(
        request,
        "desk/style.html",
        {
            "today": _TODAY,
            "now": _NOW,
            "nav_counts": {"desk:worklist": 128, "desk:payments": 3},
            "kpis": [
                {"name": _("Collected this month"), "value": "£184,210", "note": _("+8.4% on February"), "trend": "up"},
                {"name": _("Promises kept"), "value": "76%", "note": _("+3 points"), "trend": "up"},
                {"name": _("Right-party contact"), "value": "31%", "note": _("−2 points"), "trend": "down"},
                {"name": _("Disputes open"), "value": "4", "note": _("1 due in 2 days"), "href": "?disputes"},
            ],
            "accounts": _accounts(),
            "page": Paginator(range(128), 12).page(2),
            "bars": _bars(),
            "events": [
                {
                    "at": _NOW - timedelta(hours=ago),
                    "icon": icon,
                    "tone": tone,
                    "text": text,
                    "detail": detail,
                    "by": by,
                }
                for ago, icon, tone, text, detail, by in _EVENTS
            ],
            "form": SampleForm(initial={"amount": "1284.60", "channel": "mail"}),
            "wrong": wrong,
            "file_form": _SampleKey(),
            "refusal": NotFound(what="account", reference="AV-999999"),
            "credit": Money(-6500, "GBP"),
        },
    )


@signed_in
def sample_dialog(request: HttpRequest) -> HttpResponse:
    """Show a dialog as htmx brings it."""
    return render(
        request, "desk/_style_dialog.html", {"form": SampleForm(initial={"amount": "1284.60"}, auto_id="dialog_%s")}
    )


urlpatterns = [
    path("desk/style", style, name="style"),
    path("desk/style/dialog", sample_dialog, name="style_dialog"),
]
