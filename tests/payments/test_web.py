"""The pages: who may open them, what a file and a decision do through them, and what is refused."""

from __future__ import annotations

import json
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from tests import builders
from tests.builders import AT, TEST
from tests.payments.bank_files import bank_account, csv_of, import_file
from tests.payments.conftest import IBAN

from tallystick.access.rules.rights import Role
from tallystick.config.demo import bank as demo
from tallystick.kernel.money import Money
from tallystick.payments import actions, queries
from tallystick.payments.models import BankAccount, Payment, StatementFile, StatementLine
from tallystick.payments.rules.days import DayOrder
from tallystick.payments.rules.states import LineState, PaymentState, ReversalReason
from tallystick.promises import actions as promise_actions

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}
BANK = demo.Bank("SVW", "Severn Vale, collections", IBAN, "GBP", "camt.053")


def gbp(amount: str) -> Money:
    return Money.of(amount, "GBP")


def html(response) -> str:
    return " ".join(response.content.decode().split())


def camt(*receipts: tuple[int, str, str], opening: int = 100_000) -> SimpleUploadedFile:
    content = demo.statement(
        BANK, [demo.Receipt(*each) for each in receipts], day=date(2026, 2, 27), number=7, opening_minor=opening
    )
    return SimpleUploadedFile("february.xml", content)


def upload(content: bytes, name: str = "file") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def take(line, account, **values):
    """What the button of an offer posts: it begins with what was offered."""
    offer = queries.offer_of(line, account.pk, known=queries.offers(line))
    return {"account": account.pk, "seen": line.open_minor, "items": offer.written, **values}


def state_of(line) -> tuple[str, int]:
    line.refresh_from_db()
    return line.state, line.open_minor


# Who may


@pytest.mark.parametrize("name", ["payments", "waiting", "import", "new_bank_account", "record"])
def test_only_those_who_handle_money_open_its_pages(till, log_in, name):
    address = reverse(f"payments:{name}")

    assert log_in(Role.CASH_APPLIER).get(address).status_code == 200
    assert log_in(Role.COLLECTOR).get(address).status_code == 403
    assert log_in(Role.AUDITOR).get(address).status_code == 403


def test_whoever_sees_an_account_sees_its_payments_and_changes_none(till, log_in):
    line = till.line("40.00", "INV-1")
    payment = Payment.objects.get()
    auditor = log_in(Role.AUDITOR)

    assert "INV-1" in html(auditor.get(reverse("payments:payment", args=[payment.pk])))
    assert auditor.get(reverse("payments:line", args=[line.pk])).status_code == 200
    assert "Amelia Hughes" in html(auditor.get(reverse("payments:received")))
    refused = auditor.post(reverse("payments:take_back", args=[payment.pk]), {"reason": "error"})
    assert refused.status_code == 403
    payment.refresh_from_db()
    assert payment.state == PaymentState.RECEIVED


def test_nothing_of_another_client_is_shown(till, cashier):
    line = till.far_line()
    far_file = line.statement.file

    debtor = builders.account(builders.portfolio(till.far), name="Amelia Stranger")
    import_file(csv_of([("14/02/2026", "STRANGER", "7.00")]), till.far_bank)
    paid = StatementLine.objects.get(narrative="STRANGER")
    actions.allocate_line(line_id=paid.pk, account_id=debtor.pk, at=AT, by=TEST)

    names = ("payments", "waiting", "import", "received", "new_bank_account", "record")
    pages = [
        html(cashier.get(reverse(f"payments:{name}"), {"q": "amelia"} if name == "record" else {})) for name in names
    ]

    assert not any(word in page for page in pages for word in ("Farthing", "SOMEBODY ELSE", "STRANGER", "Stranger"))
    assert "Severn Vale, collections" in pages[0]
    assert "No money waits" in pages[0]
    assert "Amelia Hughes" in pages[-1]
    assert cashier.get(reverse("payments:file", args=[far_file.pk])).status_code == 404
    assert cashier.get(reverse("payments:line", args=[line.pk])).status_code == 404
    assert "SOMEBODY ELSE" not in html(cashier.get(f"{reverse('payments:waiting')}?line={line.pk}"))


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("take", {"account": 1, "seen": 500, "items": ""}),
        ("split", {"account": 1, "seen": 500, "rest": "account"}),
        ("park", {"note": "later"}),
        ("ignore", {"reason": "not_ours"}),
        ("take_up", {}),
    ],
)
def test_nothing_is_decided_about_a_line_of_another_client(till, cashier, name, values):
    line = till.far_line()
    values = values | ({"account": till.account.pk} if "account" in values else {})

    response = cashier.post(reverse(f"payments:{name}", args=[line.pk]), values)

    assert response.status_code == 404
    assert state_of(line) == (LineState.WAITING, 500)


