"""The hash chain: whatever is done to the record behind our back shows."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from tests.builders import AT, TEST, TODAY

from tallystick.kernel import sql
from tallystick.timeline import actions, queries
from tallystick.timeline.models import Seal


def append(count: int = 1) -> list[int]:
    return actions.append_bulk(
        kind="timeline.NoteAdded",
        account_ids=list(range(1, count + 1)),
        data={"text": "called"},
        happened_on=TODAY,
        at=AT,
        by=TEST,
    )


def reserve() -> int:
    """Take an id, as a transaction does that has not committed yet."""
    return sql.value("SELECT nextval('timeline_event_id_seq')")


def commit_late(number: int) -> None:
    sql.execute(
        "INSERT INTO timeline_event (id, account_id, recorded_at, happened_on, kind, actor, data)"
        " VALUES (%s, 7, %s, %s, 'timeline.NoteAdded', 'late', '{}')",
        [number, AT, TODAY],
    )


def tamper(statement: str, *params: object) -> None:
    """Change the record as somebody does who owns the server."""
    for table in ("timeline_event", "timeline_seal"):
        sql.execute(f"ALTER TABLE {table} DISABLE TRIGGER append_only")
        sql.execute(f"GRANT UPDATE, DELETE ON {table} TO CURRENT_USER")
    for table in sql.rows(
        "SELECT inhrelid::regclass::text AS name FROM pg_inherits WHERE inhparent = 'timeline_event'::regclass"
    ):
        sql.execute(f"GRANT UPDATE, DELETE ON {table['name']} TO CURRENT_USER")
    assert sql.execute(statement, params) > 0


@pytest.mark.django_db
def test_nothing_is_sealed_where_nothing_happened():
    assert actions.seal_events(at=AT) == 0
    assert queries.last_seal() is None
    assert queries.verify_seals() == []


@pytest.mark.django_db
def test_every_event_is_sealed_once_in_links_of_a_bounded_length():
    append(25)

    assert [actions.seal_events(limit=10, at=AT) for _ in range(4)] == [10, 10, 5, 0]
    assert [seal.events for seal in Seal.objects.order_by("pk")] == [10, 10, 5]
    assert len({bytes(seal.digest) for seal in Seal.objects.all()}) == 3
    assert queries.verify_seals() == []
    assert sql.value(queries.INVARIANTS[0].checked) == 25


@pytest.mark.django_db
def test_an_event_that_commits_late_gets_a_later_seal():
    append(3)
    late = reserve()
    append(3)
    assert actions.seal_events(at=AT) == 6

    commit_late(late)

    assert actions.seal_events(at=AT + timedelta(minutes=5)) == 1
    assert actions.seal_events(at=AT + timedelta(minutes=10)) == 0
    assert queries.verify_seals() == []


@pytest.mark.django_db
def test_late_and_new_events_share_a_link_within_its_length():
    append(2)
    late = reserve()
    append(2)
    actions.seal_events(at=AT)
    commit_late(late)
    append(5)

    assert [actions.seal_events(limit=4, at=AT) for _ in range(3)] == [4, 2, 0]
    assert queries.verify_seals() == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("statement", "named"),
    [
        pytest.param("UPDATE timeline_event SET data = '{}' WHERE id = %s", "was changed", id="the words"),
        pytest.param("UPDATE timeline_event SET account_id = 9 WHERE id = %s", "was changed", id="the account"),
        pytest.param(
            "UPDATE timeline_event SET happened_on = happened_on + 1 WHERE id = %s", "was changed", id="the day"
        ),
        pytest.param(
            "UPDATE timeline_event SET recorded_at = recorded_at + interval '1 microsecond' WHERE id = %s",
            "was changed",
            id="the instant",
        ),
        pytest.param("UPDATE timeline_event SET actor = 'ann' WHERE id = %s", "was changed", id="who it was"),
        pytest.param("DELETE FROM timeline_event WHERE id = %s", "are gone, the first is", id="taken away"),
    ],
)
def test_a_changed_event_is_found_and_its_link_named(statement, named):
    append(10)
    actions.seal_events(limit=5, at=AT)
    actions.seal_events(limit=5, at=AT)
    victim = queries.of_account([7])[0]["id"]

    tamper(statement, victim)

    (breach,) = queries.verify_seals()
    second = Seal.objects.latest("pk").pk
    assert breach.startswith(f"seal {second}: ")
    assert named in breach


@pytest.mark.django_db
def test_the_event_that_is_gone_is_named():
    ids = append(5)
    actions.seal_events(at=AT)

    tamper("DELETE FROM timeline_event WHERE id = %s", ids[3])

    (breach,) = queries.verify_seals()
    assert breach.endswith(f"1 of its events are gone, the first is {ids[3]}")


@pytest.mark.django_db
def test_a_link_that_is_taken_out_breaks_the_next():
    for _ in range(3):
        append(2)
        actions.seal_events(at=AT)
    first, second, third = Seal.objects.order_by("pk")

    tamper("DELETE FROM timeline_seal WHERE id = %s", second.pk)

    assert [breach.split(":")[0] for breach in queries.verify_seals()] == [f"seal {third.pk}"]
    assert first.pk < third.pk


@pytest.mark.django_db
def test_a_link_that_is_made_anew_breaks_the_next():
    append(2)
    actions.seal_events(at=AT)
    append(2)
    actions.seal_events(at=AT)
    first, second = Seal.objects.order_by("pk")

    tamper("UPDATE timeline_seal SET digest = sha256('x') WHERE id = %s", first.pk)

    assert [breach.split(":")[0] for breach in queries.verify_seals()] == [f"seal {first.pk}", f"seal {second.pk}"]


@pytest.mark.django_db
def test_an_event_that_slips_in_a_day_later_is_not_sealed_but_named():
    late = reserve()
    append(3)
    actions.seal_events(at=AT)
    append(1)
    actions.seal_events(at=AT + timedelta(days=1))

    commit_late(late)

    assert actions.seal_events(at=AT + timedelta(days=1)) == 0
    assert queries.verify_seals() == [f"event {late} stands between sealed ones and no seal covers it"]


@pytest.mark.django_db(transaction=True)
def test_sealers_at_the_same_time_seal_every_event_once():
    append(300)

    def seal(_worker: int) -> int:
        try:
            return sum(actions.seal_events(limit=50, at=AT) for _ in range(8))
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        sealed = sum(pool.map(seal, range(4)))
    # Who finds somebody sealing does nothing, so some may be left.
    while rest := actions.seal_events(limit=50, at=AT):
        sealed += rest

    assert sealed == 300
    assert queries.verify_seals() == []
