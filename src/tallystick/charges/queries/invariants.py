"""What is always true of interest."""

from __future__ import annotations

from tallystick.kernel.invariants import Invariant

INVARIANTS = (
    Invariant(
        name="interest is what the ledger says",
        sentence="What an item's interest comes to is the sum of the entries that charged it, less those that were taken back.",
        checked="SELECT count(*) FROM charges_bearing",
        breaches="""
        SELECT bearing.account_id, 'interest on item ' || bearing.item_id || ' comes to ' || bearing.charged_minor
               || ', the ledger says ' || coalesce(entries.minor, 0) AS what
        FROM charges_bearing AS bearing
        LEFT JOIN (
            SELECT entry.account_id, entry.cause_id AS item_id, sum(entry.amount_minor) AS minor
            FROM ledger_entry AS entry
            LEFT JOIN ledger_entry AS reversal
                ON reversal.account_id = entry.account_id AND reversal.cause_kind = 9 AND reversal.cause_id = entry.id
            WHERE entry.cause_kind = 10 AND reversal.id IS NULL
            GROUP BY entry.account_id, entry.cause_id
        ) AS entries ON entries.account_id = bearing.account_id AND entries.item_id = bearing.item_id
        WHERE bearing.charged_minor <> coalesce(entries.minor, 0)
        """,
    ),
    Invariant(
        name="interest is what its lines prove",
        sentence="What an item's interest comes to is the sum of its lines, with what lifts them to the least that is agreed.",
        checked="SELECT count(*) FROM charges_line",
        breaches="""
        SELECT bearing.account_id, 'interest on item ' || bearing.item_id || ' comes to ' || bearing.charged_minor
               || ', its lines to ' || coalesce(lines.minor, 0) + bearing.since_minor + bearing.lifted_minor AS what
        FROM charges_bearing AS bearing
        LEFT JOIN (
            SELECT account_id, item_id, sum(amount_minor) AS minor
            FROM charges_line
            WHERE taken_back_at IS NULL
            GROUP BY account_id, item_id
        ) AS lines ON lines.account_id = bearing.account_id AND lines.item_id = bearing.item_id
        WHERE bearing.charged_minor <> coalesce(lines.minor, 0) + bearing.since_minor + bearing.lifted_minor
        """,
    ),
    Invariant(
        name="each day of interest has one line",
        sentence="The lines of an item follow one another without a gap, and lie within the days for which it is charged.",
        checked="SELECT count(*) FROM charges_line WHERE taken_back_at IS NULL",
        breaches="""
        SELECT account_id, 'the line of item ' || item_id || ' from ' || first_day || ' does not follow the one before' AS what
        FROM (
            SELECT line.account_id, line.item_id, line.first_day, line.last_day, bearing.first_day AS begins, bearing.through_on,
                   lag(line.last_day) OVER (PARTITION BY line.account_id, line.item_id ORDER BY line.first_day) AS before
            FROM charges_line AS line
            LEFT JOIN charges_bearing AS bearing
                ON bearing.account_id = line.account_id AND bearing.item_id = line.item_id
            WHERE line.taken_back_at IS NULL
        ) AS line
        WHERE through_on IS NULL OR last_day > through_on OR first_day <> coalesce(before + 1, begins)
        """,
    ),
    Invariant(
        name="interest stands beside the item that bears it",
        sentence="What bears interest is an item of its account, and the interest is an item beside it.",
        checked="SELECT count(*) FROM charges_bearing",
        breaches="""
        SELECT bearing.account_id, 'interest on item ' || bearing.item_id || ' stands beside no item of its account' AS what
        FROM charges_bearing AS bearing
        LEFT JOIN accounts_item AS item ON item.id = bearing.item_id AND item.account_id = bearing.account_id
        LEFT JOIN accounts_item AS beside
            ON beside.id = bearing.interest_item_id AND beside.account_id = bearing.account_id AND beside.kind = 'interest'
        WHERE item.id IS NULL OR (bearing.charged_minor > 0 AND beside.id IS NULL)
        """,
    ),
    Invariant(
        name="fixed sums are what the ledger says",
        sentence="A fixed sum stands on the ledger once, for an item that is late.",
        checked="SELECT count(*) FROM charges_bearing WHERE fixed_item_id IS NOT NULL",
        breaches="""
        SELECT coalesce(bearing.account_id, entries.account_id) AS account_id,
               'the fixed sum on item ' || coalesce(bearing.item_id, entries.item_id) || ' is '
               || coalesce(bearing.fixed_minor, 0) || ', the ledger says ' || coalesce(entries.minor, 0) AS what
        FROM (SELECT * FROM charges_bearing WHERE fixed_minor > 0) AS bearing
        FULL JOIN (
            SELECT entry.account_id, entry.cause_id AS item_id, sum(entry.amount_minor) AS minor
            FROM ledger_entry AS entry
            LEFT JOIN ledger_entry AS reversal
                ON reversal.account_id = entry.account_id AND reversal.cause_kind = 9 AND reversal.cause_id = entry.id
            WHERE entry.cause_kind = 11 AND reversal.id IS NULL
            GROUP BY entry.account_id, entry.cause_id
        ) AS entries ON entries.account_id = bearing.account_id AND entries.item_id = bearing.item_id
        WHERE coalesce(bearing.fixed_minor, 0) <> coalesce(entries.minor, 0)
        """,
    ),
    Invariant(
        name="fees are what the ledger says",
        sentence="A fee stands on the ledger once, for its occasion; one that was taken back or is free does not.",
        checked="SELECT count(*) FROM charges_fee",
        breaches="""
        SELECT coalesce(fee.account_id, entries.account_id) AS account_id,
               'the fee ' || coalesce(fee.id, entries.fee_id) || ' is ' || coalesce(fee.amount_minor, 0) || ', the ledger says '
               || coalesce(entries.minor, 0) AS what
        FROM (SELECT * FROM charges_fee WHERE taken_back_at IS NULL AND NOT is_free) AS fee
        FULL JOIN (
            SELECT entry.account_id, entry.cause_id AS fee_id, sum(entry.amount_minor) AS minor
            FROM ledger_entry AS entry
            LEFT JOIN ledger_entry AS reversal
                ON reversal.account_id = entry.account_id AND reversal.cause_kind = 9 AND reversal.cause_id = entry.id
            WHERE entry.cause_kind = 6 AND reversal.id IS NULL
            GROUP BY entry.account_id, entry.cause_id
        ) AS entries ON entries.account_id = fee.account_id AND entries.fee_id = fee.id
        WHERE coalesce(fee.amount_minor, 0) <> coalesce(entries.minor, 0)
        """,
    ),
)