def test_a_payment_of_another_client_is_neither_shown_nor_taken_back(till, cashier):
    account = builders.account(builders.portfolio(till.far))
    line = till.far_line()
    payment = actions.allocate_line(line_id=line.pk, account_id=account.pk, at=AT, by=TEST)

    for name in ("take_back", "undo"):
        assert cashier.post(reverse(f"payments:{name}", args=[payment.pk]), {"reason": "error"}).status_code == 404
    assert cashier.get(reverse("payments:payment", args=[payment.pk])).status_code == 404
    assert "Undo" not in html(cashier.get(f"{reverse('payments:waiting')}?done={payment.pk}"))
    payment.refresh_from_db()
    assert payment.state == PaymentState.RECEIVED


# Files


def test_a_file_is_brought_in_and_its_receipt_tells_what_became_of_it(till, cashier):
    response = cashier.post(
        reverse("payments:import"), {"file": camt((4000, "A HUGHES", "INV-1"), (999, "WHO", "KNOWS"))}
    )

    page = html(cashier.get(response.url))
    assert "february.xml" in page
    assert '<th scope="row">Applied</th><td class="num">1</td><td class="num">£40.00</td>' in page
    assert '<th scope="row">Waiting for a person</th><td class="num">1</td><td class="num">£9.99</td>' in page
    assert "£1,000.00" in page  # opens at
    assert "£1,049.99" in page  # closes at
    assert "to the penny" in page


def test_the_same_file_again_says_so_and_does_nothing(till, cashier):
    file = [(4000, "A HUGHES", "INV-1")]
    cashier.post(reverse("payments:import"), {"file": camt(*file)})
    payments = Payment.objects.count()

    response = cashier.post(reverse("payments:import"), {"file": camt(*file)})

    assert "had been brought in before" in html(cashier.get(response.url))
    assert (StatementFile.objects.count(), Payment.objects.count()) == (1, payments)


def test_lines_that_an_earlier_file_brought_are_known_before(till, cashier):
    first, second = (4000, "A HUGHES", "INV-1"), (999, "WHO", "KNOWS")
    cashier.post(reverse("payments:import"), {"file": camt(first)})

    response = cashier.post(reverse("payments:import"), {"file": camt(first, second)})

    page = html(cashier.get(response.url))
    assert 'Known before: an earlier file brought them</th><td class="num">1</td>' in page
    assert StatementLine.objects.count() == 2


CUT_OFF = b"<Document xmlns='urn:iso:std:iso:20022:tech:xsd:camt.053.001.02'><BkToCstmrStmt><Stmt>"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        pytest.param(b"\x00\x01\x02\x03", "This is no bank file we can read", id="no bank file"),
        pytest.param(
            CUT_OFF,
            "is damaged near line 1",
            id="cut off",
        ),
        pytest.param(b"Date,Description,Amount (GBP)\n13/02/2026,A,1.00\n", "Choose one", id="of which account"),
        pytest.param(b"", "file is empty", id="empty"),
    ],
)
def test_a_file_that_is_refused_says_why_and_leaves_nothing(till, log_in, content, said):
    manager = log_in(Role.CREDIT_MANAGER, everywhere=True)

    response = manager.post(reverse("payments:import"), {"file": upload(content)})

    assert (response.status_code, said in html(response)) == (422, True), html(response)[-3000:]
    assert not StatementFile.objects.exists()
    assert not StatementLine.objects.exists()


