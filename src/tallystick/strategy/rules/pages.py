"""The pages of reference: every fact, and the language of strategy documents. Both are made from what the reader itself uses."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Mapping, Sequence

from tallystick.access.rules.rights import Role
from tallystick.contact.rules.words import Command
from tallystick.holds.rules import Reason
from tallystick.kernel.facts import LONGEST_WINDOW, Fact, FactType, History
from tallystick.strategy.rules import grammar, keys
from tallystick.strategy.rules.orders import PRIORITIES
from tallystick.strategy.rules.program import Program
from tallystick.worklists.rules import RESULTS, Kind

_FRESH = "This page is made by `tallystick reference`; a test fails when it is not what the program would write."

_EXAMPLE = """\
name: two-reminders
title: Two reminders and a call
start: reminding
never_when:
  held: holds.stops_contact
states:
  reminding:
    leave:
      - when: overdue <= 0
        go: settled
    steps:
      - id: first
        when: days_past_due >= 3 and balance >= £5 and sum(payments.received, 14 days) = 0
        do:
          - email: reminder_1
      - id: second
        after: 5 business days
        when: has_email and count(contact.messages, 7 days) < 2
        otherwise: skip
        do:
          - email: reminder_2
      - id: call
        after: 5 business days
        do:
          - task: {kind: call, title: Call the customer, due: 1 business day}
    answers:
      - event: promises.PromiseMade
        title: Wait for the promised day
        go: promised
  promised:
    leave:
      - when: not promises.is_open
        go: reminding
  settled:
    leave:
      - when: overdue > 0
        go: reminding
