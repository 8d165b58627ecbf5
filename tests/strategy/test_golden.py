"""Golden accounts: kept from the live book or written by hand, and in the way of whoever would treat them otherwise."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests import builders
from tests.strategy import builders as strategies
from tests.strategy.builders import BY, DAY, at

from tallystick.kernel.refusals import NotFound, NotPermitted
from tallystick.strategy import actions
from tallystick.strategy.models import Decision, GoldenAccount, Version
from tallystick.strategy.queries import catalogue, golden, life, versions
from tallystick.strategy.rules import golden_yaml, lifecycle
from tallystick.strategy.rules.golden import Case, DayPassed, NoStrategyTreats, Outcome
from tallystick.strategy.rules.reading import DocumentMistaken
from tallystick.timeline.models import Event

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("unrehearsed")]

AT = at(DAY)
DOCUMENT = """
name: test
title: Test
start: waiting
never_when:
  held: holds.active
states:
  waiting:
    leave:
      - when: balance <= 0
        go: paid
    steps:
      - id: write
        title: First letter
        when: days_past_due >= 7 and balance >= £50
        do: [note: first]
      - id: call
        after: 3 days
        when: parties.has_phone
        otherwise: skip
        do:
          - task: {kind: call, title: Call}
      - id: last
        do: [note: last]
    answers:
      - event: promises.PromiseBroken
        title: Broken
        when: promises.broken_in_a_row >= 2
        do: [note: broken]
  paid:
    leave:
      - when: balance > 0
        go: waiting
"""
LATE = """
- name: late
  title: Two weeks late
  day: 2026-03-02
  state: waiting
  step: write
  entered: 2026-02-20
  waits_until: 2026-02-20
  facts:
    days_past_due: 14
    balance: 640.00 GBP
  happens:
    - step waiting.write
  orders:
    - note
"""


def _written(facts: str, happens: str = "[]", *, orders: str = "[]", step: str = "write", event: str = "") -> str:
    return f"""
- name: case
  title: The case
  day: 2026-03-02
  state: waiting
  step: {step}
  entered: 2026-02-20
  waits_until: 2026-02-20
{f"  event: {event}" if event else ""}
  facts: {facts}
  happens: {happens}
  orders: {orders}
