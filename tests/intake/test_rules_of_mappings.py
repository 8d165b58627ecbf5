"""Mappings: what none can say, what one leaves out, and what a preview shows."""

from __future__ import annotations

import re
from datetime import date

import pytest
from tests.intake.mappings import WHOLE, document

from tallystick.intake import rules
from tallystick.kernel.money import Money


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"version": 2}, "version 2"),
        ({"kind": "letters"}, "letters"),
        ({"fields": {"shoe_size": {"column": "A"}}}, "shoe_size"),
        ({"fields": {"amount": {}}}, "amount needs one of"),
        ({"fields": {"amount": {"column": "A", "constant": "1"}}}, "amount needs one of"),
        ({"fields": {"amount": {"columns": "A"}}}, "columns"),
        ({"day_form": "dym"}, "dym"),
        ({"decimal_mark": ";"}, ";"),
        ({"words": {"ZR": "present"}}, "a word means none of"),
        ({"home_currency": "pounds"}, "pounds"),
        ({"skips": [{"row": 1}]}, "row"),
        ({"carry": {"column": "A"}}, "column"),
        ({"fields": None}, "items"),
    ],
)
def test_a_mapping_that_says_what_none_can_say_is_refused(changes: dict[str, object], problem: str) -> None:
    with pytest.raises(rules.MappingUnreadable, match=re.escape(problem)):
        rules.mapping_of(document(**changes))


def test_a_mapping_is_stored_and_read_without_loss() -> None:
    whole = rules.mapping_of(
        document(
            fields={**WHOLE, "settled_on": {"column": "Paid", "form": "mdy"}, "description": {"template": "{Ref}!"}},
            day_form="dmy",
            decimal_mark=",",
            words={"ZR": "invoice"},
            home_currency="EUR",
            skips=[{"column": "Ref", "starts_with": "Total", "is_total": True}],
            carry={"columns": ["A/C"], "starts_with": "A/C:"},
        )
    )

    assert rules.mapping_of(whole.as_document()) == whole
    assert whole.words == {"zr": "invoice"}


@pytest.mark.parametrize(
    ("kind", "fields", "wanting"),
    [
        ("invoices", WHOLE, []),
        ("invoices", {name: WHOLE[name] for name in WHOLE if name != "due_on"}, ["due_on"]),
        ("invoices", {**{n: WHOLE[n] for n in WHOLE if n != "due_on"}, "terms_days": {"constant": "30"}}, []),
        ("invoices", {}, ["account_ref", "item_ref", "issued_on", "amount", "currency", "due_on"]),
        ("customers", {"account_ref": {"column": "A"}, "currency": {"constant": "GBP"}}, ["name"]),
        (
            "customers",
            {"account_ref": {"column": "A"}, "currency": {"constant": "GBP"}, "last_name": {"column": "B"}},
            [],
        ),
        ("charges", WHOLE, ["item_kind"]),
        ("payments", {name: WHOLE[name] for name in WHOLE if name != "due_on"}, []),
    ],
)
def test_what_a_mapping_leaves_out_is_named(kind: str, fields: dict[str, object], wanting: list[str]) -> None:
    mapping = rules.mapping_of({"version": 1, "kind": kind, "fields": fields})

    assert rules.wanting(mapping) == wanting
    if wanting:
        with pytest.raises(rules.MappingIncomplete):
            rules.check_complete(mapping)
    else:
        rules.check_complete(mapping)


def test_a_mapping_needs_the_columns_of_its_rules_too() -> None:
    mapping = rules.mapping_of(document(skips=[{"column": "Details"}]))

    with pytest.raises(rules.MappingUnfit, match="“Details”"):
        rules.check_fits(mapping, ["Account", "Ref", "Date", "Due", "Amount"])


# What a person sees while choosing


def test_a_preview_reads_as_the_load_does_and_says_what_is_wrong() -> None:
    mapping = rules.mapping_of(
        document(
            fields={**WHOLE, "item_kind": {"column": "Type"}, "email": {"column": "Mail"}},
            day_form="dmy",
        )
    )
    headings = ["Account", "Ref", "Date", "Due", "Amount", "Type", "Mail"]
    good = ["A1", "7", "03/04/2026", "04/05/2026", "£9.50", "SI", "a@b.example"]
    bad = ["", "7", "2026", "04/05/2026", "€9.50", "Mystery", "nobody"]

    seen, spoilt = rules.preview(mapping, headings, [good, bad], country="GB")

    assert seen["issued_on"].day == date(2026, 4, 3)
    assert seen["amount"].money == Money(950, "GBP")
    assert str(seen["item_kind"].words) == "Invoice"
    assert not [name for name, each in seen.items() if each.fault]
    assert {name: each.fault.code for name, each in spoilt.items() if each.fault} == {
        "account_ref": "missing",
        "issued_on": "day_unreadable",
        "amount": "amount_other_currency",
        "item_kind": "kind_unknown",
        "email": "contact_unreadable",
    }


def test_a_preview_needs_no_complete_mapping() -> None:
    mapping = rules.mapping_of(document(fields={}))

    assert rules.preview(mapping, ["A"], [["1"]], country="GB") == [{}]
