"""Small judgements: keys of lines, whose account a file is of, what a text names, which candidate is likelier."""

from dataclasses import replace
from datetime import date

import pytest

from tallystick.kernel.money import Money
from tallystick.payments.rules.bank_accounts import is_same_account
from tallystick.payments.rules.candidates import Candidate, Signs, evidence, ranked, score
from tallystick.payments.rules.line_keys import LineKeys
from tallystick.payments.rules.matching import OpenItem, Waits, matched_items, without_conflicts
from tallystick.payments.rules.payers import payer_key
from tallystick.payments.rules.references import MOST, tokens
from tallystick.payments.rules.statement import Balance, Opening, StatementLine

LINE = StatementLine(date(2026, 3, 2), Money.of("10.00", "GBP"), 1, 1, narrative="COFFEE")
OPENING = Opening("1", 1, number="7", balance=Balance(Money.of("1.00", "GBP")))


def keys_of(*lines: StatementLine, keys: LineKeys | None = None, opening: Opening = OPENING) -> list[str]:
    keys = keys or LineKeys()
    keys.open(opening)
    return [keys.key(line) for line in lines]


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"booked_on": date(2026, 3, 3)}, id="another day"),
        pytest.param({"value_on": date(2026, 3, 3)}, id="another value day"),
        pytest.param({"amount": Money.of("10.01", "GBP")}, id="another amount"),
        pytest.param({"amount": Money.of("-10.00", "GBP")}, id="the other way"),
        pytest.param({"amount": Money.of("10.00", "EUR")}, id="another currency"),
        pytest.param({"narrative": "TEA"}, id="another text"),
        pytest.param({"counterparty": "ANN"}, id="another payer"),
        pytest.param({"bank_reference": "B1"}, id="a reference of the bank"),
        pytest.param({"share": 2}, id="another share of a batch"),
    ],
)
def test_different_lines_have_different_keys(change):
    assert keys_of(LINE) != keys_of(replace(LINE, **change))


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"line_number": 9, "entry": 4}, id="elsewhere in the file"),
        pytest.param({"narrative": "  coffee "}, id="in other letters"),
        pytest.param({"raw": "as delivered", "code": "X"}, id="in another format's words"),
    ],
)
def test_the_same_line_has_the_same_key(change):
    assert keys_of(LINE) == keys_of(replace(LINE, **change))


def test_the_banks_reference_makes_the_text_unimportant():
    known = replace(LINE, bank_reference="B1")

    assert keys_of(known) == keys_of(replace(known, narrative="COFFEE AND CAKE"))


def test_equal_lines_of_a_day_are_counted_across_statements_and_pages():
    keys = LineKeys()
    first = keys_of(LINE, LINE, keys=keys)
    second = keys_of(LINE, keys=keys, opening=replace(OPENING, page="2"))

    assert len({*first, *second}) == 3


def test_a_statement_that_stands_in_the_file_twice_is_the_same_money():
    keys = LineKeys()

    assert keys_of(LINE, LINE, keys=keys) == keys_of(LINE, LINE, keys=keys)


@pytest.mark.parametrize(
    ("named", "same"),
    [
        pytest.param("GB33 BUKB 2020 1555 5555 55", True, id="IBAN with blanks"),
        pytest.param("20201555555555", True, id="sort code and number run together"),
        pytest.param("20-20-15 55555555", True, id="sort code with hyphens"),
        pytest.param("55555555", True, id="number alone"),
        pytest.param("****5555", True, id="masked"),
        pytest.param("", True, id="not named"),
        pytest.param("Current account", True, id="a name without a number"),
        pytest.param("****5556", False, id="masked, another"),
        pytest.param("GB33BUKB20201555555556", False, id="another IBAN"),
        pytest.param("20201655555555", False, id="another branch"),
        pytest.param("555555555", False, id="a longer number"),
    ],
)
def test_a_file_is_of_the_account_it_names(named, same):
    assert is_same_account(named, iban="GB33BUKB20201555555555", sort_code="202015", number="55555555") is same


