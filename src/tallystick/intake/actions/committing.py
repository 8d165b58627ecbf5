"""Load a checked batch into the book, chunk by chunk: restartable, and each line exactly once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from django.db import transaction

from tallystick.accounts import actions as account_actions
from tallystick.accounts import queries as account_queries
from tallystick.accounts.models import Portfolio
from tallystick.intake import events, queries, rules
from tallystick.intake.actions import silence
from tallystick.intake.actions.checking import stage
from tallystick.intake.actions.tallying import tally
from tallystick.intake.actions.uploading import drop_lines
from tallystick.intake.models import Batch, RowError
from tallystick.kernel import sql
from tallystick.kernel.actor import Actor
from tallystick.kernel.calendars import local_day
from tallystick.parties import actions as party_actions
from tallystick.parties import queries as party_queries
from tallystick.parties.rules import PartyKind
from tallystick.timeline import actions as timeline


def _importing(by: Actor) -> Actor:
    """Give the actor for what an import does: who may import receivables may do what an import is made of."""
    by.must_be_allowed_to("import receivables")
    return replace(by, is_system=True)


@transaction.atomic
def start_commit(*, batch_id: int, at: datetime, by: Actor) -> None:
    """Begin to load a batch: from here on it cannot be abandoned, only finished. Doing it again changes nothing.

    :raises BatchStateUnfit: it is not checked
    """
    by.must_be_allowed_to("import receivables")
    batch = queries.lock_batch(batch_id, scope=by.scope)
    if batch.state == rules.BatchState.COMMITTING:
        _stand_again(batch)
        return
    if batch.state != rules.BatchState.CHECKED:
        raise rules.BatchStateUnfit(state=rules.BatchState(batch.state).label)
    _stand_again(batch)
    if not Portfolio.objects.filter(client_id=batch.source.client_id).exclude(code="HOUSE").exists():
        opened = account_actions.open_portfolio(
            client=batch.source.client, code="MAIN", name=batch.source.client.name, at=at, by=_importing(by)
        )
        sql.execute(_query("take_portfolio", batch), {"portfolio": opened.pk})
    sql.execute(_query("make_chunks", batch), {"batch": batch.pk})
    # What the book forbade when the batch was checked is judged again as each line is loaded.
    RowError.objects.filter(batch=batch, code__startswith="accounts.").delete()
    RowError.objects.filter(batch=batch, code="ahead_of_source").delete()
    batch.state = rules.BatchState.COMMITTING
    batch.committed_by = by.label
    batch.began_at = at
    batch.problem = ""
    batch.save(update_fields=["state", "committed_by", "began_at", "problem"])


def _stand_again(batch: Batch) -> None:
    """Stage a batch's lines again if a crash of the server emptied their tables: the same file gives the same chunks."""
    if not queries.holds_lines(batch.pk):
        stage(batch)


@transaction.atomic
def commit_next_chunk(*, batch_id: int, at: datetime, by: Actor) -> bool:
    """Load the next chunk of a batch in one transaction, with its mark; False when no chunk is left to take.

    Several workers may call this at once, each takes a chunk of its own. A chunk is loaded whole or not at all, and once.

    :raises BatchStateUnfit: the batch is not being loaded
    """
    importing = _importing(by)
    batch = queries.get_batch(batch_id, scope=by.scope)
    if batch.state == rules.BatchState.COMMITTED:
        return False
    if batch.state != rules.BatchState.COMMITTING:
        raise rules.BatchStateUnfit(state=rules.BatchState(batch.state).label)
    if not queries.holds_lines(batch.pk):
        _stand_again(queries.lock_batch(batch_id, scope=by.scope))
    chunk = sql.value(_query("take_chunk", batch), {"batch": batch.pk})
    if chunk is None:
        return False
    _Chunk(batch, chunk, at=at, by=importing).load()
    sql.execute(_query("mark_chunk", batch), {"batch": batch.pk, "chunk": chunk, "at": at})
    return True


