"""Events are added, in order, and never edited."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, ProgrammingError, transaction
from tests import builders
from tests.builders import AT, TEST, TODAY

from tallystick.kernel import months, sql
from tallystick.kernel.outcome import Chosen
from tallystick.kernel.refusals import NotPermitted
from tallystick.timeline import actions, events, queries, rules

pytestmark = pytest.mark.django_db

NOTE = "timeline.NoteAdded"


def test_an_event_keeps_who_when_and_what():
    person = builders.user("ann")
    by = builders.actor(person, "log calls")

    number = actions.append(events.NoteAdded(7, "called"), happened_on=date(2026, 3, 1), at=AT, by=by)

    assert queries.find_event(number, account_id=7) == {
        "id": number,
        "account_id": 7,
        "user_id": person.pk,
        "recorded_at": AT,
        "happened_on": date(2026, 3, 1),
        "kind": NOTE,
        "actor": "ann",
        "data": {"text": "called"},
    }
    assert queries.find_event(number, account_id=8) is None


def test_a_set_is_appended_in_its_order_with_data_and_days_of_its_own():
    days = [TODAY, TODAY - timedelta(days=1), TODAY]

    ids = actions.append_bulk(
        kind=NOTE, account_ids=[3, 1, 3], data=[{"n": 1}, {"n": 2}, {"n": 3}], happened_on=days, at=AT, by=TEST
    )

    assert ids == sorted(ids)
    found = [queries.find_event(number, account_id=account) for number, account in zip(ids, [3, 1, 3], strict=True)]
    assert [(event["data"]["n"], event["happened_on"]) for event in found] == list(zip([1, 2, 3], days, strict=True))


def test_nothing_is_appended_for_nobody():
    assert actions.append_bulk(kind=NOTE, account_ids=[], data={}, happened_on=TODAY, at=AT, by=TEST) == []


def test_listeners_hear_of_their_kind_once_with_the_whole_set(monkeypatch):
    heard = []
    monkeypatch.setitem(actions._listeners, NOTE, [lambda *words: heard.append(words)])

    actions.append_all([(events.NoteAdded(1, "a"), TODAY), (events.NoteAdded(2, "b"), TODAY)], at=AT, by=TEST)
    ids = [event["id"] for event in reversed(queries.of_account([1, 2]))]

    assert heard == [(NOTE, [1, 2], ids, AT)]


@pytest.mark.parametrize("heard", [False, True], ids=["nobody listens", "somebody listens"])
def test_events_that_stand_in_the_database_as_rows_are_appended_there(monkeypatch, heard):
    told = []
    monkeypatch.setitem(actions._listeners, NOTE, [lambda *words: told.append(words)] if heard else [])
    rows = sql.Rows(
        "SELECT number AS account_id, jsonb_build_object('n', number) AS data, %(day)s::date AS happened_on"
        " FROM generate_series(1, 3) AS number",
        {"day": TODAY},
    )

    assert actions.append_rows(rows, kind=NOTE, at=AT, by=TEST) == 3

    assert [event["data"] for event in queries.of_account([1, 2, 3])] == [{"n": 3}, {"n": 2}, {"n": 1}]
    assert [words[1] for words in told] == ([[1, 2, 3]] if heard else [])


def test_rows_of_several_kinds_are_appended_in_their_order_and_each_kind_is_heard_by_its_own(monkeypatch):
    told = []
    monkeypatch.setitem(actions._listeners, NOTE, [lambda *words: told.append(words)])
    rows = sql.Rows(
        "SELECT 7 AS account_id, (%(named)s::text[])[number] AS kind, jsonb_build_object('n', number) AS data,"
        " %(day)s::date AS happened_on FROM generate_series(1, 3) AS number",
        {"day": TODAY, "named": [NOTE, "b.Other", NOTE]},
    )

    assert actions.append_rows(rows, kind=[NOTE, "b.Other"], at=AT, by=TEST) == 3

    newest_first = queries.of_account([7])
    assert [(each["kind"], each["data"]["n"]) for each in newest_first] == [(NOTE, 3), ("b.Other", 2), (NOTE, 1)]
    assert told == [(NOTE, [7, 7], [newest_first[2]["id"], newest_first[0]["id"]], AT)]


@pytest.mark.parametrize("made", [False, True], ids=["rows that stand", "rows that are made"])
def test_events_in_bulk_are_heard_in_the_statement_that_appends_them(monkeypatch, made):
    one_by_one, then = [], []
    hear = actions.InBulk(
        "INSERT INTO strategy_touched (account_id, event_id, kind) SELECT account_id, id, kind FROM appended",
        then.append,
    )
    listener = one_by_one.append
    for kind in (NOTE, "b.Other"):
        monkeypatch.setitem(actions._listeners, kind, [listener])
        monkeypatch.setitem(actions._in_bulk, (kind, listener), hear)
    query = (
        "SELECT number AS account_id, (%(named)s::text[])[number] AS kind, '{}'::jsonb AS data, %(day)s::date AS happened_on"
        " FROM generate_series(1, %(n)s) AS number"
    )
    several = {"day": TODAY, "named": [NOTE, "b.Other"], "n": 2}
    rows = sql.Rows("SELECT * FROM made", several, makes=query) if made else sql.Rows(query, several)

    assert actions.append_rows(rows, kind=[NOTE, "b.Other"], at=AT, by=TEST) == 2
    assert actions.append_rows(sql.Rows(query, {**several, "n": 0}), kind=[NOTE, "b.Other"], at=AT, by=TEST) == 0

    told = [(each["account_id"], each["id"], each["kind"]) for each in reversed(queries.of_account([1, 2]))]
    waiting = sql.rows("SELECT account_id, event_id AS id, kind FROM strategy_touched ORDER BY id")
    assert [tuple(each.values()) for each in waiting] == told
    assert (one_by_one, then) == ([], [AT])


def test_every_account_of_a_set_is_told_data_of_its_own_or_all_the_same():
    with pytest.raises(ValueError, match="data of its own"), transaction.atomic():
        actions.append_bulk(kind=NOTE, account_ids=[1, 2], data=[{}], happened_on=TODAY, at=AT, by=TEST)

    assert queries.of_account([1, 2]) == []


def test_listening_twice_is_listening_once(monkeypatch):
    monkeypatch.setitem(actions._listeners, NOTE, [])
    heard = []

    actions.listen(NOTE, heard.append)
    actions.listen(NOTE, heard.append)

    assert len(actions._listeners[NOTE]) == 1


def test_a_page_of_the_timeline_is_newest_first_and_the_next_begins_where_it_ended():
    ids = actions.append_bulk(kind=NOTE, account_ids=[1] * 5, data={}, happened_on=TODAY, at=AT, by=TEST)

    first = queries.of_account([1], limit=3)
    second = queries.of_account([1], limit=3, before_id=first[-1]["id"])

    assert [event["id"] for event in first + second] == list(reversed(ids))


@pytest.mark.parametrize(
    ("kinds", "found"),
    [
        (None, ["b.Three", "a.Two", "a.One"]),
        (["a.One"], ["a.One"]),
        (["a."], ["a.Two", "a.One"]),
        (["a.One", "b."], ["b.Three", "a.One"]),
        ([], []),
    ],
)
def test_a_timeline_is_narrowed_to_kinds_or_rooms(kinds, found):
    for kind in ("a.One", "a.Two", "b.Three"):
        actions.append_bulk(kind=kind, account_ids=[1], data={}, happened_on=TODAY, at=AT, by=TEST)

    assert [event["kind"] for event in queries.of_account([1], kinds=kinds)] == found


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE timeline_event SET kind = 'x'",
        "DELETE FROM timeline_event",
        "TRUNCATE timeline_event",
        "TRUNCATE timeline_event_other",
        "UPDATE timeline_seal SET events = 0",
        "DELETE FROM timeline_seal",
        "TRUNCATE timeline_seal",
    ],
)
def test_the_database_refuses_to_edit_the_timeline_and_its_seals(statement):
    actions.append(events.NoteAdded(7, "called"), at=AT, by=TEST)
    actions.append(events.NoteAdded(7, "called"), at=AT.replace(year=1999), by=TEST)
    actions.seal_events(at=AT)

    with (
        pytest.raises((IntegrityError, ProgrammingError), match=r"append-only|permission denied"),
        transaction.atomic(),
    ):
        sql.execute(statement)


def test_every_partition_refuses_edits_too():
    months.open_months(first=date(2031, 1, 1), last=date(2031, 1, 31))
    actions.append(events.NoteAdded(7, "called"), at=AT.replace(year=2031, month=1), by=TEST)

    for statement in ("UPDATE timeline_event_203101 SET kind = 'x'", "TRUNCATE timeline_event_203101"):
        with pytest.raises((IntegrityError, ProgrammingError), match=r"append-only|permission"), transaction.atomic():
            sql.execute(statement)


def test_a_note_says_something_and_only_who_may_writes_one():
    with pytest.raises(rules.NoteEmpty):
        actions.add_note(account_id=7, text="  ", happened_on=TODAY, at=AT, by=TEST)
    with pytest.raises(NotPermitted):
        actions.add_note(account_id=7, text="x", happened_on=TODAY, at=AT, by=builders.actor(builders.user()))

    assert queries.of_account([7]) == []


def test_notes_of_a_set_name_their_cause():
    outcome = actions.add_notes(Chosen([1, 2], [11, 12], "decision"), text="moved", happened_on=TODAY, at=AT, by=TEST)

    assert outcome.done == 2
    assert queries.of_account([2])[0]["data"] == {"text": "moved", "decision": 12}


def test_the_newest_instant_is_known():
    assert queries.known_until() is None

    actions.append(events.NoteAdded(7, "x"), at=AT, by=TEST)

    assert queries.known_until() == AT
