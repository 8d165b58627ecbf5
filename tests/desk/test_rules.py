"""Moments as people say them, outcomes and their keys, warnings, leaving, the ageing table, where a day begins."""

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest

from tallystick.access.rules.rights import Role, rights_of
from tallystick.accounts.rules import Bucket
from tallystick.contact.rules.words import RIGHT_PARTY, CallOutcome
from tallystick.desk.rules import ageing, calls, leaving, moments, navigation, warnings
from tallystick.kernel.actor import Actor
from tallystick.kernel.money import Money

LONDON = ZoneInfo("Europe/London")
NOW = datetime(2026, 11, 25, 11, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("3pm", "2026-11-25 15:00", id="hour with its half"),
        pytest.param("12am", "2026-11-26 00:00", id="midnight is the next one"),
        pytest.param("12pm", "2026-11-25 12:00", id="noon"),
        pytest.param("14:30", "2026-11-25 14:30", id="figures"),
        pytest.param("9", "2026-11-26 09:00", id="an hour that has passed is tomorrow's"),
        pytest.param("2", "2026-11-25 14:00", id="two is after noon"),
        pytest.param("08:15", "2026-11-26 08:15", id="with minutes nothing is guessed"),
        pytest.param("fri 9:15", "2026-11-27 09:15", id="weekday"),
        pytest.param("5 dec at 10", "2026-12-05 10:00", id="date"),
        pytest.param("tomorrow 10", "2026-11-26 10:00", id="tomorrow"),
        pytest.param("in 20 min", "2026-11-25 11:20", id="minutes ahead"),
        pytest.param("+2h", "2026-11-25 13:00", id="hours ahead"),
        pytest.param("  In 1 Hour ", "2026-11-25 12:00", id="however it is written"),
    ],
)
def test_a_moment_is_read_as_people_say_it(text, said):
    assert moments.read_moment(text, NOW, zone=LONDON) == datetime.fromisoformat(said).replace(tzinfo=LONDON)


@pytest.mark.parametrize("text", ["", "soon", "25:00", "13pm", "10:75", "fri", "tomorrow", "31 feb 10"])
def test_what_is_no_moment_is_refused(text):
    with pytest.raises(moments.MomentUnreadable):
        moments.read_moment(text, NOW, zone=LONDON)


def test_an_hour_is_that_of_the_creditors_place_on_the_day_clocks_change():
    before_summer = datetime(2026, 3, 28, 12, 0, tzinfo=UTC)

    assert moments.read_moment("tomorrow 10", before_summer, zone=LONDON) == datetime(2026, 3, 29, 9, 0, tzinfo=UTC)


def test_every_outcome_of_a_call_has_a_key_of_its_own():
    answers = [answer for group in calls.GROUPS for answer in group.answers]

    assert {answer.outcome for answer in answers} == set(CallOutcome)
    assert len({answer.key for answer in answers}) == len(answers) == len(CallOutcome)
    assert all(len(answer.key) == 1 for answer in answers)
    assert {answer.outcome for answer in calls.GROUPS[0].answers} == RIGHT_PARTY


@pytest.mark.parametrize(
    ("state", "due_in", "due_at", "owes"),
    [
        pytest.param("open", 0, None, True, id="due today"),
        pytest.param("open", -3, None, True, id="overdue"),
        pytest.param("open", 1, None, False, id="put off to tomorrow"),
        pytest.param("open", 0, NOW, True, id="its hour has come"),
        pytest.param("open", 0, NOW + timedelta(minutes=1), False, id="its hour lies ahead"),
        pytest.param("done", 0, None, False, id="done"),
        pytest.param("cancelled", 0, None, False, id="no longer needed"),
    ],
)
def test_what_was_taken_owes_an_outcome_while_it_waits(state, due_in, due_at, owes):
    due_on = NOW.date() + timedelta(days=due_in)

    assert leaving.owes_outcome(state=state, due_on=due_on, due_at=due_at, today=NOW.date(), at=NOW) is owes


def _warnings(**facts):
    nothing = {"holds": [], "disputes": [], "broken": None, "has_open_promise": False, "representatives": []}
    return warnings.warnings(**{**nothing, **facts})