def _query(name: str, batch: Batch) -> str:
    text = sql.load("tallystick.intake", "commit.sql", name)
    _staged, ready = queries.line_tables(batch.pk)
    markers = {
        "ready": queries.quoted(ready),
        "judged": queries.quoted(account_actions.JUDGED),
        "new_account_id": account_queries.NEW_ACCOUNT_ID,
        "new_party_id": party_queries.NEW_PARTY_ID,
    }
    return sql.fill(text, **{marker: part for marker, part in markers.items() if "{" + marker + "}" in text})


class _Chunk:
    """One chunk on its way into the book."""

    def __init__(self, batch: Batch, chunk: int, *, at: datetime, by: Actor) -> None:
        assert batch.mapping is not None  # noqa: S101
        self.batch = batch
        self.kind = rules.FileKind(batch.source.kind)
        self.mapping = rules.mapping_of(batch.mapping.document)
        self.at = at
        self.by = by
        self.today: date = local_day(at, batch.source.client.time_zone)
        self.origin = f"import {batch.pk}: {batch.file_name}"
        self.params: Mapping[str, Any] = {
            "batch": batch.pk,
            "chunk": chunk,
            "client": batch.source.client_id,
            "source": batch.source_id,
            "tells_of_debtors": self.kind in rules.TELLS_OF_DEBTORS,
            "party_kind": PartyKind.PERSON if self.kind == rules.FileKind.PLACEMENTS else PartyKind.COMPANY,
        }
        #: Markers by which queries of lines see this chunk, and the accounts found for it.
        self.bound = {"bound": "AND ready.chunk = %(chunk)s"}
        self.found = {
            **self.bound,
            "accounts": "JOIN intake_account AS mine ON mine.account_key = ready.account_key",
            "account_id": "mine.account_id",
        }

    def load(self) -> None:
        """Find or open the accounts, write what the lines bring, and count what became of each."""
        self.execute("forget_accounts")
        self.execute("find_accounts")
        account_actions.lock_accounts(self.rows("standing_accounts"))
        verdicts = self.judge_debtors()
        self.open_accounts()
        changed = self.reach_debtors()
        if self.kind in rules.TELLS_OF_DEBTORS:
            changed += party_actions.correct_parties(self.rows("known_parties"), at=self.at, by=self.by)
            self.tell_of_debtors(changed)
        judged = [verdicts] if verdicts else []
        if self.kind in rules.BRINGS_ITEMS:
            rows = queries.item_rows(self.batch, kind=self.kind, **self.found)
            account_actions.add_or_correct_items(
                self.bind(rows), today=self.today, origin=self.origin, at=self.at, by=self.by
            )
            judged.append(queries.verdicts_of(account_actions.JUDGED))
            if self.mapping.settles_by_silence:
                self.execute("note_listed")
        if self.kind in rules.BRINGS_CREDITS:
            rows = queries.credit_rows(self.batch, **self.found)
            account_actions.apply_source_credits(
                self.bind(rows),
                keep_on_account=self.kind == rules.FileKind.INVOICES,
                today=self.today,
                origin=self.origin,
                at=self.at,
                by=self.by,
            )
            judged.append(queries.credit_verdicts_of(account_actions.JUDGED_CREDITS))
        verdict = queries.one_verdict(judged, kind=self.kind)
        tally(self.batch, sql.Rows(verdict), phase=rules.Phase.COMMITTED, **self.bound, params=self.params)

    def execute(self, name: str) -> int:
        """Execute one of the room's own statements for this chunk."""
        return sql.execute(_query(name, self.batch), self.params)

    def rows(self, name: str) -> sql.Rows:
        """Give rows of this chunk as a bulk action of another room wants them."""
        return sql.Rows(_query(name, self.batch), self.params)

    def bind(self, rows: sql.Rows) -> sql.Rows:
        """Give rows that are bounded by this chunk their parameters."""
        return sql.Rows(rows.select, {**rows.params, **self.params})

    def judge_debtors(self) -> str:
        """Keep what the lines say of debtors against what is known, before it is written down."""
        if self.kind not in rules.TELLS_OF_DEBTORS:
            return ""
        verdicts = self.bind(queries.debtor_verdicts(self.batch, **self.bound))
        sql.execute("DROP TABLE IF EXISTS intake_judged")
        keep = "CREATE TEMP TABLE intake_judged ON COMMIT DROP AS SELECT * FROM {rows} AS judged"
        sql.execute(*verdicts.into(keep, {}))
        return queries.verdicts_of("intake_judged")

    def open_accounts(self) -> None:
        """Open the accounts that are new, with their parties."""
        claims = self.rows("accounts_to_be")
        wanted = int(sql.value("SELECT count(*) FROM intake_account WHERE is_new"))
        if not wanted:
            return
        if account_actions.claim_accounts(claims, at=self.at, by=self.by) < wanted:
            self.execute("take_claimed")
        if self.mapping.home_currency or "debtor_ref" in self.mapping.origins:
            self.execute("know_debtors")
            self.execute("take_debtors")
        self.execute("draw_parties")
        party_actions.add_parties(self.rows("parties_to_be"), at=self.at, by=self.by)
        account_actions.open_accounts(claims, opened_on=self.today, at=self.at, by=self.by)

    def reach_debtors(self) -> list[int]:
        """Write down contact points, addresses and groups where the file gives any; give whom we can reach otherwise now."""
        given = self.mapping.origins.keys()
        changed: list[int] = []
        if given & {"email", "phone", "mobile"}:
            changed += party_actions.add_contact_points(self.rows("contact_points"), at=self.at, by=self.by)
        if given & {"address_1", "postcode"}:
            changed += party_actions.set_addresses(self.rows("addresses"), from_on=self.today, at=self.at, by=self.by)
        if "group_name" in given:
            party_actions.join_groups(self.rows("groups"), at=self.at, by=self.by)
        return changed

    def tell_of_debtors(self, party_ids: Sequence[int]) -> None:
        """Tell the accounts that stood before what became known of their debtors."""
        params = {"party_ids": sorted(set(party_ids)), "origin": self.origin, "today": self.today}
        told = sql.Rows(_query("accounts_of_debtors", self.batch), params)
        kind = f"intake.{events.DebtorCorrected.__name__}"
        timeline.append_rows(told, kind=kind, at=self.at, by=self.by)