def test_no_file_at_all_is_said_at_its_field(till, cashier):
    response = cashier.post(reverse("payments:import"), {})

    assert (response.status_code, "This field is required." in html(response)) == (422, True)


def test_a_file_of_an_account_that_is_not_set_up_leads_to_setting_it_up(till, cashier):
    BankAccount.objects.filter(pk=till.bank.pk).update(iban="GB33BUKB20201555555555")

    response = cashier.post(reverse("payments:look"), {"file": camt((4000, "A", "B"))}, headers=HTMX)

    assert "Set that bank account up first" in html(response)
    assert f"{reverse('payments:new_bank_account')}?iban={IBAN}" in html(response)


def test_a_bank_account_is_set_up_once(till, cashier):
    values = {"client": till.near.pk, "name": "Second", "currency": "eur", "iban": "IE29AIBK93115212345678"}
    address = reverse("payments:new_bank_account")

    assert cashier.post(address, values).url == reverse("payments:import")
    again = cashier.post(address, values | {"name": "Third"})

    assert (again.status_code, "There is a bank account" in html(again)) == (422, True)
    assert BankAccount.objects.get(name="Second").currency == "EUR"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"client": "far"}, "Select a valid choice"),
        ({"currency": "XXQ"}, "no such currency"),
        ({"iban": ""}, "files are known by it"),
    ],
)
def test_a_bank_account_that_cannot_be_is_refused(till, cashier, change, said):
    values = {"client": till.near.pk, "name": "Second", "currency": "GBP", "iban": "IE29AIBK93115212345678"} | change
    values["client"] = till.far.pk if values["client"] == "far" else values["client"]

    response = cashier.post(reverse("payments:new_bank_account"), values)

    assert (response.status_code, said in html(response)) == (422, True)
    assert not BankAccount.objects.filter(name="Second").exists()


def test_a_file_is_looked_at_before_anything_is_taken(till, cashier):
    response = cashier.post(reverse("payments:look"), {"file": camt((4000, "A HUGHES", "INV-1"))}, headers=HTMX)

    page = html(response)
    assert "Severn Vale, collections" in page
    assert "£1,000.00" in page
    assert "£1,040.00" in page
    assert "A HUGHES" in page
    assert "disabled" not in page
    assert not StatementFile.objects.exists()


STRANGE = b"Wann;Was;Wieviel\n03/04/2026;ACME INV-9;12,50\n"


def test_what_is_said_of_the_columns_of_a_csv_is_kept_with_the_bank_account(till, cashier):
    told = {
        "bank_account": till.bank.pk,
        "separator": ";",
        "header": json.dumps(["Wann", "Was", "Wieviel"]),
        "column-0": "day",
        "column-1": "text",
        "column-2": "amount",
        "day_order": "day_first",
    }
    asked = html(cashier.post(reverse("payments:look"), {"file": upload(STRANGE), "bank_account": till.bank.pk}))

    response = cashier.post(reverse("payments:import"), told | {"file": upload(STRANGE)})

    assert "What the columns mean" in asked
    assert "could be read day first or month first" in asked
    assert response.status_code == 302
    till.bank.refresh_from_db()
    assert (till.bank.day_order, till.bank.csv_columns["columns"]["amount"]) == (DayOrder.DAY_FIRST, [2])
    assert StatementLine.objects.get().booked_on == date(2026, 4, 3)