def _warned(**facts):
    return [str(warning.title) for warning in _warnings(**facts)]


def _hold(reason, until_on=None, note=""):
    return {"reason": reason, "until_on": until_on, "note": note}


def test_warnings_come_by_weight():
    holds = [_hold("manual"), _hold("vulnerability"), _hold("insolvency")]

    assert _warned(holds=holds, representatives=["Marsh & Co"], disputes=[object()]) == [
        "Insolvency",
        "Vulnerable customer",
        "Held by hand",
        "Marsh & Co",
        "Disputed",
    ]


def test_a_disputed_account_on_hold_for_it_is_warned_of_once():
    assert _warned(holds=[_hold("dispute")], disputes=[object()]) == ["Dispute"]


def test_a_hold_lasts_as_long_as_the_longest_of_its_reason():
    march, april = date(2026, 3, 1), date(2026, 4, 1)

    [both] = _warnings(holds=[_hold("manual", march), _hold("manual", april)])
    [open_ended] = _warnings(holds=[_hold("manual", march), _hold("manual", None)])

    assert both.until_on == april
    assert open_ended.until_on is None


@pytest.mark.parametrize(
    ("in_a_row", "has_open_promise", "titles"),
    [
        pytest.param(1, False, ["Promise broken"], id="once"),
        pytest.param(2, False, ["Promises broken again and again"], id="twice"),
        pytest.param(2, True, [], id="a newer promise is open"),
    ],
)
def test_a_broken_promise_is_warned_of_until_there_is_another(in_a_row, has_open_promise, titles):
    broken = SimpleNamespace(broken_in_a_row=in_a_row)

    assert _warned(broken=broken, has_open_promise=has_open_promise) == titles


def test_the_ageing_adds_up_by_client_and_in_all_and_never_across_currencies():
    rows = [
        {"currency": "GBP", "client_id": 1, "bucket": "not_due", "minor": 1000, "held_minor": 300, "accounts": 1},
        {"currency": "GBP", "client_id": 2, "bucket": "1_30", "minor": 500, "held_minor": 0, "accounts": 2},
        {"currency": "GBP", "client_id": 2, "bucket": "over_365", "minor": 250, "held_minor": 40, "accounts": 1},
        {"currency": "GBP", "client_id": 2, "bucket": "on_account", "minor": -50, "held_minor": 0, "accounts": 1},
        {"currency": "EUR", "client_id": 1, "bucket": "1_30", "minor": 7, "held_minor": 7, "accounts": 1},
    ]

    euro, pound = ageing.tables(rows, names={1: "Zeta", 2: "Alpha"})

    assert [row.name for row in pound.clients] == ["Alpha", "Zeta"]
    assert pound.all.total == Money(1700, "GBP")
    assert (pound.overdue, pound.old) == (Money(750, "GBP"), Money(250, "GBP"))
    assert pound.all.share_of([Bucket.OVER_365]) * 7 == 1
    assert pound.clients[0].total == Money(700, "GBP")
    assert euro.all.total == Money(7, "EUR")
    assert [row.held for row in (*pound.clients, pound.all)] == [Money(minor, "GBP") for minor in (40, 300, 340)]


def test_there_is_no_share_of_no_debt():
    rows = [{"currency": "GBP", "client_id": 1, "bucket": "on_account", "minor": -50, "held_minor": 0, "accounts": 1}]

    [table] = ageing.tables(rows, names={1: "Alpha"})

    assert table.all.share_of(ageing.OVERDUE) is None


@pytest.mark.parametrize(
    ("role", "home"),
    [
        (Role.COLLECTOR, "desk:worklist"),
        (Role.TEAM_LEADER, "desk:worklist"),
        (Role.CREDIT_MANAGER, "desk:worklist"),
        (Role.CASH_APPLIER, "payments:"),
        (Role.AUDITOR, "access:audit"),
        (Role.ADMINISTRATOR, "access:users"),
    ],
)
def test_a_day_begins_where_the_work_is(role, home):
    best = navigation.homes_of(Actor("somebody", rights=rights_of([role])))[0]

    assert best.url_name.startswith(home)


def test_somebody_without_a_role_begins_nowhere():
    assert navigation.homes_of(Actor("nobody")) == []