"""


_LOOKING_BACK = (
    "Days on which something happened to an account. A condition looks back over the last so many days, the day of the run "
    f"included, {LONGEST_WINDOW} days at most; an entry leaves the window by itself. A history is named in full, or by what "
    "follows its room.",
    "",
    "| asked | given |",
    "|---|---|",
    "| `count(promises.broken, 90 days)` | How many times: a number, 0 where it did not happen. |",
    "| `sum(payments.received, 30 days)` | What the amounts come to: money, nothing where it did not happen. |",
    "| `first(promises.broken, 90 days)` | The day of the first time within the window; unknown where it did not happen. |",
    "| `last(contact.messages, 30 days)` | The day of the last time within the window; unknown where it did not happen. |",
    "",
    "They stand wherever a fact of their type may: `count(promises.broken, 90 days) >= 2`, "
    "`sum(payments.received, 30 days) < balance * 0.1`, `today - last(contact.letters, 366 days) > 14`.",
)


def example() -> str:
    """Give the document that the page shows; a test reads it as it stands."""
    return _EXAMPLE


def facts_page(by_room: Sequence[tuple[str, Sequence[Fact]]], histories: Sequence[History]) -> str:
    """Write the page `docs/reference/facts.md`."""
    count = sum(len(facts) for _room, facts in by_room)
    lines = [
        "# Facts",
        "",
        f"The {count} words by which conditions of a [strategy document](strategy-documents.md) speak of an account. A fact is "
        "named in full, or by what follows its room where no other room has the same word: `days_past_due` is "
        "`accounts.days_past_due`. A fact that is unknown is neither equal nor unequal to anything: `is unknown` asks for it. "
        "What happened, and how often, is asked of [histories](#histories).",
        "",
        _FRESH,
    ]
    for room, facts in by_room:
        lines += ["", f"## {room.capitalize()}", "", "| fact | type | unit | meaning |", "|---|---|---|---|"]
        lines += [f"| `{fact.name}` | {fact.type.value} | {_unit(fact)} | {_meaning(fact)} |" for fact in facts]
    lines += ["", "## Histories", "", *_LOOKING_BACK, "", "| history | amounts | days of |", "|---|---|---|"]
    lines += [f"| `{each.name}` | {'yes' if each.amounts else ''} | {each.meaning} |" for each in histories]
    return "\n".join(lines) + "\n"


def _unit(fact: Fact) -> str:
    """Say the unit as a document writes it: money as an amount, though the book keeps minor units."""
    return "the account's currency" if fact.type is FactType.MONEY else fact.unit


#: What a number of a unit is compared with in an example; 2 of anything else.
_LIKELY = {"days": ">= 14", "percent": ">= 50", "years": "< 18", "points": ">= 70"}


def condition_about(fact: Fact) -> str:
    """Write a condition that speaks of a fact, as an example.

    >>> condition_about(Fact("accounts.overdue", FactType.MONEY, "", "What is overdue.", "book.overdue_minor"))
    'accounts.overdue >= £500'
    """
    match fact.type:
        case FactType.MONEY:
            return f"{fact.name} >= £500"
        case FactType.NUMBER:
            return f"{fact.name} {_LIKELY.get(fact.unit, '>= 2')}"
        case FactType.DATE:
            return f"{fact.name} < today - 30 days"
        case FactType.BOOLEAN:
            return fact.name
        case FactType.TEXT:
            return f'{fact.name} = "{fact.choices[0]}"' if fact.choices else f"{fact.name} is known"


def _meaning(fact: Fact) -> str:
    return f"{fact.meaning} One of {_listed(fact.choices)}." if fact.choices else fact.meaning


def documents_page(program: Program, events: Mapping[str, type]) -> str:
    """Write the page `docs/reference/strategy-documents.md`; the program is that of `example`."""
    blocks = [
        "# Strategy documents",
        "A strategy is a YAML document of states. In each state an account waits for the next of its steps; transitions take it "
        f"elsewhere, and answers act on events at once. What it may speak of: [facts](facts.md). {_FRESH}",
        f"```yaml\n{_EXAMPLE}```",
        f"The example has {len(program.places)} places an account can be in, and {len(program.effects)} things that can happen "
        "to it. `tallystick why ACCOUNT` names the place of an account and what stops each of those things.",
        "## The document",
        _table(("key", "meaning"), _coded(keys.DOCUMENT)),
        "## A split",
        _table(("key", "meaning"), _coded(keys.SPLIT)),
        "A split that learns, by the keys of `learns`:",
        _table(("key", "meaning"), _coded(keys.LEARNING)),
        'The arm of the split `early-call` is the word `split.early_call`, as in `when: split.early_call = "challenger"`. It '
        "follows from a hash of the id and the account, or its debtor: it is the same in every version while the id stays, "
        "whatever other splits choose. Every decision keeps the arms of its document.",
        "Where a split learns, the shares written are those it begins with. In the first night of every week they are set anew "
        "for the days to come, once 30 accounts of each arm were watched to the end: beside what every arm keeps, a hundred is "
        "dealt out by how likely each arm is the best (Thompson sampling, by integrals and without a draw), by what came of the "
        "last 365 days. An account keeps its arm while it stays in the state. Decisions there, and those that lead there, keep "
        "the arm and the chances of all arms. An arm with significantly more disputes gets no more than what every arm keeps. "
        "Versions that write the split alike learn together; written otherwise, it begins anew.",
        "## A state",
        _table(("key", "meaning"), _coded(keys.STATE)),
        "A transition, one of `leave`:",
        _table(("key", "meaning"), _coded(keys.LEAVE)),
        "## A step",
        _table(("key", "meaning"), _coded(keys.STEP)),
        "A step fires when its delay is over, its condition is true and no guard stops it. Nothing is done about a closed "
        "account.",
        "## An answer",
        _table(("key", "meaning"), _coded(keys.ANSWER)),
        "## Orders",
        "What a step or an answer may have done, one line of its `do`. Each is carried out once, however often the program is "
        "started again; whether the debtor may be written to is asked again when a message leaves.",
        _table(("order", "what it does"), [(f"`{written}`", said) for written, said in keys.ORDERS.values()]),
        f"`task`, whose kinds are {_listed(kind.value for kind in Kind)} and whose priorities {_listed(PRIORITIES)}:",
        _table(("key", "meaning"), _coded(keys.TASK)),
        f"`escalate`, of a task with a limit; what comes of a task is one of {_listed(RESULTS)}:",
        _table(("key", "meaning"), _coded(keys.ESCALATE)),
        f"`hold` and `lift_hold`, whose reasons are {_listed(reason.value for reason in Reason)}:",
        _table(("key", "meaning"), _coded(keys.HOLD)),
        "`pause`, which has one of these:",
        _table(("key", "meaning"), _coded(keys.PAUSE)),
        f"`service`, whose commands are {_listed(command.value for command in Command)}. `notify` goes to one of these; roles "
        f"are {_listed(role.value for role in Role)}:",
        _table(("key", "meaning"), _coded(keys.NOTICE)),
        "## Conditions",
        "A condition is true, false or unknown, and unknown stops like false. Days are numbers, a day less a day is a number of "
        "days, and `today` is the day of the run. Money is compared with an amount of a named currency (`£500`, `500 EUR`) or "
        "with 0; an amount of another currency than the account's is unknown, whatever "
        "the rates are: nothing is converted. A condition looks back over what happened by "
        "[histories](facts.md#histories): `count(promises.broken, 90 days) >= 2`.",
        f"```\n{_grammar()}\n```",
        "## Events",
        "What a document may answer.",
        _table(("event", "meaning", "what it says"), [_event(kind, events[kind]) for kind in sorted(events)]),
    ]
    return "\n\n".join(blocks) + "\n"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [f"| {' | '.join(head)} |", "|" + "---|" * len(head)]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in rows)])


def _coded(meanings: Mapping[str, str]) -> list[tuple[str, str]]:
    return [(f"`{key}`", meaning) for key, meaning in meanings.items()]


def _listed(words: Iterable[str]) -> str:
    """Write words one after the other.

    >>> _listed(["call", "review"])
    '`call`, `review`'
    """
    return ", ".join(f"`{word}`" for word in words)


def _grammar() -> str:
    """Give the rules of the grammar, as its own reader states them."""
    stated = inspect.getdoc(grammar) or ""
    return inspect.cleandoc(next(block for block in stated.split("\n\n") if " = " in block))


def _event(kind: str, event: type) -> tuple[str, str, str]:
    meaning = " ".join((inspect.getdoc(event) or "").split("\n\n")[0].split()).replace("|", "\\|")
    fields = [name for name in event.__dataclass_fields__ if name != "account_id"]  # type: ignore[attr-defined]
    return f"`{kind}`", meaning, _listed(fields)
