"""A rehearsal of a changed strategy on the whole book: exact, harmful changes first, and nothing written."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.urls import reverse
from tests import builders
from tests.strategy import builders as strategies
from tests.strategy.builders import BY, DAY, at, happened, run

from tallystick.access.rules.rights import Role
from tallystick.config.working_off import work_off
from tallystick.holds import actions as holds
from tallystick.holds.rules import Reason
from tallystick.kernel import clock, sql
from tallystick.kernel.actor import Scope
from tallystick.kernel.money import Money
from tallystick.kernel.refusals import NotPermitted
from tallystick.strategy import actions
from tallystick.strategy.actions import comparing, renewing
from tallystick.strategy.models import Act, Decision, Rehearsal, RehearsalAccount, RehearsalCount, Version
from tallystick.strategy.queries import book, rehearsals, rehearsed
from tallystick.strategy.queries.alike import Alike
from tallystick.strategy.queries.imagining import Imagined
from tallystick.strategy.queries.rehearsed import Result
from tallystick.strategy.rules import lifecycle
from tallystick.strategy.rules.rehearsal import Harm, NothingToRehearse, NotRehearsed, RehearsalTooOld

pytestmark = pytest.mark.django_db

DOCUMENT = """
name: test
title: Test
start: waiting
states:
  waiting:
    steps:
      - id: write
        when: days_past_due >= 7
        do:
          - task: {kind: call, title: Call}
          - note: called
      - id: rest
        after: 30 days
        do: [note: rest]
    leave:
      - when: overdue <= 0
        go: paid
  paid: {}
