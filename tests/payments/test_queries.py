"""What people and strategies are shown: candidates with evidence, fresh bank data, facts, and broken invariants by name."""

from datetime import date, timedelta

import pytest
from tests import builders
from tests.builders import AT, TEST, TODAY
from tests.payments.bank_files import bank_account, csv_of, import_file

from tallystick.kernel import sql
from tallystick.kernel.actor import Scope
from tallystick.kernel.money import Money
from tallystick.kernel.refusals import NotFound
from tallystick.payments import actions, facts, queries
from tallystick.payments.models import Payment, StatementLine
from tallystick.payments.rules import states

pytestmark = pytest.mark.django_db


def import_rows(bank, *rows, prefix: str = "tx"):
    head = "Transaction ID,Date,Name,Emoji,Notes and #tags,Amount,Currency"
    written = [
        f"{prefix}{number},2026-02-13,{name},,{text},{amount},GBP" for number, (name, text, amount) in enumerate(rows)
    ]
    file = csv_of([], head="\n".join([head, *written]))
    return import_file(file, bank)


def the_line() -> StatementLine:
    return StatementLine.objects.filter(state=states.LineState.WAITING).order_by("-pk")[:1].get()


def candidates_of(line: StatementLine):
    return queries.candidates([line])[line.pk]


def test_candidates_come_with_what_speaks_for_them():
    named = builders.account(name="Ashford Digital Ltd")
    builders.invoice(named, "100.00", reference="INV-1001")
    alike = builders.account(named.portfolio, name="Ashby Ltd")
    builders.invoice(alike, "40.00")
    bank = bank_account(named.client)

    import_rows(bank, ("ASHBY LTD", "INV-1001", "40.00"))

    first, second = candidates_of(the_line())
    assert (first.account_id, first.evidence) == (named.pk, ("Names INV-1001",))
    assert (second.account_id, second.evidence) == (alike.pk, ("Amount is all that is owed", "Same name"))


def test_a_payer_is_remembered_by_what_a_person_decided():
    account = builders.account(name="Amelia Hughes")
    builders.invoice(account, "500.00")
    bank = bank_account(account.client)
    import_rows(bank, ("A HUGHES AND DAUGHTER", "thanks", "20.00"))
    actions.allocate_line(line_id=the_line().pk, account_id=account.pk, at=AT, by=TEST)

    import_rows(bank, ("A HUGHES AND DAUGHTER", "thanks again", "30.00"), prefix="ty")

    (candidate,) = candidates_of(the_line())
    assert (candidate.account_id, candidate.evidence) == (account.pk, ("Paid this account once before",))
    assert candidate.signs.last_paid_on == date(2026, 2, 13)


def test_a_name_cut_short_by_the_bank_is_a_candidate():
    account = builders.account(name="Summit Property Management")
    builders.invoice(account, "500.00")

    import_rows(bank_account(account.client), ("SUMMIT PROPERTY MA", "rent", "20.00"))

    (candidate,) = candidates_of(the_line())
    assert candidate.evidence == ("Name begins alike",)


def test_another_clients_debtor_is_no_candidate():
    builders.invoice(builders.account(name="Ashby Ltd"), "40.00", reference="INV-1")
    bank = bank_account(builders.client())

    import_rows(bank, ("ASHBY LTD", "INV-1", "40.00"))

    assert candidates_of(the_line()) == []


def test_candidates_of_a_page_cost_one_query(django_assert_num_queries):
    account = builders.account(name="Ashby Ltd")
    import_rows(bank_account(account.client), *[("ASHBY LTD", f"INV-{number}", "40.00") for number in range(30)])
    lines = list(StatementLine.objects.all())

    with django_assert_num_queries(1):
        queries.candidates(lines)


def test_money_that_went_out_shows_the_payments_that_may_have_bounced():
    account = builders.account()
    builders.invoice(account, "100.00", reference="INV-1001")
    bank = bank_account(account.client)
    import_file(csv_of([("13/02/2026", "INV-1001", "100.00"), ("16/02/2026", "UNPAID", "-100.00")]), bank)

    line = StatementLine.objects.get(amount_minor__lt=0)

    (found,) = queries.returned_payments([line])[line.pk]
    assert (found["payment_id"], found["account_id"]) == (Payment.objects.get().pk, account.pk)


def test_freshness_says_how_far_statements_reach_and_what_waits():
    client = builders.client()
    silent, bank = bank_account(client, name="A"), bank_account(client, name="B")
    rows = [("13/02/2026", "WHO", "5.00,105.00"), ("16/02/2026", "X", "-1.00,104.00")]
    import_file(csv_of(rows, head="Date,Description,Amount,Balance"), bank)

    nothing, fresh = queries.freshness(scope=Scope(frozenset({client.pk})))

    assert (nothing["id"], nothing["last_on"], nothing["waiting_lines"]) == (silent.pk, None, 0)
    assert (fresh["last_on"], fresh["closed_minor"]) == (date(2026, 2, 16), 10_400)
    assert (fresh["waiting_lines"], fresh["waiting_minor"], fresh["waiting_since_on"]) == (1, 500, date(2026, 2, 13))
    assert queries.freshness(scope=Scope(frozenset())) == []


