"""A mapping that is whole, and documents of mappings that differ from it."""

from __future__ import annotations

WHOLE = {
    "account_ref": {"column": "Account"},
    "item_ref": {"column": "Ref"},
    "issued_on": {"column": "Date"},
    "due_on": {"column": "Due"},
    "amount": {"column": "Amount"},
    "currency": {"constant": "GBP"},
}


def document(**changes: object) -> dict[str, object]:
    return {"version": 1, "kind": "invoices", "fields": WHOLE, **changes}
