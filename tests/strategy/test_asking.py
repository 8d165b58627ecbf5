"""Why, on any day: what will be if nothing happens, and what a run of the past knew and decided."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests import builders
from tests.strategy import builders as strategies
from tests.strategy.builders import BY, DAY, at, days
from tests.strategy.test_why import DOCUMENT

from tallystick.holds import actions as hold_actions
from tallystick.holds.rules import Reason
from tallystick.kernel import sql
from tallystick.strategy.models import RunChunk
from tallystick.strategy.queries import asking, book, decided, why
from tallystick.strategy.queries.asking import When

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("hearing")]


@pytest.fixture
def account():
    strategies.publish(DOCUMENT)
    made = builders.account()
    builders.invoice(made, "100.00", due_on=DAY - timedelta(days=3))
    strategies.answer()
    return made


def _told(explained):
    """Give everything an explanation says, as plain values."""
    return (
        explained.place.number,
        explained.version.pk,
        explained.entered_on,
        explained.next_review_on,
        [
            (verdict.effect.number, [(each.answer, each.said_values) for each in verdict.answers])
            for verdict in explained.verdicts
        ],
    )


def test_a_coming_day_is_told_as_things_stand(account):
    builders.invoice(account, "30.00", due_on=DAY + timedelta(days=1))
    strategies.answer()

    answer = asking.ask(account.pk, day=DAY + timedelta(days=3), today=DAY)

    assert answer.when is When.AHEAD
    assert answer.rests_on.startswith("As things stand today")
    [paid] = answer.why.leaves
    assert paid.stopped_by.said_values == "balance: £130.00"
    assert answer.why.steps[0].stopped_by.said_values == "days past due: 6 days"
    assert answer.why.steps[0].comes == "tomorrow (Friday, 6 March 2026)"
    assert answer.before is None


def test_what_comes_before_a_coming_day_is_named(account):
    answer = asking.ask(account.pk, day=DAY + timedelta(days=30), today=DAY)

    assert answer.before.effect.title == "First reminder"
    assert "But “First reminder” comes first, on 6 March 2026, and what follows" in answer.rests_on


def test_facts_of_a_coming_day_are_those_of_the_day(account):
    hold_actions.place_hold(
        account_id=account.pk, reason=Reason.MANUAL, until_on=DAY + timedelta(days=2), at=at(DAY), by=BY
    )
    strategies.answer()

    held, free = (asking.ask(account.pk, day=DAY + timedelta(days=ahead), today=DAY).why for ahead in (1, 2))

    assert held.steps[0].stopped_by.said_values == "stops contact: yes"
    assert free.steps[0].stopped_by.said_values == "days past due: 5 days"


def test_every_run_is_told_later_exactly_as_it_was(account):
    """A month of weather; each morning what a run is about to know is noted, and asked for when all is over."""
    weather = {
        2: lambda day: builders.invoice(account, "20.00", due_on=day),
        3: lambda day: hold_actions.place_hold(
            account_id=account.pk, reason=Reason.MANUAL, until_on=day + timedelta(days=2), at=at(day), by=BY
        ),
        9: lambda day: strategies.publish(DOCUMENT.replace("£50", "£60"), day=day),
        12: lambda day: builders.invoice(account, "55.00", due_on=day - timedelta(days=2)),
    }
    noted = {}
    for number, day in enumerate(days(DAY, 16)):
        strategies.answer(day)
        strategies.refresh(account.pk, day=day)
        noted[day] = _told(why.why(account.pk, day=day))
        strategies.run(day)
        # What happens after the run is no business of the run's.
        weather.get(number, lambda _day: None)(day)
        strategies.answer(day)

    last = DAY + timedelta(days=16)
    for day, was in noted.items():
        answer = asking.ask(account.pk, day=day, today=last)
        assert answer.when is When.THEN
        assert _told(answer.why) == was, day
        assert [each.due_on for each in answer.decided] == [day] * len(answer.decided)
    assert [each.title for each in decided.history(account.pk)] == ["Call", "First reminder"]


def test_what_a_run_decided_is_not_stopped_by_anything_in_what_it_knew(account):
    strategies.run(DAY + timedelta(days=4))
    strategies.run(DAY + timedelta(days=9))

    answer = asking.ask(account.pk, day=DAY + timedelta(days=4), today=DAY + timedelta(days=20))

    [made] = answer.decided
    verdict = next(each for each in answer.why.verdicts if each.effect == made.effect)
    assert verdict.stopped_by is None
    assert [each.said for each in made.values] == [value.said for each in verdict.answers[-3:] for value in each.values]


def test_the_first_run_of_all_is_told_as_it_found_the_account():
    """No number has been drawn yet when it looks."""
    strategies.publish(DOCUMENT)
    made = builders.account()
    builders.invoice(made, "100.00", due_on=DAY - timedelta(days=9))
    strategies.refresh(made.pk)
    sql.execute("ALTER SEQUENCE strategy_decision_id_seq RESTART WITH 1")
    strategies.run(DAY)

    answer = asking.ask(made.pk, day=DAY, today=DAY + timedelta(days=1))

    assert answer.why.sentence == "Reminding: “First reminder” is next, with the run of that day."
    assert [each.title for each in answer.decided] == ["First reminder"]


def test_accounts_of_every_leaf_are_told_as_their_chunk_found_them(leaves, monkeypatch):
    """Ten chunks, each of several leaves, and accounts in each of them."""
    monkeypatch.setattr(book, "_CHUNK", 2)
    strategies.publish(DOCUMENT)
    portfolio = builders.portfolio()
    made = [builders.account(portfolio, reference=f"LEAF-{number}") for number in range(20)]
    for number, each in enumerate(made):
        builders.invoice(each, f"{number + 60}.00", due_on=DAY - timedelta(days=number))
    strategies.answer()
    noted = {each.pk: _told(why.why(each.pk, day=DAY + timedelta(days=1))) for each in made}
    strategies.run(DAY + timedelta(days=1))
    assert RunChunk.objects.count() == 10
    for each in made:
        builders.invoice(each, "5.00", due_on=DAY)
    strategies.answer(DAY + timedelta(days=1))

    for each in made:
        answer = asking.ask(each.pk, day=DAY + timedelta(days=1), today=DAY + timedelta(days=2))
        assert _told(answer.why) == noted[each.pk]


def test_a_pause_moves_the_clocks_and_the_past_knows_where_they_stood(account):
    strategies.run(DAY + timedelta(days=4))
    noted = {}
    for day in days(DAY + timedelta(days=5), 5):
        strategies.refresh(account.pk, day=day)
        noted[day] = _told(why.why(account.pk, day=day))
        strategies.run(day)
        if day == DAY + timedelta(days=6):
            hold_actions.place_hold(
                account_id=account.pk, reason=Reason.PAUSE, until_on=day + timedelta(days=2), at=at(day), by=BY
            )
            strategies.answer(day)
    moved = {told[3] for told in noted.values()}

    for day, was in noted.items():
        assert _told(asking.ask(account.pk, day=day, today=DAY + timedelta(days=20)).why) == was, day
    assert len(moved) > 1, "the day of the next step moved on while the account was paused"


def test_a_day_without_a_run_is_told_at_its_end(account):
    strategies.run(DAY)
    quiet = DAY + timedelta(days=2)
    builders.invoice(account, "20.00", due_on=quiet)
    strategies.answer(quiet)
    builders.invoice(account, "20.00", due_on=quiet)
    strategies.answer(quiet + timedelta(days=1))

    answer = asking.ask(account.pk, day=quiet, today=DAY + timedelta(days=5))

    assert "There was no run on that day" in answer.rests_on
    assert answer.why.leaves[0].stopped_by.said_values == "balance: £120.00"


def test_a_change_in_flight_when_the_run_looked_was_not_seen(account):
    strategies.run(DAY)
    mark = RunChunk.objects.get(run__day=DAY)
    builders.invoice(account, "20.00", due_on=DAY)
    strategies.answer()
    [change] = sql.rows(
        "SELECT id, writer::text AS writer FROM strategy_past WHERE account_id = %s ORDER BY id DESC LIMIT 1",
        [account.pk],
    )
    # As if the number had been drawn before the look, and committed after it.
    mark.looks = [[change["id"], [int(change["writer"])]]]
    mark.save()

    answer = asking.ask(account.pk, day=DAY, today=DAY + timedelta(days=1))

    assert answer.why.leaves[0].stopped_by.said_values == "balance: £100.00"


def test_a_run_before_the_past_was_kept_is_told_by_its_decisions_alone(account):
    day = DAY + timedelta(days=4)
    strategies.run(day)
    RunChunk.objects.update(looks=None)

    answer = asking.ask(account.pk, day=day, today=day + timedelta(days=1))

    assert answer.why is None
    assert "not kept yet" in answer.rests_on
    assert [each.title for each in answer.decided] == ["First reminder"]


def test_an_account_that_came_later_was_not_known_then(account):
    strategies.run(DAY)
    later = builders.account(reference="LATER")
    strategies.answer(DAY + timedelta(days=3))
    strategies.run(DAY + timedelta(days=3))

    answer = asking.ask(later.pk, day=DAY, today=DAY + timedelta(days=5))

    assert answer.why is None
    assert answer.rests_on == "The strategy did not know this account yet."


def test_the_past_cannot_be_changed(account):
    assert sql.value("SELECT count(*) FROM strategy_past") >= 0
    with pytest.raises(Exception, match=r"append|permission"):
        sql.execute("DELETE FROM strategy_past")
