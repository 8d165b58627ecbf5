"""What is assumed of people when days are imagined: each a number with a name, a source, and the cases that it was counted from.

A share is of 1. Whoever asks what if gives other numbers by the same names.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from decimal import Decimal, InvalidOperation
from itertools import accumulate
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tallystick.contact.rules.words import TO_DEBTOR, Channel
from tallystick.kernel.choices import Choice
from tallystick.kernel.refusals import Refusal
from tallystick.strategy.rules.rehearsal import AGE_WORDS
from tallystick.worklists.rules import RESULTS, Kind

#: With fewer cases than this a share says more of chance than of people, and the house's default is taken.
ENOUGH = 200
#: Days of the past that shares are counted from.
LOOKED_BACK = 180
#: Within so many days of a message or a call a payment counts as following it.
FOLLOWS_DAYS = 14
#: What reaches a debtor, and may be followed by a payment.
CALL = "call"
REACHES = (*(channel.value for channel in TO_DEBTOR), CALL)
#: Who has not been reached for `FOLLOWS_DAYS` pays by themselves or not, looked at once in so many days.
ALONE = "alone"
WEEK = 7
#: Invoices come as they came so many days before: thirteen weeks, further back than anybody looks ahead, on the same weekday.
AS_BEFORE = 91
#: A call that reached nobody counts as made again when the next one follows within so many days.
AGAIN_DAYS = 7
#: Work that is a call.
CALLS = (Kind.CALL, Kind.CALLBACK)
AGES = range(len(AGE_WORDS))


class Source(Choice):
    """Where a number is from."""

    HISTORY = "history", gettext_lazy("from the last 180 days")
    DEFAULT = "default", gettext_lazy("assumed")
    HOUSE = "house", gettext_lazy("set by the house")
    ASKED = "asked", gettext_lazy("what if")


class AssumptionWrong(Refusal):
    """Something was assumed that cannot be."""

    code = "strategy.assumption_wrong"
    sentence = gettext_lazy("“{name}: {value}” cannot be assumed: {reason}")
    status = 422


@dataclass(frozen=True, slots=True)
class Assumption:
    """One number that is assumed."""

    name: str
    value: Decimal
    source: Source = Source.DEFAULT
    #: Of how many cases, in how many it happened. None where it was not counted.
    cases: int | None = None
    happened: int | None = None

    @property
    def is_share(self) -> bool:
        """Whether it is a share of 1; otherwise a number of minutes, days, hours or money."""
        return self.name.split(".")[0] in _SHARES

    @property
    def said(self) -> str:
        """What it says, for people."""
        return _said(self.name.split("."))


_SHARES = frozenset({"done", "result", "again", "pays", "part", "kept", "disputes"})

#: What numbers are about, by how their names begin.
GROUPS = {
    "pays": gettext_lazy("Debtors pay, after a message or a call or by themselves"),
    "part": gettext_lazy("Debtors pay, after a message or a call or by themselves"),
    "kept": gettext_lazy("Promises"),
    "promise_days": gettext_lazy("Promises"),
    "invoices": gettext_lazy("What comes by itself"),
    "disputes": gettext_lazy("What comes by itself"),
    "done": gettext_lazy("People do their tasks"),
    "result": gettext_lazy("People do their tasks"),
    "again": gettext_lazy("People do their tasks"),
    "hours": gettext_lazy("Time and money"),
    "hour_cost": gettext_lazy("Time and money"),
    "minutes": gettext_lazy("Time and money"),
    "cost": gettext_lazy("Time and money"),
}

#: Shares of debtors that pay all, or part, within 14 days of a message or a call, not due to over 90 days late.
_PAYS_FULL: Mapping[str, tuple[str, ...]] = {
    "email": ("0.20", "0.14", "0.08", "0.05", "0.03"),
    "letter": ("0.20", "0.16", "0.10", "0.06", "0.04"),
    "sms": ("0.20", "0.15", "0.08", "0.05", "0.03"),
    "call": ("0.25", "0.20", "0.14", "0.10", "0.06"),
    # Within a week.
    "alone": ("0.08", "0.06", "0.02", "0.01", "0.005"),
}
_PAYS_PART: Mapping[str, str] = {"email": "0.03", "letter": "0.04", "sms": "0.03", "call": "0.06", "alone": "0.005"}
#: What comes of a call, where too few were made to know.
_RESULTS = {"promise": "0.30", "no_answer": "0.20", "informed": "0.50"}
#: Minutes of a person, and money for others, in the house's currency.
_EFFORT: Mapping[str, tuple[str, str]] = {
    "email": ("0", "0.01"),
    "letter": ("0", "0.95"),
    "sms": ("0", "0.05"),
    "service": ("0", "0"),
    "notice": ("0", "0"),
    "task.call": ("8", "0.10"),
    "task.callback": ("8", "0.10"),
    "task.follow_up": ("6", "0"),
    "task.review": ("10", "0"),
    "task.legal_review": ("25", "0"),
    "task.release": ("5", "0"),
    "task.trace": ("20", "3.00"),
    "task.other": ("8", "0"),
}
#: Kinds of what is done, in the order they are shown.
ACTS = tuple(_EFFORT)


def defaults() -> dict[str, Assumption]:
    """Give what the house assumes where it knows nothing better."""
    told: dict[str, str] = {f"done.{kind.value}": "0.60" for kind in Kind}
    told |= {f"result.{kind.value}.{word}": share for kind in CALLS for word, share in _RESULTS.items()}
    for reach in (*REACHES, ALONE):
        for age in AGES:
            told[f"pays.{reach}.{age}.full"] = _PAYS_FULL[reach][age]
            told[f"pays.{reach}.{age}.part"] = _PAYS_PART[reach]
    told |= {"part": "0.40", "kept": "0.60", "promise_days": "7", "again": "1"}
    told |= {"invoices": "0", "disputes.raised": "0.001", "disputes.solved": "0.25", "disputes.upheld": "0.5"}
    for act, (minutes, cost) in _EFFORT.items():
        told[f"minutes.{act}"] = minutes
        told[f"cost.{act}"] = cost
    told |= {"hour_cost": "28", "hours": "6"}
    return {name: Assumption(name, Decimal(value)) for name, value in told.items()}


def with_history(of: Mapping[str, Assumption], counted: Mapping[str, tuple[int, int]]) -> dict[str, Assumption]:
    """Take the shares that were counted, by name (cases, happened), where there were enough cases.

    What comes of a kind of call is told as a whole: by what happened, or by what is assumed.
    """
    found = dict(of)
    for kind in CALLS:
        if any(name.startswith(f"result.{kind.value}.") and cases >= ENOUGH for name, (cases, _n) in counted.items()):
            found = {name: each for name, each in found.items() if not name.startswith(f"result.{kind.value}.")}
    for name, (cases, happened) in counted.items():
        if cases >= ENOUGH:
            share = (Decimal(happened) / cases).quantize(Decimal("0.0001"))
            found[name] = Assumption(name, share, Source.HISTORY, cases, happened)
        elif name in found:
            found[name] = replace(found[name], cases=cases, happened=happened)
    return found


def what_if(
    of: Mapping[str, Assumption], asked: Mapping[str, object], source: Source = Source.ASKED
) -> dict[str, Assumption]:
    """Take other numbers for some names: those that somebody asks for, or that the house has set.

    :raises AssumptionWrong: there is no such name, or the number is none, or no share
    """
    found = dict(of)
    for name, text in asked.items():
        if name not in found:
            raise AssumptionWrong(name=name, value=text, reason=_("nothing is called so"))
        try:
            value = Decimal(str(text))
        except InvalidOperation:
            raise AssumptionWrong(name=name, value=text, reason=_("it is not a number")) from None
        if not value.is_finite() or value < 0 or (found[name].is_share and value > 1):
            raise AssumptionWrong(name=name, value=text, reason=_("a share lies between 0 and 1, and nothing below 0"))
        if value != found[name].value:
            found[name] = replace(found[name], value=value, source=source)
    return found


def times_as_before(of: Mapping[str, Assumption]) -> Decimal:
    """Give how often an invoice of thirteen weeks before comes again: once, unless another number is assumed than was counted."""
    invoices = of["invoices"]
    if invoices.source is Source.HISTORY:
        return Decimal(1)
    return invoices.value * (invoices.cases or 0) / (invoices.happened or 1)


def as_json(of: Mapping[str, Assumption]) -> list[dict[str, Any]]:
    """Write them down, in the order of their names."""
    return [{**asdict(each), "value": str(each.value), "source": each.source.value} for _n, each in sorted(of.items())]


def from_json(kept: Iterable[Mapping[str, Any]]) -> dict[str, Assumption]:
    """Read what was written down."""
    read = (
        Assumption(row["name"], Decimal(row["value"]), Source(row["source"]), row["cases"], row["happened"])
        for row in kept
    )
    return {each.name: each for each in read}


def results_of(of: Mapping[str, Assumption], kind: Kind) -> list[tuple[str, Decimal]]:
    """Give what can come of a piece of work: each word with the sum of shares up to it; the last stands for what is left of 1."""
    prefix = f"result.{kind.value}."
    shares = [(name.removeprefix(prefix), each.value) for name, each in sorted(of.items()) if name.startswith(prefix)]
    upto = accumulate(share for _word, share in shares)
    found = [(word, most) for (word, share), most in zip(shares, upto, strict=True) if share]
    return [*found[:-1], (found[-1][0], max(Decimal(1), found[-1][1]))] if found else [("done", Decimal(1))]


def _said(parts: list[str]) -> str:
    match parts:
        case ["done", kind]:
            return _("{kind}: open tasks done on a working day").format(kind=Kind(kind).label)
        case ["result", kind, word]:
            return _("{kind}: ends with “{result}”").format(kind=Kind(kind).label, result=RESULTS.get(word, word))
        case ["pays", "alone", age, how]:
            said = (
                _("By themselves, {age}: all is paid within a week")
                if how == "full"
                else _("By themselves, {age}: part is paid within a week")
            )
            return said.format(age=AGE_WORDS[int(age)])
        case ["disputes", what]:
            return str(_DISPUTES[what])
        case ["pays", reach, age, how]:
            said = (
                _("{reach}, {age}: all is paid within {days} days")
                if how == "full"
                else _("{reach}, {age}: part is paid within {days} days")
            )
            return said.format(reach=_reach(reach), age=AGE_WORDS[int(age)], days=FOLLOWS_DAYS)
        case ["minutes", *act]:
            return _("{act}: minutes of a person").format(act=said_act(".".join(act)))
        case ["cost", *act]:
            return _("{act}: cost of each beside a person's time").format(act=said_act(".".join(act)))
    return str(_WORDS.get(parts[0], parts[0]))


_DISPUTES = {
    "raised": gettext_lazy("Accounts that owe: an invoice is disputed in a week"),
    "solved": gettext_lazy("Open disputes solved in a week"),
    "upheld": gettext_lazy("Solved disputes that are upheld, and credited"),
}
_WORDS = {
    "again": gettext_lazy("Calls that reach nobody and are made again on the next working day"),
    "invoices": gettext_lazy("Invoices an account gets in a week; each as it had them thirteen weeks before"),
    "part": gettext_lazy("Share of the balance that who pays in part pays"),
    "kept": gettext_lazy("Promises kept"),
    "promise_days": gettext_lazy("Days from a promise to its day"),
    "hour_cost": gettext_lazy("Cost of an hour of a person"),
    "hours": gettext_lazy("Hours a person works on tasks in a working day"),
}


def _reach(reach: str) -> str:
    return _("Call") if reach == CALL else str(Channel(reach).label)


def said_act(act: str) -> str:
    """Say what is done, for people."""
    return str(Kind(act.removeprefix("task.")).label if act.startswith("task.") else Channel(act).label)