def test_columns_that_make_no_line_are_refused_with_what_is_missing(till, cashier):
    told = {"separator": ";", "header": "[]", "column-0": "day", "column-1": "text", "column-2": ""}

    response = cashier.post(reverse("payments:import"), told | {"file": upload(STRANGE), "bank_account": till.bank.pk})

    assert (response.status_code, "which is the amount" in html(response)) == (422, True)
    assert not StatementFile.objects.exists()


# Lines that wait


def test_a_line_is_shown_with_why_it_waits_and_what_it_may_pay(till, cashier):
    till.line("35.00", "INV-1 LESS CHARGES")

    page = html(cashier.get(reverse("payments:waiting")))

    assert "Not applied by itself: The reference was found, but the amount is not what is open." in page
    assert "Names INV-1" in page
    assert "Pays £35.00 of INV-1" in page
    assert 'data-key="1"' in page


def test_a_script_is_given_the_part_that_changes(till, cashier):
    till.line()

    part = cashier.get(reverse("payments:waiting"), headers=HTMX)

    assert "<html" not in html(part)
    assert 'id="waiting"' in html(part)


def test_an_offer_is_taken_and_the_next_line_comes(till, cashier):
    line, following = till.line("60.00", "SVW-1001"), till.line("7.00", "NOBODY", day="14/02/2026")

    response = cashier.post(f"{reverse('payments:take', args=[line.pk])}?then={following.pk}", take(line, till.account))

    payment = Payment.objects.get()
    assert (payment.account_id, payment.amount_minor, payment.recorded_by) == (till.account.pk, 6000, "finn.okafor")
    till.older.refresh_from_db(), till.later.refresh_from_db()
    assert (till.older.open_minor, till.later.open_minor) == (0, 8000)
    assert state_of(line) == (LineState.APPLIED, 0)
    page = html(cashier.get(response.url))
    assert "£60.00 applied to Amelia Hughes (SVW-1001)." in page
    assert '<span class="amount">£7.00</span>' in page


def test_what_was_offered_is_what_is_paid(till, cashier):
    line = till.line("100.00", "INV-2 WITH THANKS")

    assert line.state == LineState.APPLIED  # exact: nobody has to be asked
    other = till.line("60.00", "INV-2")
    cashier.post(reverse("payments:undo", args=[Payment.objects.get().pk]))
    cashier.post(reverse("payments:take", args=[other.pk]), take(other, till.account))

    till.older.refresh_from_db(), till.later.refresh_from_db()
    assert (till.older.open_minor, till.later.open_minor) == (4000, 4000)


def test_a_decision_is_undone_and_the_line_waits_again(till, cashier):
    line = till.line("60.00", "SVW-1001")
    cashier.post(reverse("payments:take", args=[line.pk]), take(line, till.account))

    response = cashier.post(reverse("payments:undo", args=[Payment.objects.get().pk]))

    assert f"line={line.pk}" in response.url
    assert state_of(line) == (LineState.WAITING, 6000)
    till.older.refresh_from_db()
    assert till.older.open_minor == 4000
    again = cashier.post(reverse("payments:undo", args=[Payment.objects.get().pk]))
    assert (again.status_code, "taken back already" in html(again)) == (422, True)


def test_whoever_is_second_at_a_line_is_refused_and_sees_it_as_it_is(till, cashier, log_in):
    line = till.line("60.00", "SVW-1001")
    values = take(line, till.account)
    log_in(Role.CASH_APPLIER, name="gita").post(reverse("payments:take", args=[line.pk]), values)

    response = cashier.post(reverse("payments:take", args=[line.pk]), values, headers=HTMX)

    assert (response.status_code, "it does not wait any more" in html(response)) == (422, True)
    assert response["HX-Push-Url"].startswith(reverse("payments:waiting"))
    assert Payment.objects.count() == 1