@pytest.mark.parametrize("word", ["name", "iban", "number", "id"])
def test_a_bank_account_is_found_by_whatever_it_is_called(word):
    account = bank_account(builders.client(), name="Main", iban="GB33BUKB20201555555555")
    called = str(account.pk) if word == "id" else getattr(account, word)

    assert queries.get_bank_account(called).pk == account.pk
    with pytest.raises(NotFound):
        queries.get_bank_account(called, scope=Scope(frozenset()))


# Facts


def fact_row(account, day: date) -> dict:
    row = {}
    for source in facts.SOURCES:
        found = sql.rows(sql.fill(source.sql, scope="account_id = %(account)s"), {"account": account.pk, "day": day})
        row |= found[0] if found else {}
    return row


def pay(account, amount: str, on: date) -> Payment:
    return actions.record_payment(
        account_id=account.pk,
        amount=Money.of(amount, "GBP"),
        booked_on=on,
        method=states.Method.CASH,
        source="hand",
        source_key=on.isoformat(),
        at=AT,
        by=TEST,
    )


def test_facts_count_what_was_paid_and_not_what_was_taken_back():
    account = builders.account()
    builders.invoice(account, "500.00")
    pay(account, "10.00", TODAY - timedelta(days=100))
    pay(account, "20.00", TODAY - timedelta(days=40))
    bounced = pay(account, "30.00", TODAY - timedelta(days=5))
    actions.reverse_payment(payment_id=bounced.pk, reason=states.ReversalReason.BOUNCED, at=AT, by=TEST)

    row = fact_row(account, TODAY)

    assert (row["paid_last_on"], row["paid_last_minor"]) == (TODAY - timedelta(days=40), 2_000)
    assert (row["paid_minor"], row["paid_count"]) == (3_000, 2)
    assert (row["paid_days"], row["paid_days_minor"]) == (
        [TODAY - timedelta(days=100), TODAY - timedelta(days=40)],
        [1_000, 2_000],
    )
    assert (row["bounced_count"], row["bounced_last_on"]) == (1, TODAY)
    assert (row["bounced_days"], row["bounced_days_minor"]) == ([TODAY], [3_000])


def test_a_payment_is_of_the_last_ninety_days_until_the_ninetieth_day():
    account = builders.account()
    builders.invoice(account, "500.00")
    pay(account, "10.00", TODAY - timedelta(days=40))

    assert _words(account, TODAY + timedelta(days=49)) == {"payments.count_90d": 1, "payments.total_90d": 1_000}
    assert _words(account, TODAY + timedelta(days=50)) == {"payments.count_90d": 0, "payments.total_90d": 0}


def _words(account, day: date) -> dict:
    """Ask what was paid within 90 days of a day, of what was computed today."""
    source = facts.SOURCES[0]
    text = sql.fill(source.sql, scope="account_id = %(account)s")
    asked = {fact.name: fact.sql.replace("{day}", f"DATE '{day}'") for fact in facts.FACTS if "_90d" in fact.name}
    columns = ", ".join(f'{expression} AS "{name}"' for name, expression in asked.items())
    (found,) = sql.rows(f"SELECT {columns} FROM ({text}) AS book", {"account": account.pk, "day": TODAY})  # noqa: S608
    return found


# Invariants


def a_book():
    account = builders.account()
    builders.invoice(account, "100.00", reference="INV-1001")
    bank = bank_account(account.client)
    rows = [("13/02/2026", "INV-1001", "100.00"), ("14/02/2026", "WHO", "7.00"), ("16/02/2026", "FEE", "-1.00")]
    import_file(csv_of(rows), bank)
    return account


def breaches() -> dict[str, int]:
    found = {invariant.name: len(sql.rows(invariant.breaches)) for invariant in queries.INVARIANTS}
    return {name: count for name, count in found.items() if count}


def test_a_sound_book_breaks_no_invariant():
    a_book()
    payment = Payment.objects.get()

    assert breaches() == {}
    assert all(sql.value(invariant.checked) for invariant in queries.INVARIANTS)
    actions.reverse_payment(payment_id=payment.pk, reason=states.ReversalReason.BOUNCED, at=AT, by=TEST)
    assert breaches() == {}


@pytest.mark.parametrize(
    ("damage", "broken"),
    [
        pytest.param(
            "UPDATE payments_statement_line SET open_minor = 300 WHERE amount_minor = 700",
            {"suspense is what waits": 1, "lines are what was made of them": 1},
            id="a line lost money",
        ),
        pytest.param(
            "UPDATE payments_payment SET amount_minor = 9999",
            {"lines are what was made of them": 1, "payments are booked": 1},
            id="a payment changed",
        ),
        pytest.param(
            "UPDATE payments_payment SET state = 'reversed', reversed_on = '2026-03-01', reversal_reason = 'error'",
            {"lines are what was made of them": 1, "payments are booked": 1},
            id="a payment taken back on paper only",
        ),
        pytest.param(
            """
            INSERT INTO ledger_entry (account_id, debit, credit, amount_minor, currency, booked_on, cause_kind, cause_id,
                                      cause_no, posted_at)
            SELECT account_id, 33, 9, 500, 'GBP', '2026-03-01', 3, 77, 0, now() FROM payments_payment
            """,
            {"transfers meet": 1},
            id="money from nowhere",
        ),
    ],
)
def test_a_broken_invariant_is_named(damage, broken):
    a_book()

    sql.execute(damage)

    assert breaches() == broken