"""
#: Calls from the third day, and whoever has paid is greeted at once.
CHANGED = DOCUMENT.replace(">= 7", ">= 3").replace(
    "paid: {}", "paid:\n    steps:\n      - {id: greet, do: [note: hello]}"
)


def _debtors(*days_late: int) -> list[int]:
    ids = []
    for late in days_late:
        account = builders.account()
        builders.invoice(account, due_on=DAY - timedelta(days=late))
        ids.append(account.pk)
    return ids


def _draft(document: str = CHANGED) -> Version:
    return actions.draft(document=document, at=at(DAY), by=BY)


def _rehearse(version: Version, day=DAY, by=BY) -> Result:
    return Result(actions.rehearse(version_id=version.pk, today=day, at=at(day), by=by))


def _told(result: Result) -> dict[tuple[tuple[str, ...], tuple[str, ...]], int]:
    return {(each.before.happens, each.after.happens): each.total.accounts for each in result.differences}


def _kept(result: Result) -> dict[int, tuple[tuple[str, ...], tuple[str, ...]]]:
    rows = rehearsed.rows(result, rehearsed.accounts_differing(result, scope=Scope()))
    return {each.account.pk: (each.before.happens, each.after.happens) for each in rows}


def _checksums() -> list[dict[str, object]]:
    tables = [
        row["name"]
        for row in sql.rows(
            """
            SELECT relname AS name FROM pg_class
            WHERE relkind IN ('r', 'p') AND NOT relispartition AND relnamespace = 'public'::regnamespace
              AND relname NOT LIKE 'strategy_rehearsal%%' AND relname <> 'strategy_act' ORDER BY relname
            """
        )
    ]
    proof = "SELECT count(*), sum(hashtextextended(t::text, 0)) AS proof FROM {table} AS t"
    return [{"table": name, **sql.rows(sql.fill(proof, table=name))[0]} for name in tables]


def test_differences_are_exact():
    late, between, early, paid = _debtors(9, 5, 1, -3)
    strategies.publish(DOCUMENT)
    strategies.refresh(late, between, early, paid)

    result = _rehearse(_draft())

    assert (result.rehearsal.day, result.whole.all.accounts, result.whole.differing.accounts) == (DAY, 4, 2)
    assert _told(result) == {((), ("Write",)): 1, (("→ Paid",), ("→ Paid", "Greet")): 1}
    assert _kept(result) == {between: ((), ("Write",)), paid: (("→ Paid",), ("→ Paid", "Greet"))}
    assert result.whole.all.owed == [Money.of("400.00", "GBP")]
    assert result.whole.differing.owed == [Money.of("200.00", "GBP")]
    assert {each.said: (each.before, each.after) for each in result.orders} == {
        "task for a person, Call: Call": (1, 2),
        "note: called": (1, 2),
        "note: hello": (0, 1),
    }


def test_the_next_run_does_what_was_rehearsed():
    ids = _debtors(9, 5, 1, -3, 40)
    strategies.publish(DOCUMENT)
    strategies.refresh(*ids)
    draft = _draft()
    result = _rehearse(draft)
    foreseen = {
        title: sum(count.accounts for count in result._of("") if title in result.said(count.after).happens)
        for title in ("Write", "→ Paid", "Greet")
    }

    actions.publish(version_id=draft.pk, at=at(DAY), by=BY)
    actions.settle(day=DAY, at=at(DAY), by=BY)
    run(DAY)

    done = [title for account_id in ids for _day, title in happened(account_id)]
    assert {title: done.count(title) for title in foreseen} == foreseen == {"Write": 3, "→ Paid": 1, "Greet": 1}


def test_the_same_document_makes_no_difference():
    ids = _debtors(9, 5, -3)
    strategies.publish(DOCUMENT)
    strategies.refresh(*ids)

    result = _rehearse(_draft(DOCUMENT + "# another day\n"))

    assert (result.whole.all.accounts, result.whole.differing.accounts, result.harms) == (3, 0, [])
    assert not RehearsalAccount.objects.exists()


def test_nothing_is_written_to_the_live_tables():
    ids = _debtors(9, 5, -3)
    strategies.publish(DOCUMENT)
    strategies.refresh(*ids)
    draft = _draft()
    before = _checksums()

    _rehearse(draft)

    assert _checksums() == before
    assert not Decision.objects.exists()


def test_facts_that_the_day_changes_are_brought_up_to_date_in_the_rehearsal_alone():
    [due_tomorrow] = _debtors(-1)
    strategies.publish(DOCUMENT)
    strategies.refresh(due_tomorrow)
    stored = strategies.row(due_tomorrow)
    draft = _draft(DOCUMENT.replace("days_past_due >= 7", "overdue > 0"))

    result = _rehearse(draft, day=DAY + timedelta(days=2))

    assert _told(result) == {((), ("Write",)): 1}
    assert strategies.row(due_tomorrow) == stored


def test_what_the_day_changes_is_looked_up_only_where_it_is_read():
    [held] = _debtors(9)
    strategies.publish(DOCUMENT)
    until = DAY + timedelta(days=1)
    holds.place_hold(account_id=held, reason=Reason.MANUAL, from_on=DAY, until_on=until, at=at(DAY), by=BY)
    strategies.refresh(held)
    sql.execute("UPDATE strategy_book SET tasks_stale_on = %s", [DAY])

    imagined = Imagined(_draft(), DAY)
    found = "SELECT {is_stale} FROM ({rows}) AS book"
    stale = [
        sql.value(sql.fill(found, is_stale=imagined.is_stale, rows=imagined.rows([book.BOOK]))),
        sql.value(sql.fill(found, is_stale=Imagined(_draft(), until).is_stale, rows=imagined.rows([book.BOOK]))),
    ]

    assert stale == [False, True], "nobody asks for tasks; whether it is held is told of every account"


@pytest.mark.usefixtures("calendar", "hearing")
def test_what_the_day_changes_is_all_that_a_refresh_would_change():
    ids = _debtors(9, 9, 9, -1, -4, 5)
    held, paused, tasked, _due_tomorrow, _due_later, pausing = ids
    strategies.publish(DOCUMENT.replace("title: Call}", "title: Call, limit: 1 business day}"))
    days = {Reason.MANUAL: (held, DAY, DAY + timedelta(days=2)), Reason.PAUSE: (paused, DAY, None)}
    for reason, (account_id, from_on, until_on) in days.items():
        terms = {"reason": reason, "from_on": from_on, "until_on": until_on, "at": at(DAY), "by": BY}
        holds.place_hold(account_id=account_id, **terms)
    holds.place_hold(
        account_id=pausing, reason=Reason.PAUSE, from_on=DAY + timedelta(days=2), until_on=None, at=at(DAY), by=BY
    )
    strategies.refresh(*ids)
    run(DAY)
    strategies.refresh(*ids)
    assert strategies.row(tasked)["tasks_stale_on"]
    later = DAY + timedelta(days=3)
    copies = {}
    for name, brought in (
        ("renewed", lambda copy: renewing.renew(ids, day=later, table=copy, keeps_past=False)),
        ("refreshed", lambda copy: actions.refresh(ids, day=later, table=copy, keeps_past=False)),
    ):
        sql.execute(sql.fill("CREATE TEMP TABLE {copy} AS SELECT * FROM strategy_book", copy=name))
        brought(name)
        copies[name] = sql.rows(sql.fill("SELECT * FROM {copy} ORDER BY account_id", copy=name))

    assert copies["renewed"] == copies["refreshed"]
    imagined = Imagined(_draft(), later)
    told = sql.rows(
        sql.fill(
            "SELECT * FROM ({renewed}) AS book ORDER BY account_id",
            renewed=imagined.renewed(imagined.rows([book.BOOK])),
        )
    )
    assert told == [{name: row[name] for name in imagined.columns} for row in copies["refreshed"]]
    changed = {
        name
        for was, now in zip(sql.rows("SELECT * FROM strategy_book ORDER BY account_id"), copies["renewed"], strict=True)
        for name in was
        if was[name] != now[name]
    }
    assert changed >= {
        "overdue_minor",
        "holds_until_on",
        "holds_paused_days",
        "holds_paused",
        "tasks_overrun",
        "next_review_on",
    }


BEGINNING = "  beginning:\n    steps:\n      - {id: look, do: [note: look], go: waiting}\n"
REST = "      - id: rest\n        after: 30 days\n        do: [note: rest]\n"
EARLY = "      - id: early\n        when: days_past_due >= 2\n        do: [note: early]\n"


@pytest.mark.parametrize(
    ("document", "alike"),
    [
        (DOCUMENT, {"waiting", "paid"}),
        (DOCUMENT.replace("note: called", "note: other words"), {"waiting", "paid"}),
        (CHANGED, set()),
        (
            DOCUMENT.replace("states:\n", "states:\n" + BEGINNING).replace("start: waiting", "start: beginning"),
            {"waiting", "paid"},
        ),
        (DOCUMENT.replace(REST, ""), {"paid"}),
        (DOCUMENT.replace("id: rest", "id: pause"), {"waiting", "paid"}),
        (DOCUMENT.replace("    steps:\n", "    steps:\n" + EARLY, 1), {"paid"}),
        (DOCUMENT.replace("start: waiting", "start: waiting\nnever_when:\n  held: holds.active"), {"paid"}),
        (DOCUMENT.replace("overdue <= 0", "strategy.decisions > 1"), {"paid"}),
    ],
)
def test_whom_both_ways_treat_by_the_same_words_is_asked_once_to_the_same_end(document, alike, monkeypatch):
    ids = _debtors(*[9, 5, 1, -3, -1, 40] * 2)
    held, unassigned = ids[:2]
    strategies.publish(DOCUMENT)
    strategies.refresh(*ids)
    run(DAY)
    strategies.refresh(*_debtors(8, 2))
    holds.place_hold(account_id=held, reason=Reason.MANUAL, from_on=DAY, until_on=None, at=at(DAY), by=BY)
    strategies.refresh(held)
    sql.execute("UPDATE strategy_book SET version_id = NULL, place = NULL WHERE account_id = %s", [unassigned])
    draft, day = _draft(document), DAY + timedelta(days=1)

    once = Alike(Imagined(draft, day))
    told = {image.state.id for image, kind in zip(once._images, once._kinds, strict=True) if image is not None and kind}
    first = _rehearse(draft, day)
    monkeypatch.setattr(Alike, "is_anywhere", False)
    second = _rehearse(draft, day)

    assert told == alike
    assert first.rehearsal.figures == second.rehearsal.figures
    assert _kept(first) == _kept(second)


def _asked_once(version: Version, day) -> int:
    count = "SELECT count(*) FROM strategy_book AS book WHERE {condition}"
    return int(sql.value(sql.fill(count, condition=Alike(Imagined(version, day)).condition)))


def test_a_book_is_scanned_again_only_for_whom_the_ways_treat_otherwise():
    ids = _debtors(9, 5)
    strategies.publish(DOCUMENT)
    strategies.refresh(*ids)
    draft, day = _draft(DOCUMENT.replace("called", "rang")), DAY + timedelta(days=1)
    assert _scans(draft, day) == 1

    sql.execute("UPDATE strategy_book SET version_id = NULL, place = NULL WHERE account_id = %s", ids[:1])

    assert _scans(draft, day) == 2


def _scans(version: Version, day) -> int:
    scans = []

    def watch(execute, query, params, many, context):
        scans.append(
            query.lstrip().startswith(f"INSERT INTO {comparing.TALLY}") and "FROM strategy_book_00000" in query
        )
        return execute(query, params, many, context)

    with connection.execute_wrapper(watch):
        result = _rehearse(version, day)
    assert rehearsals.accounts(result.rehearsal) == 2
    return sum(scans)


def test_where_it_matters_what_was_decided_both_ways_are_asked():
    ids = _debtors(9, 5)
    strategies.publish(DOCUMENT)
    strategies.refresh(*ids)
    draft = _draft(DOCUMENT.replace("called", "rang"))
    assert [_asked_once(draft, DAY + timedelta(days=late)) for late in (0, 1)] == [0, 2]

    asking = DOCUMENT.replace("overdue <= 0", "strategy.decisions > 1")
    strategies.publish(asking)
    actions.settle(day=DAY, at=at(DAY), by=BY)

    assert _asked_once(_draft(asking.replace("called", "rang")), DAY + timedelta(days=1)) == 0


def test_who_stands_in_a_state_that_is_gone_starts_anew():
    [account_id] = _debtors(9)
    strategies.publish(DOCUMENT)
    strategies.refresh(account_id)
    draft = _draft(DOCUMENT.replace("waiting", "beginning"))

    result = _rehearse(draft)

    [difference] = result.differences
    assert (difference.before.happens, difference.after.happens) == (("Write",), ("Write",))
    assert difference.after.stands.startswith("Beginning")


def test_a_first_version_is_rehearsed_against_nothing():
    ids = _debtors(9, 1)
    actions.refresh(ids, day=DAY)
    draft = _draft()
    actions.assign(strategy="test", at=at(DAY), by=BY)

    result = _rehearse(draft)

    assert result.rehearsal.against is None
    assert (result.whole.all.accounts, result.whole.differing.accounts) == (2, 2)
    assert sorted(_told(result)) == [((), ()), ((), ("Write",))]


def test_a_first_version_takes_accounts_from_another_strategy():
    ids = _debtors(9)
    strategies.publish(DOCUMENT.replace("name: test", "name: other").replace("Call}", "Ring}"))
    strategies.refresh(*ids)
    draft = _draft()
    [client] = {builders.Account.objects.get(pk=each).portfolio.client for each in ids}
    actions.assign(strategy="test", client=client.code, at=at(DAY), by=BY)

    result = _rehearse(draft)

    assert {each.said: (each.before, each.after) for each in result.orders} == {
        "task for a person, Call: Ring": (1, 0),
        "task for a person, Call: Call": (0, 1),
        "note: called": (1, 1),
    }


def test_harm_comes_first():
    vulnerable, plain = _debtors(5, 5)
    holds.place_hold(account_id=vulnerable, reason=Reason.VULNERABILITY, from_on=DAY, until_on=None, at=at(DAY), by=BY)
    strategies.publish(DOCUMENT)
    strategies.refresh(vulnerable, plain)

    result = _rehearse(_draft())

    assert {each.harm: each.total.accounts for each in result.harms} == {
        Harm.VULNERABLE: 1,
        Harm.ENFORCEMENT: 1,
        Harm.HELD: 1,
    }
    assert result.harmed.accounts == 1
    found = rehearsed.accounts_differing(result, scope=Scope(), harm=Harm.VULNERABLE)
    assert [each.account_id for each in found] == [vulnerable]
    assert ("The customer is vulnerable", 0, 1) in result.touched


def test_who_is_left_without_a_next_step_is_named():
    [account_id] = _debtors(9)
    strategies.publish(DOCUMENT)
    strategies.refresh(account_id)

    result = _rehearse(
        _draft(DOCUMENT.replace("      - id: rest\n        after: 30 days\n        do: [note: rest]\n", ""))
    )

    assert [(each.harm, each.total.accounts) for each in result.harms] == [(Harm.NO_NEXT_STEP, 1)]


def test_an_account_out_of_scope_is_not_shown():
    mine, theirs = _debtors(5, 5)
    strategies.publish(DOCUMENT)
    strategies.refresh(mine, theirs)
    result = _rehearse(_draft())
    client_id = builders.Account.objects.get(pk=mine).portfolio.client_id

    found = rehearsed.accounts_differing(result, scope=Scope(frozenset({client_id})))

    assert mine in [each.account_id for each in found]
    assert not rehearsed.accounts_differing(result, scope=Scope(frozenset())).exists()


def test_parts_come_to_the_same_and_what_was_done_is_not_done_again(leaves, monkeypatch):
    ids = _debtors(*[9, 5, 1, -3] * 10)
    strategies.publish(DOCUMENT)
    strategies.refresh(*ids)
    draft = _draft()
    whole = _rehearse(draft).rehearsal
    monkeypatch.setattr(book, "_CHUNK", 0.01)
    terms = {"at": at(DAY), "by": BY}

    begun = actions.start_rehearsal(version_id=draft.pk, today=DAY, **terms)
    for chunk in range(5):
        actions.rehearse_chunk(rehearsal_id=begun.pk, chunk=chunk, **terms)
    assert not actions.finish_rehearsal(rehearsal_id=begun.pk, **terms)
    again = actions.start_rehearsal(version_id=draft.pk, today=DAY, **terms)
    done = actions.work_rehearsal(rehearsal_id=again.pk, **terms)
    assert actions.finish_rehearsal(rehearsal_id=again.pk, **terms)

    assert (again.pk, begun.chunks, done) == (begun.pk, 16, 11)
    again.refresh_from_db()
    assert again.figures == whole.figures
    assert RehearsalAccount.objects.filter(rehearsal=again).count() == 20


def test_a_finished_rehearsal_is_never_changed():
    ids = _debtors(9, 5)
    strategies.publish(DOCUMENT)
    strategies.refresh(*ids)
    found = _rehearse(_draft()).rehearsal

    for change in (
        lambda: Rehearsal.objects.filter(pk=found.pk).update(figures="0"),
        lambda: RehearsalCount.objects.filter(rehearsal=found).update(accounts=0),
        lambda: RehearsalAccount.objects.create(
            rehearsal=found, account_id=-1, client_id=1, harms=0, currency="GBP", open_minor=0
        ),
    ):
        with pytest.raises(Exception, match=r"finished rehearsal|append-only|permission denied"), transaction.atomic():
            change()


def test_the_history_of_the_version_tells_of_it():
    ids = _debtors(9, 5)
    strategies.publish(DOCUMENT)
    strategies.refresh(*ids)
    draft = _draft()

    rehearsal = _rehearse(draft).rehearsal

    act = Act.objects.get(version=draft, kind=lifecycle.ActKind.REHEARSED)
    assert (act.details["rehearsal"], act.details["figures"]) == (rehearsal.pk, rehearsal.figures)
    assert act.details["differing"] == 1


def test_whoever_approves_signs_the_figures_of_this_document_and_of_these_days():
    ids = _debtors(9, 5)
    strategies.publish(DOCUMENT)
    strategies.refresh(*ids)
    second = builders.actor(builders.user(), "approve strategies")
    first, other = _draft(), _draft(CHANGED.replace(">= 3", ">= 4"))
    terms = {"version_id": other.pk, "by": second}
    of_first = _rehearse(first).rehearsal

    for rehearsal_id in (None, of_first.pk):
        with pytest.raises(NotRehearsed):
            actions.approve(rehearsal_id=rehearsal_id, at=at(DAY), **terms)
    rehearsal = _rehearse(other).rehearsal
    with pytest.raises(RehearsalTooOld):
        actions.approve(at=at(DAY + timedelta(days=8)), **terms)
    act = actions.approve(at=at(DAY + timedelta(days=7)), **terms)

    assert (act.details["rehearsal"], act.details["figures"]) == (rehearsal.pk, rehearsal.figures)


def test_the_command_tells_what_changes(capsys):
    ids = _debtors(9, 5)
    strategies.publish(DOCUMENT)
    strategies.refresh(*ids)
    _draft()
    clock.travel_to(at(DAY))
    try:
        call_command("strategy", "rehearse", "test")
    finally:
        clock.travel_to(None)

    told = capsys.readouterr().out
    assert "then at Waiting · Write → Write; then at Waiting · Rest\t1" in told
    assert "2026-03-02: 1 of 2 accounts fare otherwise." in told


@pytest.mark.usefixtures("calendar")
def test_the_pages_lead_from_the_version_to_the_accounts_and_their_file(signed_in):
    late, between = _debtors(9, 5)
    holds.place_hold(account_id=between, reason=Reason.VULNERABILITY, from_on=DAY, until_on=None, at=at(DAY), by=BY)
    strategies.publish(DOCUMENT)
    strategies.refresh(late, between)
    draft, browser = _draft(), signed_in(Role.CREDIT_MANAGER)
    reference = builders.Account.objects.get(pk=between).reference

    begun = browser.post(reverse("strategy:rehearse", args=[draft.pk]))
    assert "0 of 1 parts of the book" in browser.get(begun.url).content.decode()
    work_off()
    page = browser.get(begun.url).content.decode()

    assert page.index("May harm 1 account") < page.index("What changes")
    harmed = browser.get(f"{begun.url}/accounts?harm={Harm.VULNERABLE:d}").content.decode()
    assert (reference in harmed, "The customer is vulnerable" in harmed) == (True, True)
    assert reference not in browser.get(f"{begun.url}/accounts?harm={Harm.DISPUTED:d}").content.decode()
    lines = b"".join(browser.get(f"{begun.url}/accounts.csv").streaming_content).decode().splitlines()
    assert len(lines) == 2
    assert lines[1].startswith(f"{reference},")
    assert "1 of 2 accounts fares otherwise" in " ".join(
        browser.get(reverse("strategy:version", args=[draft.pk])).content.decode().split()
    )


@pytest.mark.usefixtures("calendar")
def test_a_collector_rehearses_nothing(signed_in):
    published = strategies.publish(DOCUMENT)

    assert signed_in(Role.COLLECTOR).post(reverse("strategy:rehearse", args=[published.pk])).status_code == 403


def test_where_the_book_was_run_today_tomorrow_is_rehearsed():
    ids = _debtors(6)
    published = strategies.publish(DOCUMENT)
    strategies.refresh(*ids)
    run(DAY)

    result = _rehearse(published)

    assert result.rehearsal.day == DAY + timedelta(days=1)
    assert {each.said: each.after for each in result.orders} == {"task for a person, Call: Call": 1, "note: called": 1}
    assert result.whole.differing.accounts == 0


def test_a_rehearsal_refuses_what_publishing_would():
    draft = _draft(DOCUMENT.replace("note: called", "email: nothing"))

    with pytest.raises(lifecycle.TemplateMissing):
        _rehearse(draft)
    with pytest.raises(NotPermitted):
        _rehearse(draft, by=builders.actor(builders.user(), "see strategies"))


def test_a_replaced_version_is_not_rehearsed():
    first = strategies.publish(DOCUMENT)
    strategies.publish(CHANGED)

    with pytest.raises(NothingToRehearse):
        _rehearse(first)