def test_whoever_saw_more_of_a_line_than_is_left_is_refused(till, cashier):
    line = till.line("60.00", "SVW-1001")
    values = take(line, till.account)
    actions.allocate_line(line_id=line.pk, account_id=till.account.pk, amount=gbp("20.00"), at=AT, by=TEST)

    response = cashier.post(reverse("payments:take", args=[line.pk]), values)

    assert (response.status_code, "decided about part of that line" in html(response)) == (422, True)
    assert (Payment.objects.count(), state_of(line)) == (1, (LineState.WAITING, 4000))


def test_a_line_that_names_items_of_two_accounts_pays_each_its_own(till, cashier):
    other = builders.account(till.account.portfolio, name="Bolt & Co", reference="SVW-2002")
    item = builders.invoice(other, "30.00", reference="INV-9")
    line = till.line("75.00", "INV-1 AND INV-9 PLUS FIVE")
    page = html(cashier.get(reverse("payments:waiting")))
    assert "Pays INV-1; £35.00 stays on the line" in page

    for account in (till.account, other):
        line.refresh_from_db()
        cashier.post(reverse("payments:take", args=[line.pk]), take(line, account, rest_stays="on"))

    till.older.refresh_from_db(), item.refresh_from_db()
    assert (till.older.open_minor, item.open_minor) == (0, 0)
    assert state_of(line) == (LineState.WAITING, 500)
    page = html(cashier.get(reverse("payments:waiting")))
    assert "left of £75.00" in page
    assert "Bolt &amp; Co" in page


@pytest.mark.parametrize(
    ("text", "found"),
    [("bolt", True), ("12.50", True), ("£12.5", True), ("REF 7", True), ("12.51", False), ("carr", False)],
)
def test_a_waiting_line_is_found_by_what_the_bank_wrote_or_its_amount(till, cashier, text, found):
    till.line("12.50", "BOLT REF 7")

    page = html(cashier.get(reverse("payments:waiting"), {"find": text}))

    assert ("BOLT REF 7" in page) is found
    assert ("No such line" in page) is not found


def test_money_is_put_on_account(till, cashier):
    line = till.line("60.00", "SVW-1001")

    cashier.post(reverse("payments:take", args=[line.pk]), take(line, till.account, keep_on_account="on"))

    till.account.refresh_from_db(), till.older.refresh_from_db()
    assert (till.account.on_account_minor, till.older.open_minor) == (6000, 4000)


@pytest.mark.parametrize("text", ["A HUGHES AMELIA", "AMELIA HUGHES", "HUGHES AMELIA/THANKS"])
def test_a_payer_of_whom_nothing_else_is_known_is_looked_up_by_name(till, cashier, text):
    till.line("60.00", text)

    page = html(cashier.get(reverse("payments:waiting")))

    assert "Name resembles the payer’s" in page
    assert "Amelia Hughes" in page


@pytest.mark.parametrize("text", ["amelia", "SVW-1001", "INV-2"])
def test_an_account_is_searched_by_hand_among_those_of_the_lines_client(till, cashier, text):
    line = till.line("60.00", "NOBODY")
    stranger = builders.account(builders.portfolio(till.far), name="Amelia Stranger", reference="FAR-1")
    builders.invoice(stranger, "1.00", reference="INV-2")

    page = html(cashier.get(f"{reverse('payments:waiting')}?line={line.pk}&q={text}"))

    assert "Amelia Hughes" in page
    assert "Amelia Stranger" not in page


def test_a_line_is_split_over_items_and_the_rest_stays_on_it(till, cashier):
    line = till.line("60.00", "SVW-1001")
    address = f"{reverse('payments:waiting')}?line={line.pk}&account={till.account.pk}"
    values = {"account": till.account.pk, "seen": 6000, "rest": "line", f"item-{till.later.pk}": "25.50"}

    shown = html(cashier.get(address))
    response = cashier.post(reverse("payments:split", args=[line.pk]), values)

    assert f'name="item-{till.older.pk}"' in shown
    assert f"line={line.pk}" in response.url
    till.later.refresh_from_db()
    assert (till.later.open_minor, state_of(line)) == (7450, (LineState.WAITING, 3450))
    assert "left of £60.00" in html(cashier.get(response.url))


