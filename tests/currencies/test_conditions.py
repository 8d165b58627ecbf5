"""An amount in a condition is unknown to an account in another currency: neither it nor its opposite is true, and why says so."""

from datetime import timedelta

import pytest
from tests import builders
from tests.builders import AT, TEST, TODAY
from tests.strategy import builders as strategies

from tallystick.exchange import actions as exchange
from tallystick.strategy.queries import why
from tallystick.strategy.rules import grammar, mistakes
from tallystick.timeline import queries as timeline

pytestmark = pytest.mark.django_db

DOCUMENT = """
name: test
title: Test
start: waiting
states:
  waiting:
    steps:
      - {id: large, when: "balance >= £50", otherwise: skip, do: [note: large]}
      - {id: small, when: "balance < £50", otherwise: skip, do: [note: small]}
      - {id: asked, when: "not balance < £50", otherwise: skip, do: [note: not small]}
      - {id: own, when: "balance >= 5000 JPY", otherwise: skip, do: [note: large in yen]}
      - {id: some, when: "balance > 0", do: [note: something]}
      - {id: last, when: "balance >= £50", do: [note: last]}
"""


def owing(currency, amount):
    account = builders.account(currency=currency)
    builders.invoice(account, amount, due_on=TODAY - timedelta(days=20))
    return account


def lived(account, days=5):
    for number in range(days):
        strategies.run(TODAY + timedelta(days=number))
    events = timeline.of_account([account.pk])
    return [event["data"]["text"] for event in reversed(events) if event["kind"] == "timeline.NoteAdded"]


def test_a_threshold_in_pounds_says_nothing_of_an_account_in_yen_whatever_the_rates_are():
    content = b"base,quote,day,rate\nGBP,JPY,2026-03-02,1"
    exchange.load_rates(content=content, name="rates.csv", at=AT, by=TEST)
    strategies.publish(DOCUMENT)
    yen, pounds = owing("JPY", "9000"), owing("GBP", "90.00")
    strategies.refresh(yen.pk, pounds.pk)

    assert sorted(lived(yen)) == ["large in yen", "something"]
    assert "large" in lived(pounds, days=0)


def test_why_says_that_the_amount_is_of_another_currency():
    strategies.publish(DOCUMENT)
    yen = owing("JPY", "9000")
    strategies.refresh(yen.pk)
    lived(yen)

    found = why.why(yen.pk, day=TODAY + timedelta(days=5))

    assert found.sentence.endswith(
        "Now balance: JP¥9,000, amounts in GBP are unknown to an account in JPY, and none is converted."
    )


def test_what_is_known_says_nothing_of_currencies():
    strategies.publish(DOCUMENT.replace("£50", "50000 JPY"))
    yen = owing("JPY", "9000")
    strategies.refresh(yen.pk)

    assert "converted" not in why.why(yen.pk, day=TODAY).sentence


@pytest.mark.parametrize(
    ("text", "reason"),
    [("balance > 5 GPB", "did you mean GBP"), ("balance > 5.5 JPY", "JPY has fewer decimals")],
)
def test_an_amount_that_is_none_is_named_with_the_nearest_currency(text, reason):
    with pytest.raises(mistakes.NoSuchMoney, match=reason):
        grammar.read(text)
