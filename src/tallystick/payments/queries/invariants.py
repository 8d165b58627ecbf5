"""What must hold of payments on any database."""

from tallystick.kernel import sql
from tallystick.kernel.invariants import Invariant

INVARIANTS = (
    Invariant(
        name="suspense is what waits",
        sentence="Suspense of a house account is what is left of its lines, and what bounced before its line came.",
        checked="SELECT count(*) FROM payments_statement_line WHERE state <> 'announced'",
        breaches=sql.load("tallystick.payments", "invariants.sql", "suspense"),
    ),
    Invariant(
        name="lines are what was made of them",
        sentence="What is left of a line is its amount, less the payments made of it that were not given back to it.",
        checked="SELECT count(*) FROM payments_statement_line WHERE amount_minor > 0",
        breaches=sql.load("tallystick.payments", "invariants.sql", "lines"),
    ),
    Invariant(
        name="payments are booked",
        sentence="Every payment has the entries of its amount on its account, and none once it was taken back.",
        checked="SELECT count(*) FROM payments_payment",
        breaches=sql.load("tallystick.payments", "invariants.sql", "payments"),
    ),
    Invariant(
        name="transfers meet",
        sentence="What leaves a client's house accounts for debtors' accounts arrives there.",
        checked="SELECT count(*) FROM ledger_entry WHERE debit = 33 OR credit = 33",
        breaches=sql.load("tallystick.payments", "invariants.sql", "transfers"),
    ),
)