def test_a_line_is_split_over_items_and_the_rest_goes_on_the_account(till, cashier):
    line = till.line("60.00", "SVW-1001")
    values = {"account": till.account.pk, "seen": 6000, "rest": "account", f"item-{till.later.pk}": "25.50"}

    cashier.post(reverse("payments:split", args=[line.pk]), values)

    till.account.refresh_from_db()
    assert (till.account.on_account_minor, state_of(line)) == (3450, (LineState.APPLIED, 0))


@pytest.mark.parametrize(
    ("amount", "said"),
    [
        pytest.param("abc", "is no amount", id="no amount"),
        pytest.param("0", "more than nothing", id="nothing"),
        pytest.param("60.01", "is more than the", id="more than came"),
        pytest.param("", "Say which items are paid", id="no item"),
        pytest.param("1.001", "is no amount", id="a tenth of a penny"),
    ],
)
def test_a_split_that_is_wrong_says_where_and_changes_nothing(till, cashier, amount, said):
    line = till.line("60.00", "SVW-1001")
    values = {"account": till.account.pk, "seen": 6000, "rest": "line", f"item-{till.later.pk}": amount}

    response = cashier.post(reverse("payments:split", args=[line.pk]), values)

    assert (response.status_code, said in html(response)) == (422, True), html(response)[-4000:]
    assert (Payment.objects.count(), state_of(line)) == (0, (LineState.WAITING, 6000))


def test_a_line_is_parked_with_a_note_and_taken_up_again(till, cashier):
    line = till.line()
    address = reverse("payments:park", args=[line.pk])

    refused = cashier.post(address, {"note": " "})
    response = cashier.post(address, {"note": "remittance asked for"})

    assert (refused.status_code, "Say why." in html(refused)) == (422, True)
    assert state_of(line) == (LineState.PARKED, 6000)
    assert "£60.00 parked." in html(cashier.get(response.url))
    assert "remittance asked for" in html(cashier.get(f"{reverse('payments:waiting')}?show=parked"))
    cashier.post(reverse("payments:take_up", args=[line.pk]))
    assert state_of(line) == (LineState.WAITING, 6000)


def test_a_line_is_set_aside_as_not_ours_with_a_reason(till, cashier):
    line = till.line()
    address = reverse("payments:ignore", args=[line.pk])

    nothing = cashier.post(address, {})
    other = cashier.post(address, {"reason": "other"})
    response = cashier.post(address, {"reason": "not_ours"})

    assert nothing.status_code == 302
    assert (other.status_code, "Say why." in html(other)) == (422, True)
    line.refresh_from_db()
    assert (line.state, line.reason, line.decided_by) == (LineState.IGNORED, "not_ours", "finn.okafor")
    assert "set aside as not ours" in html(cashier.get(response.url))


def test_money_that_went_out_is_tied_to_the_payment_that_bounced(till, cashier):
    till.line("40.00", "INV-1")
    payment = Payment.objects.get()
    out = till.line("-40.00", "UNPAID INV-1", day="20/02/2026")
    page = html(cashier.get(f"{reverse('payments:waiting')}?show=out"))

    cashier.post(reverse("payments:bounced", args=[out.pk, payment.pk]))

    assert "may have bounced" in page
    assert reverse("payments:bounced", args=[out.pk, payment.pk]) in page
    payment.refresh_from_db(), till.older.refresh_from_db()
    assert (payment.state, payment.return_line_id) == (PaymentState.REVERSED, out.pk)
    assert (till.older.open_minor, state_of(out)) == (4000, (LineState.APPLIED, 0))