@transaction.atomic
def finish_commit(*, batch_id: int, at: datetime, by: Actor) -> bool:
    """Close a batch whose chunks are all loaded: prove its receipt against the file and the book. False while some are not.

    :raises NotProven: the receipt does not add up, which is a defect; the batch stays open
    """
    by.must_be_allowed_to("import receivables")
    batch = queries.lock_batch(batch_id, scope=by.scope)
    if batch.state == rules.BatchState.COMMITTED:
        return True
    if batch.state != rules.BatchState.COMMITTING:
        raise rules.BatchStateUnfit(state=rules.BatchState(batch.state).label)
    done, chunks = queries.progress(batch.pk)
    if done < chunks:
        return False
    _stand_again(batch)
    silence.settle(batch, at=at, by=_importing(by))
    queries.plan_for_a_file()
    rules.check_proof(
        lines_in_file=batch.lines or 0,
        totals=queries.totals(batch.pk, phase=rules.Phase.COMMITTED),
        in_book=queries.in_book(batch),
    )
    found = RowError.objects.filter(batch=batch)
    batch.errors = found.filter(is_warning=False).values("line").distinct().count()
    batch.warnings = found.filter(is_warning=True).count()
    batch.state = rules.BatchState.COMMITTED
    batch.committed_at = at
    batch.save(update_fields=["errors", "warnings", "state", "committed_at"])
    drop_lines(batch.pk)
    return True
