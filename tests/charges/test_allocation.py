"""What a payment pays: the orders of the trade and of statutes by hand, and what holds for every order."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.charges.building import day, order, part

from tallystick.charges.rules.allocation import allocate, proportional
from tallystick.jurisdictions import queries as jurisdictions
from tallystick.jurisdictions.rules.orders import First, Head, Order, Ties
from tallystick.jurisdictions.rules.pack import value_on

COSTS_FIRST = "costs+fees interest principal"
#: Two items, the older of 100.00 with costs and interest, the newer of 200.00 with interest; a third is not due yet.
DEBT = [
    part("A", "principal", 100_00, 1),
    part("A", "interest", 10_00, 1),
    part("A", "costs", 5_00, 1),
    part("B", "principal", 200_00, 20, percent=Decimal(12), secured=Decimal(1)),
    part("B", "interest", 30_00, 20, percent=Decimal(12), secured=Decimal(1)),
    part("C", "principal", 50_00, 90),
]


def paid(minor, by_order, chosen=None, parts=DEBT):
    """Give what is paid as “A principal 100.00”, in the order in which parts are listed."""
    found = allocate(minor, parts, by_order, on=day(40), chosen=chosen)
    words = [f"{each.part.reference} {each.part.head} {each.minor / 100:.2f}" for each in found.paid]
    return [*words, f"left {found.left / 100:.2f}"] if found.left else words


@pytest.mark.parametrize(
    ("by", "heads", "ties", "minor", "expected"),
    [
        pytest.param(
            "head oldest", COSTS_FIRST, "listed", 12_00, ["A interest 7.00", "A costs 5.00"], id="costs first"
        ),
        pytest.param(
            "head oldest",
            COSTS_FIRST,
            "listed",
            50_00,
            ["A principal 5.00", "A interest 10.00", "A costs 5.00", "B interest 30.00"],
            id="then interest of all items, then principal",
        ),
        pytest.param(
            "head oldest",
            "principal interest costs+fees",
            "listed",
            120_00,
            ["A principal 100.00", "B principal 20.00"],
            id="principal first",
        ),
        pytest.param(
            "oldest head",
            COSTS_FIRST,
            "listed",
            116_00,
            ["A principal 100.00", "A interest 10.00", "A costs 5.00", "B interest 1.00"],
            id="item by item, the oldest first",
        ),
        pytest.param(
            "newest head",
            COSTS_FIRST,
            "listed",
            60_00,
            ["B interest 10.00", "C principal 50.00"],
            id="the newest first",
        ),
        pytest.param(
            "due newest head",
            COSTS_FIRST,
            "listed",
            60_00,
            ["B principal 30.00", "B interest 30.00"],
            id="but what is due before that",
        ),
        pytest.param(
            "smallest",
            "",
            "listed",
            16_00,
            ["A interest 10.00", "A costs 5.00", "B interest 1.00"],
            id="the smallest first",
        ),
        pytest.param(
            "largest", "", "listed", 201_00, ["A principal 1.00", "B principal 200.00"], id="the largest first"
        ),
        pytest.param("most_onerous", "", "listed", 1_00, ["B principal 1.00"], id="what costs most first"),
        pytest.param(
            "least_secured oldest", "", "listed", 1_00, ["A principal 1.00"], id="what is least secured first"
        ),
        pytest.param(
            "head",
            "costs interest principal",
            "proportional",
            25_00,
            ["A interest 5.00", "A costs 5.00", "B interest 15.00"],
            id="equals in proportion",
        ),
        pytest.param(
            "due",
            "",
            "proportional",
            34_50,
            ["A principal 10.00", "A interest 1.00", "A costs 0.50", "B principal 20.00", "B interest 3.00"],
            id="everything due in proportion",
        ),
        pytest.param(
            "head oldest",
            COSTS_FIRST,
            "listed",
            400_00,
            [
                "A principal 100.00",
                "A interest 10.00",
                "A costs 5.00",
                "B principal 200.00",
                "B interest 30.00",
                "C principal 50.00",
                "left 5.00",
            ],
            id="what is too much is left on account",
        ),
    ],
)
def test_an_order_pays_by_hand(by, heads, ties, minor, expected):
    assert paid(minor, order(by, heads, ties)) == expected


def test_what_the_debtor_chose_goes_first_where_the_order_lets_them():
    chosen = {("B", Head.PRINCIPAL): 20_00, ("C", Head.PRINCIPAL): 500_00}

    assert paid(75_00, order("chosen head oldest", COSTS_FIRST), chosen) == [
        "A costs 5.00",
        "B principal 20.00",
        "C principal 50.00",
    ]
    assert paid(12_00, order("head oldest", COSTS_FIRST), chosen) == ["A interest 7.00", "A costs 5.00"]


def test_orders_of_statutes_are_data():
    def of(jurisdiction, rule):
        return value_on(jurisdictions.law(jurisdiction).rule(rule), day(0), Order)

    # Of what is due, the less secured first (all of A), and then, within B, costs, interest, principal.
    assert paid(120_00, of("DE", "allocation.order")) == [
        "A principal 100.00",
        "A interest 10.00",
        "A costs 5.00",
        "B interest 5.00",
    ]
    # A consumer loan in default: principal before interest.
    assert paid(110_00, of("DE", "allocation.order.consumer_loan")) == [
        "A principal 100.00",
        "A costs 5.00",
        "B principal 5.00",
    ]
    assert paid(17_00, of("GB-EAW", "allocation.order")) == ["A interest 10.00", "A costs 5.00", "B interest 2.00"]
    assert paid(101_00, of("GB-SCT", "allocation.order.running_account")) == ["A principal 100.00", "A interest 1.00"]


@pytest.mark.parametrize(
    ("minor", "limits", "shares"),
    [
        (10, [1, 1, 1], [1, 1, 1]),
        (2, [1, 1, 1], [1, 1, 0]),
        (1, [5, 9, 3], [0, 1, 0]),
        (0, [5, 9], [0, 0]),
        (100, [0, 300, 600], [0, 33, 67]),
        (7, [], []),
    ],
)
def test_shares_are_rounded_down_and_the_largest_takes_what_is_over(minor, limits, shares):
    assert proportional(minor, limits) == shares


ORDERS = st.builds(
    lambda by, ties: Order(tuple(by), (frozenset({Head.COSTS}), frozenset({Head.INTEREST, Head.FEES})), ties),
    st.lists(st.sampled_from(First), unique=True),
    st.sampled_from(Ties),
)
PARTS = st.lists(
    st.builds(
        part,
        st.sampled_from("ABCDE"),
        st.sampled_from(Head),
        st.integers(-100, 10_000_000),
        st.integers(0, 100),
        percent=st.decimals(0, 20, places=1),
        secured=st.decimals(0, 1, places=1),
    ),
    max_size=12,
)
CHOSEN = st.dictionaries(
    st.tuples(st.sampled_from("ABCDE"), st.sampled_from(Head)), st.integers(0, 5_000_000), max_size=4
)


@given(st.integers(0, 100_000_000), PARTS, ORDERS, CHOSEN)
def test_an_allocation_exceeds_neither_what_is_paid_nor_what_is_owed(minor, parts, by_order, chosen):
    found = allocate(minor, parts, by_order, on=day(50), chosen=chosen)
    owed = sum(max(each.minor, 0) for each in parts)

    assert sum(each.minor for each in found.paid) + found.left == minor
    assert sum(each.minor for each in found.paid) == min(minor, owed), "nothing is left while something is owed"
    assert all(0 < each.minor <= each.part.minor for each in found.paid)


@given(
    st.integers(0, 10_000), st.integers(0, 10_000), PARTS, st.sampled_from(["head oldest", "oldest head", "due oldest"])
)
def test_two_payments_pay_what_their_sum_pays_where_parts_go_one_after_another(one, other, parts, by):
    by_order = order(by, COSTS_FIRST if "head" in by else "")
    first = allocate(one, parts, by_order, on=day(50))
    after = {id(each.part): each.minor for each in first.paid}
    rest = [
        part(each.reference, each.head, each.minor - after.get(id(each), 0), (each.due_on - day(0)).days)
        for each in parts
    ]
    second = allocate(other, rest, by_order, on=day(50))
    together = allocate(one + other, parts, by_order, on=day(50))

    assert first.left + second.left == together.left
    assert sum(each.minor for each in (*first.paid, *second.paid)) == sum(each.minor for each in together.paid)