def test_a_payment_said_to_have_bounced_is_tied_to_its_line_when_that_comes(till, cashier):
    till.line("40.00", "INV-1")
    payment = Payment.objects.get()
    actions.reverse_payment(payment_id=payment.pk, reason=ReversalReason.BOUNCED, at=AT, by=TEST)
    out = till.line("-40.00", "UNPAID", day="20/02/2026")

    assert "Said to have bounced" in html(cashier.get(f"{reverse('payments:waiting')}?show=out"))
    cashier.post(reverse("payments:bounced", args=[out.pk, payment.pk]))

    payment.refresh_from_db()
    assert (payment.return_line_id, state_of(out)) == (out.pk, (LineState.APPLIED, 0))
    till.line("-40.00", "UNPAID AGAIN", day="21/02/2026")
    assert "No payment of this amount" in html(cashier.get(f"{reverse('payments:waiting')}?show=out"))


def test_lines_are_matched_again_when_their_invoice_has_come(till, cashier):
    line = till.line("30.00", "INV-77")
    builders.invoice(till.account, "30.00", reference="INV-77")

    cashier.post(reverse("payments:match"))

    assert state_of(line) == (LineState.APPLIED, 0)


def test_matching_again_leaves_the_lines_of_others_alone(till, cashier):
    line = till.far_line()
    account = builders.account(builders.portfolio(till.far))
    StatementLine.objects.filter(pk=line.pk).update(tokens=["INV55"])
    builders.invoice(account, "5.00", reference="INV-55")

    response = cashier.post(reverse("payments:match"))

    assert (response.status_code, state_of(line)) == (302, (LineState.WAITING, 500))


# Payments


def test_a_payment_shows_its_line_what_it_paid_and_the_promise_it_kept(till, cashier):
    promise_actions.record_promise(
        account_id=till.account.pk, amount=gbp("40.00"), pay_on=date(2026, 3, 6), at=AT, by=TEST
    )
    import_file(csv_of([("03/03/2026", "FPI HUGHES INV-1", "40.00"), ("13/03/2026", "X", "1.00")]), till.bank)
    promise_actions.judge_promises(account_ids=[till.account.pk], at=AT, by=TEST)
    payment = Payment.objects.get()

    page = html(cashier.get(reverse("payments:payment", args=[payment.pk])))

    assert "FPI HUGHES INV-1" in page
    assert '<td class="num main">£40.00</td>' in page
    assert "It kept the promise of £40.00 for 6 Mar 2026." in page


def test_a_payment_on_the_wrong_account_is_taken_back_and_its_line_shown(till, cashier):
    line = till.line("40.00", "INV-1")
    payment = Payment.objects.get()

    response = cashier.post(reverse("payments:take_back", args=[payment.pk]), {"reason": "wrong_account", "note": "J."})

    assert response.url == f"{reverse('payments:waiting')}?show=waiting&line={line.pk}"
    payment.refresh_from_db()
    assert (payment.state, state_of(line)) == (PaymentState.REVERSED, (LineState.WAITING, 4000))
    page = html(cashier.get(reverse("payments:payment", args=[payment.pk])))
    assert "Taken back from 2 Mar 2026. Booked on the wrong account." in page


@pytest.mark.parametrize(
    ("values", "said"),
    [({}, "This field is required."), ({"reason": "error", "booked_on": "2026-01-01"}, "from when the payment came")],
)
def test_taking_back_without_a_reason_or_on_a_day_that_cannot_be_changes_nothing(till, cashier, values, said):
    till.line("40.00", "INV-1")
    payment = Payment.objects.get()

    response = cashier.post(reverse("payments:take_back", args=[payment.pk]), values)

    assert (response.status_code, said in html(response)) == (422, True)
    payment.refresh_from_db()
    assert payment.state == PaymentState.RECEIVED


def recorded(till, **values):
    told = {"key": "6d6bd9a4-7a0e-4a3c-9d8b-1c5b6f0c1a11", "amount": "45", "booked_on": "2026-03-01"}
    told |= {"method": "cash", "paid_to": "us", "payer": "A. Hughes", "reference": "R 12"}
    return f"{reverse('payments:record')}?account={till.account.pk}", told | values


