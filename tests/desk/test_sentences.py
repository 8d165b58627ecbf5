"""Every event of every room reads as a sentence, and opens with all that was recorded of it."""

import string
from datetime import UTC, date, datetime
from importlib import import_module
from importlib.util import find_spec

import pytest
from babel import Locale
from lucide.jinja import lucide
from tests.architecture import house

from tallystick.desk.queries.kinds import fields_of, kinds
from tallystick.desk.rules import originals, sentences, writing
from tallystick.kernel.money import Money
from tallystick.timeline.rules import as_json

BRITISH = Locale.parse("en_GB")
#: A value for a field of each type.
EXAMPLES = {
    str: "something",
    int: 7,
    bool: True,
    date: date(2026, 3, 2),
    datetime: datetime(2026, 3, 2, 9, 30, tzinfo=UTC),
    Money: Money(1250, "GBP"),
}


def read(kind, data):
    written = writing.written(kind, data, types=fields_of(kind), locale=BRITISH, zone=UTC)
    return sentences.sentence(kind, data, written)


def _placeholders(text):
    return {name for _literal, name, _spec, _conversion in string.Formatter().parse(str(text)) if name}


def test_every_room_that_announces_something_is_known():
    rooms = {room for room in house.BUILT if find_spec(f"tallystick.{room}.events")}
    announcing = {room for room in rooms if vars(import_module(f"tallystick.{room}.events"))}

    assert {kind.split(".")[0] for kind in kinds()} == announcing


def test_every_kind_of_event_has_a_sentence_and_every_sentence_a_kind():
    assert set(sentences.SENTENCES) == set(kinds())


@pytest.mark.parametrize("kind", sorted(kinds()))
def test_a_sentence_is_made_of_fields_that_its_event_has(kind):
    described = sentences.SENTENCES[kind]
    used = _placeholders(described.text) | _placeholders(described.detail)
    used |= {name for text in described.without.values() for name in _placeholders(text)}

    assert used | set(described.without) <= set(fields_of(kind)), f"{kind} has {sorted(fields_of(kind))}"


@pytest.mark.parametrize("kind", sorted(kinds()))
def test_an_event_with_every_field_reads_without_a_gap(kind):
    data = {name: as_json(EXAMPLES[type_]) for name, type_ in fields_of(kind).items() if name != "account_id"}

    found = read(kind, data)

    assert found.text
    assert "{" not in found.text + found.detail


@pytest.mark.parametrize("kind", sorted(kinds()))
def test_an_older_event_that_lacks_fields_still_reads(kind):
    assert "{" not in read(kind, {}).text


@pytest.mark.parametrize("kind", sorted(kinds()))
def test_every_field_of_an_event_has_a_name_for_people(kind):
    shown = {name for name in fields_of(kind) if not name.endswith("_id")}

    assert shown <= set(writing.FIELD_NAMES)


def test_icons_and_tones_exist():
    for described in sentences.SENTENCES.values():
        lucide(described.icon)
        assert described.tone in {"", "ok", "warn", "bad", "info", "hold", "quiet"}


@pytest.mark.parametrize(
    ("kind", "data", "text", "detail"),
    [
        pytest.param(
            "holds.HoldPlaced",
            {"reason": "vulnerability", "until_on": "2026-04-01", "note": ""},
            "On hold until 1 Apr 2026: Vulnerable customer",
            "",
            id="until a day",
        ),
        pytest.param(
            "holds.HoldPlaced",
            {"reason": "manual", "until_on": None, "note": "In hospital."},
            "On hold until lifted: Held by hand",
            "In hospital.",
            id="without an end",
        ),
        pytest.param(
            "contact.MessageRefused",
            {"channel": "email", "template": "reminder_1", "code": "contact.too_often"},
            "E-mail not sent: The person has heard from us as often as the house allows.",
            "",
            id="a refusal says why",
        ),
        pytest.param(
            "accounts.CreditApplied",
            {"amount": {"minor": 500, "currency": "GBP"}, "unallocated": {"minor": 0, "currency": "GBP"}},
            "£5.00 credited",
            "",
            id="an amount of nothing is not worth a line",
        ),
        pytest.param(
            "payments.PaymentReceived",
            {"amount": {"minor": 500, "currency": "EUR"}, "method": "bank_transfer", "payer": "A Hughes"},
            "Paid €5.00 by Bank transfer",
            "A Hughes",
            id="stored words are read by their labels",
        ),
        pytest.param(
            "accounts.ItemRedated",
            {"reference": "20260301", "due_on": "2026-03-05"},
            "20260301 is now due 5 Mar 2026",
            "",
            id="a reference that looks like a day stays a reference",
        ),
        pytest.param("timeline.NoteAdded", {"text": "{amount} agreed"}, "{amount} agreed", "", id="braces in a note"),
        pytest.param("space.RocketLaunched", {"to": "Mars"}, "space.RocketLaunched", "", id="a kind nobody knows"),
    ],
)
def test_an_event_reads_as(kind, data, text, detail):
    found = read(kind, data)

    assert (found.text, found.detail) == (text, detail)


def test_an_event_leads_to_the_originals_of_what_it_names():
    data = {"message_id": 3, "document_id": 4, "decision_id": 5, "payment_id": None}

    found = {original.url_name: original.arguments for original in originals.originals(17, data)}

    assert found == {"contact:message": (3,), "contact:document": (4,), "strategy:decision": (17, 5)}