"""


def _draft(document: str = DOCUMENT, cases: str = "", by=BY) -> Version:
    version = actions.draft(document=document, at=AT, by=by)
    if cases:
        actions.write_golden(version_id=version.pk, document=cases, reason="as it is", at=AT, by=by)
    return version


def _judged(version: Version) -> actions.Judgement:
    [judged] = actions.judge(version, at=AT)
    return judged


def _debtor(late: int = 14, amount: str = "640.00") -> int:
    account = builders.account()
    builders.invoice(account, amount, due_on=DAY - timedelta(days=late))
    return account.pk


# ------------------------------------------------------------------------------------------------------------- judging


@pytest.mark.parametrize(
    ("case", "happens", "orders"),
    [
        pytest.param(
            _written("{days_past_due: 7, balance: £50}"), ("step waiting.write",), ("note",), id="a step, to the penny"
        ),
        pytest.param(_written("{days_past_due: 7, balance: £49.99}"), (), (), id="a penny too little"),
        pytest.param(_written("{days_past_due: null, balance: £50}"), (), (), id="unknown is never true"),
        pytest.param(_written("{days_past_due: 7, balance: 50 EUR}"), (), (), id="another currency"),
        pytest.param(_written("{days_past_due: 7, balance: £50, holds.active: true}"), (), (), id="a guard"),
        pytest.param(
            _written("{days_past_due: 7, balance: £50, accounts.state: closed}"), (), (), id="a closed account"
        ),
        pytest.param(_written("{balance: £0}"), ("leave waiting for paid",), (), id="a transition"),
        pytest.param(
            _written("{balance: £60, has_phone: false}", step="call"),
            ("skip waiting.call", "step waiting.last"),
            ("note",),
            id="passed over, and the next",
        ),
        pytest.param(
            _written("{balance: £60, has_phone: true}", step="call"),
            ("step waiting.call",),
            ("task call: Call",),
            id="a task",
        ),
        pytest.param(
            _written("{balance: £60, broken_in_a_row: 2}", event="promises.PromiseBroken"),
            ("answer promises.PromiseBroken: Broken",),
            ("note",),
            id="an answer",
        ),
        pytest.param(
            _written("{balance: £60, broken_in_a_row: 1}", event="promises.PromiseBroken"), (), (), id="no answer"
        ),
    ],
)
def test_what_comes_of_a_case_is_what_the_statement_of_every_night_decides(case, happens, orders):
    assert _judged(_draft(cases=case)).found == Outcome(happens, orders)


def test_judging_leaves_nothing_behind():
    version = _draft(cases=LATE)
    events = Event.objects.count()

    assert _judged(version).holds

    assert not Decision.objects.exists()
    assert strategies.sql.value("SELECT count(*) FROM strategy_book") == 0
    assert Event.objects.count() == events


def test_a_live_account_of_the_version_is_not_decided_by_judging():
    account_id = _debtor()
    version = strategies.publish(DOCUMENT)
    strategies.refresh(account_id)
    row = strategies.row(account_id)
    actions.keep_golden(account_id=account_id, title="Late", day=DAY, at=AT, by=BY)

    assert _judged(version).found.happens == ("step waiting.write",)

    assert strategies.row(account_id) == row
    assert strategies.happened(account_id) == []


# ---------------------------------------------------------------------------------------------- taken from the live book


def test_a_live_account_is_kept_with_its_facts_and_what_the_night_then_does():
    account_id = _debtor()
    strategies.publish(DOCUMENT)
    strategies.refresh(account_id)

    kept = golden.as_case(actions.keep_golden(account_id=account_id, title="Late, much", day=DAY, at=AT, by=BY))

    strategies.run(DAY)
    assert kept.expected == Outcome(("step waiting.write",), ("note",))
    assert strategies.happened(account_id) == [(DAY, "First letter")]
    assert (kept.name, kept.state, kept.step) == ("late-much", "waiting", "write")
    assert kept.facts["accounts.days_past_due"] == "14"
    assert kept.facts["accounts.balance"] == "640.00 GBP"
    assert kept.facts["parties.has_email"] is False
    assert kept.facts["payments.last_on"] is None
    assert set(kept.facts) == {fact.name for fact in catalogue.facts() if not fact.name.startswith("strategy.")}


def test_what_looks_back_is_kept_and_judged_window_by_window():
    account_id = _debtor()
    document = DOCUMENT.replace("days_past_due >= 7", "count(promises.broken, 90 days) = 0 and days_past_due >= 7")
    version = strategies.publish(document)
    strategies.refresh(account_id)

    kept = golden.as_case(actions.keep_golden(account_id=account_id, title="Late", day=DAY, at=AT, by=BY))

    assert kept.facts["count(promises.broken, 90 days)"] == "0"
    assert kept.expected.happens == ("step waiting.write",)
    assert golden.read_yaml(golden.as_yaml(version)) == [kept]
    draft = _draft(document.replace("note: last", "note: at last"))
    broken = golden.as_yaml(draft).replace("count(promises.broken, 90 days): 0", "count(promises.broken, 90 days): 1")
    actions.write_golden(version_id=draft.pk, document=broken, reason="Broken", at=AT, by=BY)
    judged = _judged(draft)
    assert judged.found.happens == ()
    assert "in the last 90 days" in judged.why


def test_nothing_of_whom_it_is_about_is_kept():
    account = builders.account(name="Amelia Hughes", reference="SECRET-9")
    builders.invoice(account, due_on=DAY - timedelta(days=9))
    strategies.publish(DOCUMENT)
    strategies.refresh(account.pk)

    actions.keep_golden(account_id=account.pk, title="Late", day=DAY, at=AT, by=BY)

    row = GoldenAccount.objects.values().get()
    assert not [value for value in row["facts"].values() if "Amelia" in str(value) or "SECRET" in str(value)]
    assert "account_id" not in row


def test_a_day_to_come_is_judged_by_facts_of_that_day():
    account_id = _debtor(late=3)
    strategies.publish(DOCUMENT)
    strategies.refresh(account_id)

    today, later = (
        golden.as_case(
            actions.keep_golden(account_id=account_id, title="Late", day=DAY + timedelta(days=days), at=AT, by=BY)
        )
        for days in (0, 4)
    )

    assert (today.expected.happens, later.expected.happens) == ((), ("step waiting.write",))
    assert (today.name, later.name) == ("late", "late-2")


def test_a_day_that_was_decided_is_no_question_any_more():
    account_id = _debtor()
    strategies.publish(DOCUMENT)
    strategies.refresh(account_id)
    strategies.run(DAY)
    terms = {"account_id": account_id, "title": "Late", "at": AT, "by": BY}

    with pytest.raises(DayPassed):
        actions.keep_golden(day=DAY, **terms)
    tomorrow = golden.as_case(actions.keep_golden(day=DAY + timedelta(days=1), **terms))

    strategies.run(DAY + timedelta(days=1))
    assert tomorrow.expected.happens == ()
    assert strategies.happened(account_id) == [(DAY, "First letter")]


def test_a_case_goes_into_the_draft_where_there_is_one():
    account_id = _debtor()
    published = strategies.publish(DOCUMENT)
    strategies.refresh(account_id)
    draft = _draft(DOCUMENT.replace(">= 7", ">= 21"))

    actions.keep_golden(account_id=account_id, title="Late", day=DAY, at=AT, by=BY)

    assert not golden.cases(published)
    judged = _judged(draft)
    assert (judged.case.expected.happens, judged.found.happens) == (("step waiting.write",), ())


def test_only_who_may_keeps_an_account_within_reach():
    account_id = _debtor()
    terms = {"account_id": account_id, "title": "Late", "day": DAY, "at": AT}
    with pytest.raises(NoStrategyTreats):
        actions.keep_golden(**terms, by=BY)
    strategies.publish(DOCUMENT)
    strategies.refresh(account_id)

    with pytest.raises(NotPermitted):
        actions.keep_golden(**terms, by=builders.actor(builders.user(), "see strategies"))
    elsewhere = builders.actor(builders.user(), "publish strategies", clients=frozenset({builders.client().pk}))
    with pytest.raises(NotFound):
        actions.keep_golden(**terms, by=elsewhere)
    with pytest.raises(lifecycle.ReasonMissing):
        actions.keep_golden(**{**terms, "title": " "}, by=BY)


# ------------------------------------------------------------------------------------------------------------- as YAML


def test_cases_are_written_and_read_as_they_were():
    account_id = _debtor()
    version = strategies.publish(DOCUMENT)
    strategies.refresh(account_id)
    actions.keep_golden(account_id=account_id, title="It’s: “late” # 1", day=DAY, at=AT, by=BY)
    cases = golden.cases(version)

    assert golden.read_yaml(golden.as_yaml(version)) == cases


_TEXT = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=30).map(
    lambda text: " ".join(text.split()) or "x"
)


@given(title=_TEXT, client=st.none() | _TEXT, minor=st.integers(-(10**12), 10**12), flag=st.none() | st.booleans())
def test_whatever_stands_in_a_case_is_read_as_it_was_written(title, client, minor, flag):
    amount = f"{'-' if minor < 0 else ''}{abs(minor) // 100}.{abs(minor) % 100:02}"
    facts = {
        "accounts.balance": f"{amount} GBP",
        "accounts.client": client,
        "accounts.currency": "GBP",
        "parties.has_email": flag,
    }
    case = Case("case", title, DAY, "waiting", "", DAY, None, None, "", facts, Outcome((), (title,)))

    assert golden_yaml.read_cases(golden_yaml.write_cases([case]), catalogue.rooms_vocabulary()) == [case]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        pytest.param(("days_past_due: 14", "days_past_deu: 14"), "Did you mean “days_past_due”?", id="no such fact"),
        pytest.param(("days_past_due: 14", "days_past_due: soon"), "a number is expected", id="no number"),
        pytest.param(("640.00 GBP", "640"), "an amount with its currency", id="no currency"),
        pytest.param(("balance: 640.00 GBP", "balance: 1 GBP\n    overdue: 1 EUR"), "one currency: EUR, GBP", id="two"),
        pytest.param(("2026-03-02", "yesterday"), "a day is expected", id="no day"),
        pytest.param(("state: waiting", "states: waiting"), "Did you mean “state”?", id="no such key"),
        pytest.param(("name: late", "name: Too Late"), "small letters", id="no name"),
        pytest.param(("facts:", "event: promises.PromiseBrokn\n  facts:"), "Did you mean", id="no such event"),
        pytest.param(("days_past_due: 14", "strategy.days_in_state: 14"), "no fact", id="a fact of the place"),
        pytest.param(("entered: 2026-02-20", "entered: 2026-03-03"), "by the day", id="entered later"),
        pytest.param(("entered:", "stepped: 2026-03-02\n  entered:"), "made its last step before", id="stepped then"),
        pytest.param(("- name: late", "name: late"), "", id="no list"),
    ],
)
def test_every_mistake_in_golden_accounts_is_named(wrong, said):
    version = _draft()

    with pytest.raises(DocumentMistaken) as mistaken:
        actions.write_golden(version_id=version.pk, document=LATE.replace(*wrong), reason="x", at=AT, by=BY)

    assert said in " ".join(problem.sentence for problem in mistaken.value.problems)
    assert not golden.cases(version)


def test_the_same_name_twice_is_a_mistake():
    with pytest.raises(DocumentMistaken, match="two golden accounts"):
        golden.read_yaml(LATE + LATE)


def test_a_document_of_cases_says_what_it_changes():
    version = _draft(cases=LATE)
    other = LATE.replace("name: late", "name: other")

    with pytest.raises(lifecycle.ReasonMissing):
        actions.write_golden(version_id=version.pk, document=other, reason="", at=AT, by=BY)
    assert actions.write_golden(version_id=version.pk, document=LATE + other, reason="", at=AT, by=BY) == ["other"]
    changed = actions.write_golden(
        version_id=version.pk, document=other.replace("14", "15"), reason="Fewer", at=AT, by=BY
    )

    assert changed == ["late", "other"]
    assert [act.details["what"] for act in life.acts(version).filter(comment="Fewer").order_by("pk")] == [
        "removed",
        "changed",
    ]


def test_facts_that_a_version_reads_and_a_case_does_not_state_are_named():
    assert _judged(_draft(cases=LATE)).unstated == [
        "holds.active",
        "parties.has_phone",
        "promises.broken_in_a_row",
    ]


def test_a_new_version_is_judged_by_the_cases_of_the_one_before():
    first = _draft(cases=LATE)

    second = _draft(DOCUMENT.replace("note: last", "note: at last"))

    assert golden.cases(second) == golden.cases(first)
    assert versions.get_version(second.pk).number == 2