def test_a_payment_in_cash_is_recorded_once_however_often_it_is_sent(till, cashier):
    address, values = recorded(till)

    found = html(cashier.get(f"{reverse('payments:record')}?q=hughes"))
    shown = html(cashier.get(address))
    first, second = cashier.post(address, values), cashier.post(address, values)

    payment = Payment.objects.get()
    assert f"?account={till.account.pk}" in found
    assert "£140.00" in shown
    assert first.url == second.url == reverse("payments:payment", args=[payment.pk])
    assert (payment.amount_minor, payment.method, payment.source) == (4500, "cash", "by_hand")
    till.older.refresh_from_db(), till.later.refresh_from_db()
    assert (till.older.open_minor, till.later.open_minor) == (0, 9500)


def test_a_payment_to_the_client_itself_is_recorded_as_such(till, cashier):
    address, values = recorded(till, paid_to="client", method="bank_transfer")

    page = html(cashier.get(cashier.post(address, values).url))

    assert "Bank transfer, to the client" in page


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"booked_on": "2026-03-03"}, "A payment to come is a promise"),
        ({"amount": ""}, "This field is required"),
        ({"amount": "-5"}, "more than nothing"),
        ({"method": "shells"}, "Select a valid choice"),
        ({"key": "x"}, "Record a payment"),
    ],
)
def test_a_payment_that_cannot_be_is_not_recorded(till, cashier, change, said):
    address, values = recorded(till, **change)

    response = cashier.post(address, values)

    assert (response.status_code, said in html(response)) == (422, True), html(response)[-3000:]
    assert not Payment.objects.exists()


def test_no_payment_is_recorded_on_an_account_of_another_client(till, cashier):
    account = builders.account(builders.portfolio(till.far))
    _address, values = recorded(till)

    response = cashier.post(f"{reverse('payments:record')}?account={account.pk}", values)

    assert response.status_code == 404
    assert not Payment.objects.exists()


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=hughes", True),
        ("q=SVW-1001", True),
        ("q=inv-1", True),
        ("q=100%25", False),
        ("q=somebody", False),
        ("state=reversed", False),
        ("state=received", True),
        ("client=0", False),
    ],
)
def test_payments_are_found_by_payer_reference_account_and_state(till, cashier, query, found):
    till.line("40.00", "INV-1 FROM A")

    page = html(cashier.get(f"{reverse('payments:received')}?{query}"))

    assert ("INV-1 FROM A" in page) is found


def test_payments_are_listed_page_by_page_without_a_gap(till, cashier):
    rows = [(f"{1 + number % 20:02}/02/2026", f"INV-{100 + number}", "1.00") for number in range(60)]
    for number in range(60):
        builders.invoice(till.account, "1.00", reference=f"INV-{100 + number}")
    import_file(csv_of(rows), till.bank)

    first = html(cashier.get(reverse("payments:received")))
    following = first.split('rel="next"')[1].split('href="')[1].split('"')[0].replace("&amp;", "&")
    second = html(cashier.get(reverse("payments:received") + following))

    ids = [str(pk) for pk in Payment.objects.values_list("pk", flat=True)]
    shown = [
        [pk for pk in ids if f'href="{reverse("payments:payment", args=[pk])}"' in page] for page in (first, second)
    ]
    assert (len(shown[0]), len(shown[1])) == (50, 10)
    assert sorted(shown[0] + shown[1]) == sorted(ids)


def test_the_overview_says_how_far_statements_reach_and_what_waits(till, cashier):
    till.line("60.00")
    till.line("-3.00", "BANK CHARGE")
    silent = bank_account(till.near, name="Silent")

    page = html(cashier.get(reverse("payments:payments")))

    assert "2 lines need a person" in page
    assert "£60.00" in page
    assert "and 1 out" in page
    assert f"{silent.name}" in page
    assert "no statement yet" in page
