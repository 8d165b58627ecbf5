"""What a letter says of interest: every line that proves what is charged and open, by fields and as a table."""

from datetime import date
from importlib import resources

import pytest
from django.utils import translation
from tests.builders import TEST
from tests.charges.book import EIGHT, accrue, at, debt, interest_item, pay

from tallystick.contact.queries.merging import asked_for, facts_of
from tallystick.contact.rules.fields import Speech
from tallystick.contact.rules.language import problems
from tallystick.contact.rules.words import Purpose
from tallystick.contact.rules.writing import write
from tallystick.documents.rules.text import as_plain_text
from tallystick.holds import actions as hold_actions
from tallystick.holds.rules import Reason
from tallystick.kernel.money import Money

pytestmark = pytest.mark.django_db

LOOP = (
    "{% for line in interest %}{{ line.reference }} {{ line.first_day }} {{ line.last_day }} {{ line.days }} {{ line.balance }}"
    " {{ line.rate }} {{ line.amount }}; {% endfor %}"
)


def said(account, body, *, on, purpose=Purpose.DEMAND):
    assert problems(body) == []
    facts = facts_of([account.pk], at=at(on))[account.pk].facts
    with translation.override("en"):
        written = write(subject="", body=body, facts=asked_for(facts, purpose), speech=Speech("en"))
    return as_plain_text(written.blocks).replace("\N{NO-BREAK SPACE}", " ")


def charged_twice():
    account, item = debt()
    accrue(date(2026, 1, 20))
    pay(account, "400.00", on=date(2026, 1, 21), known=date(2026, 1, 21), items={item.pk: 400_00})
    for day in (30, 31):
        accrue(date(2026, 1, day))
    return account, item


def test_a_letter_says_how_interest_was_worked_out_as_far_as_it_is_charged():
    account, item = charged_twice()

    loop = said(account, LOOP, on=date(2026, 2, 5))
    table = said(account, "{% table interest %}", on=date(2026, 2, 5))

    assert loop == (
        f"{item.reference} 2 January 2026 21 January 2026 20 £1,000.00 8 % £4.38; "
        f"{item.reference} 22 January 2026 31 January 2026 10 £600.00 8 % £1.32;"
    )
    for text in ("2 January 2026 to 21 January 2026 (20)", "£1,000.00", "8 %", "£4.38", "Interest charged", "£5.70"):
        assert text in table


def test_interest_that_is_paid_is_explained_no_more():
    account, _item = charged_twice()
    beside = interest_item(account)
    pay(account, "5.70", on=date(2026, 2, 1), known=date(2026, 2, 1), items={beside.pk: beside.open_minor})

    assert said(account, "A{% table interest %}B", on=date(2026, 2, 5)).split() == ["A", "B"]


def test_interest_on_hold_is_not_explained_where_something_is_asked_for():
    account, _item = charged_twice()
    beside = interest_item(account)
    hold_actions.hold_items(
        account_id=account.pk, item_ids=[beside.pk], reason=Reason.DISPUTE, amount=Money(beside.open_minor, "GBP"),
        from_on=date(2026, 2, 1), at=at(date(2026, 2, 1)), by=TEST,
    )  # fmt: skip

    assert said(account, LOOP, on=date(2026, 2, 5)) == ""
    assert said(account, LOOP, on=date(2026, 2, 5), purpose=Purpose.INFORMATION) != ""


def test_what_lifts_interest_to_the_least_is_a_line_of_the_table():
    account, _item = debt(document={**EIGHT, "least": "10.00"})
    accrue(date(2026, 1, 31))

    table = said(account, "{% table interest %}", on=date(2026, 2, 5))

    # Thirty days are 6.58; ten pounds are agreed.
    for text in ("£6.58", "Up to the least that is agreed", "£3.42", "£10.00"):
        assert text in table


@pytest.mark.parametrize(
    "name", ["letter_before_action.letter", "final_notice.letter", "statement.letter", "statement.email"]
)
def test_letters_of_the_house_that_name_an_amount_explain_the_interest_in_it(name):
    account, _item = charged_twice()
    text = resources.files("tallystick.contact").joinpath(f"documents/{name}.en.liquid").read_text("utf-8")
    body = text.split("\n\n", 1)[1]

    found = said(account, body, on=date(2026, 2, 5))

    for words in ("2 January 2026 to 21 January 2026 (20)", "£4.38", "Interest charged", "£5.70"):
        assert words in found