def test_a_german_account_is_known_by_bank_code_and_number():
    iban = "DE89370400440532013000"

    assert is_same_account("37040044/532013000", iban=iban)
    assert not is_same_account("37040045/532013000", iban=iban)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        pytest.param("FPI ACME INV-2024-0841", {"INV20240841"}, id="as written"),
        pytest.param("inv 2024 0841", {"INV20240841"}, id="blanks for hyphens"),
        pytest.param("INV20240841", {"INV20240841"}, id="run together"),
        pytest.param("INV:0088,0094;0095", {"INV0088", "0088", "0094", "0095"}, id="a list"),
        pytest.param("/INV/INV-2025-0012", {"INV20250012"}, id="slashes"),
        pytest.param("Ref(AC-77)", {"AC77"}, id="brackets"),
        pytest.param("PCN QX1234567A", {"QX1234567A"}, id="a penalty charge notice"),
    ],
)
def test_a_text_names_references(text, named):
    assert named <= set(tokens(text))


@pytest.mark.parametrize("text", ["", "THANK YOU", "PAID 12.50", "£1,234.56", "12", "A1"])
def test_amounts_words_and_scraps_are_no_references(text):
    assert tokens(text) == []


def test_no_text_names_without_end():
    assert len(tokens(" ".join(f"INV-{number}" for number in range(5_000)))) == MOST


def test_matching_gives_the_items_in_their_order():
    first, second = OpenItem(1, 7, 200), OpenItem(2, 7, 300)

    assert matched_items(amount_minor=500, named_items=[second, first], named_accounts={}) == (first, second)


@pytest.mark.parametrize(
    ("amount", "items", "answer"),
    [
        pytest.param(500, (200, 300), (1, 2), id="all that is owed"),
        pytest.param(300, (200, 300), (2,), id="the one item of that amount"),
        pytest.param(300, (300, 300), Waits.AMOUNT_DIFFERS, id="two items of that amount"),
        pytest.param(100, (200, 300), Waits.AMOUNT_DIFFERS, id="less than any"),
        pytest.param(0, (200,), Waits.MONEY_OUT, id="nothing"),
        pytest.param(200, (), Waits.AMOUNT_DIFFERS, id="nothing is owed"),
    ],
)
def test_a_named_account_is_paid_as_a_whole_or_by_one_item(amount, items, answer):
    owed = [OpenItem(number, 7, minor) for number, minor in enumerate(items, start=1)]

    found = matched_items(amount_minor=amount, named_items=[], named_accounts={7: owed})

    assert (found if isinstance(found, Waits) else tuple(item.item_id for item in found)) == answer


def test_of_two_named_accounts_neither_is_paid():
    owed = {7: [OpenItem(1, 7, 100)], 8: [OpenItem(2, 8, 200)]}

    assert matched_items(amount_minor=100, named_items=[], named_accounts=owed) is Waits.SEVERAL_ACCOUNTS


def test_a_line_that_waits_holds_its_place():
    one, two = OpenItem(1, 7, 100), OpenItem(2, 7, 100)

    free, claimed = without_conflicts({10: [one], 11: [one, two], 12: [two]}, order=[10, 11, 12])

    assert (free, claimed) == ({10: (one,)}, [11, 12])


def test_a_payer_is_known_by_account_else_by_name():
    assert payer_key(counterparty="Ann", counterparty_account="20-20-15 55555555") == "20201555555555"
    assert payer_key(counterparty="Ann’s Ltd.", counterparty_account="000000000") == "ann s ltd"
    assert payer_key(counterparty="", counterparty_account="") == ""


def candidate(account_id: int, signs: Signs) -> Candidate:
    return Candidate(account_id, "", "", signs, score(signs), evidence(signs))


def test_what_the_payer_says_outweighs_what_it_is_called_and_did():
    tenner = Money.of("10.00", "GBP")
    names_item = candidate(1, Signs(named_items=["INV-1"], line=tenner, open=Money.of("90.00", "GBP")))
    knows_payer = candidate(2, Signs(payments=9, name_is_same=True, line=tenner, open=Money.of("50.00", "GBP")))
    same_amount = candidate(3, Signs(name_is_same=False, line=tenner, open=Money.of("40.00", "GBP"), exact_items=["X"]))

    assert [each.account_id for each in ranked([same_amount, knows_payer, names_item])] == [1, 2, 3]


def test_evidence_is_said_in_words():
    tenner = Money.of("10.00", "GBP")
    signs = Signs(
        named_items=["INV-1"],
        payments=3,
        name_is_same=True,
        line=tenner,
        open=tenner,
        named_open=tenner,
        exact_items=["INV-1"],
    )

    assert evidence(signs) == (
        "Names INV-1",
        "Amount is what is open on it",
        "Amount is all that is owed",
        "Paid this account 3 times before",
        "Same name",
    )
