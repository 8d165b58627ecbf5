"""Further cases of the kinds that the file has, from the worked tables of the same reference and from the sources themselves."""

from datetime import date

import pytest
from tests.charges.building import bearing, day
from tests.charges.vectors import ANSWERS, ENGLAND

from tallystick.charges.rules.interest import interest
from tallystick.charges.rules.terms import Freeze, Terms
from tallystick.jurisdictions import queries as jurisdictions


@pytest.mark.parametrize(
    ("principal", "start", "end", "days", "amount"),
    [
        ("123.45", "2026-06-01", "2026-06-08", 7, "0.19"),
        ("18750.40", "2022-02-28", "2026-11-22", 1728, "7101.52"),
    ],
)
def test_interest_before_judgment(principal, start, end, days, amount):
    found = ANSWERS["interest_s69"]({"principal": principal, "from": start, "to": end, "rate_pct": "8"})

    assert (found["days"], found["interest"]) == (days, amount)


@pytest.mark.parametrize(
    ("principal", "due", "as_at", "rate", "days", "amount", "fixed", "total"),
    [
        ("5000.00", "2023-12-31", "2024-03-15", "13.25", 75, "136.13", "70.00", "5206.13"),
        ("999.99", "2024-06-30", "2024-09-30", "13.25", 92, "33.40", "40.00", "1073.39"),
        ("10000.00", "2025-08-15", "2025-11-15", "12.25", 92, "308.77", "100.00", "10408.77"),
        ("12500.00", "2026-07-20", "2026-10-20", "11.75", 92, "370.21", "100.00", "12970.21"),
    ],
)
def test_late_payment(principal, due, as_at, rate, days, amount, fixed, total):
    found = ANSWERS["interest_late_payment"]({"principal": principal, "last_day_to_pay": due, "as_at": as_at})

    assert (found["statutory_rate_pct"], found["days"]) == (rate, days)
    assert (found["interest"], found["compensation"], found["total"]) == (amount, fixed, total)


def test_judgment_interest():
    case = {
        "judgment_sum": "7500.00",
        "runs_from": "2025-06-10",
        "as_at": "2026-03-10",
        "debt_kind": "general",
        "court": "county",
    }

    assert ANSWERS["judgment_interest"](case) == {"interest_runs": True, "days": 273, "interest": "448.77"}


def test_a_freeze_does_not_cut_the_line_that_is_rounded():
    # A pound at 8 percent: a fifth of a penny in ten days before the freeze, two fifths in twenty days after it: a penny.
    debt = bearing((0, 1_00), freezes=[Freeze(day(11), day(20), "dispute")])

    assert [line.amount for line in interest(Terms(), debt, until=day(40)).lines] == [0, 0, 1]


@pytest.mark.parametrize(
    ("jurisdiction", "rule", "given", "expected"),
    [
        pytest.param(
            "US",
            "contact.after_conversation",
            {"conversation": date(2026, 3, 2)},
            {"next_call_from": date(2026, 3, 9)},
            id="after a conversation",
        ),
        pytest.param(
            "US",
            "contact.calls",
            {"days": [date(2026, 3, each) for each in (2, 2, 3, 4, 5, 6, 7)]},
            {"allowed": False, "counted": 7},
            id="a seventh call in seven days was made",
        ),
        pytest.param(
            "US",
            "contact.calls",
            {"days": [date(2026, 2, 28), *(date(2026, 3, each) for each in (2, 3, 4, 5, 6, 7))]},
            {"allowed": True, "counted": 6},
            id="the first of seven lies eight days back",
        ),
        pytest.param(
            "GB-EAW",
            "late_payment.term",
            {
                "purchaser": "business",
                "goods_or_service_received": date(2026, 3, 2),
                "invoice_received": date(2026, 3, 5),
                "acceptance_ended": date(2026, 3, 20),
            },
            {"relevant_day": date(2026, 4, 18)},
            id="a procedure of acceptance moves the term",
        ),
        pytest.param(
            "GB-EAW",
            "late_payment.term",
            {
                "purchaser": "business",
                "goods_or_service_received": date(2026, 3, 2),
                "invoice_received": date(2026, 3, 2),
                "agreed_payment_day": date(2026, 6, 30),
                "agreed_day_not_grossly_unfair": False,
            },
            {"relevant_day": date(2026, 4, 30), "interest_starts": date(2026, 5, 1)},
            id="an unfair term is cut to sixty days",
        ),
        pytest.param(
            "GB-EAW",
            "service.other",
            {"method": "dx", "sent_or_done": date(2026, 12, 23)},
            {"deemed_served": date(2026, 12, 29)},
            id="DX over Christmas",
        ),
        pytest.param(
            "GB-EAW",
            "credit.arrears_notice",
            {"conditions_met": date(2026, 4, 10)},
            {"notice_by": date(2026, 4, 23)},
            id="notice of arrears",
        ),
        pytest.param(
            "GB-NIR",
            "limitation.simple_contract",
            {"accrual_or_breach": date(2020, 7, 13), "acknowledgment_or_part_payment": date(2026, 7, 13)},
            {"restarted": date(2026, 7, 13), "last_day_to_issue": date(2032, 7, 13)},
            id="acknowledged on the last day",
        ),
    ],
)
def test_a_rule_answers(jurisdiction, rule, given, expected):
    law = jurisdictions.law(jurisdiction)
    answers = law.ask(rule, day=date(2026, 3, 7) if rule == "contact.calls" else date(2026, 3, 2), **given)

    assert {name: answers[name] for name in expected} == expected


def test_the_sums_of_a_claim_follow_the_day_of_each_step():
    def claim(on, amount):
        return [
            str(ENGLAND.ask(rule, day=on, amount=amount)["amount"])
            for rule in ("fee.issue.money", "fee.small_claim_hearing")
        ]

    assert claim(date(2021, 9, 29), "3000.01") == ["205.00", "335.00"]
    assert claim(date(2021, 9, 30), "3000.01") == ["205.00", "346.00"]
