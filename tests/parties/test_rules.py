"""How names, numbers and postcodes are compared."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallystick.parties import rules


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("  O’Brien & Söhne Ltd. ", "o brien sohne ltd"),
        ("O'BRIEN   AND SONS", "o brien and sons"),
        ("Zoë Ångström", "zoe angstrom"),
        ("STRAẞE", "strasse"),
        ("３Ｄ Ｐｒｉｎｔ", "3d print"),
        ("Иван Петров", "иван петров"),
        ("A.B.C.", "a b c"),
        ("---", ""),
    ],
)
def test_names_are_compared_without_case_accents_and_punctuation(name, key):
    assert rules.name_key(name) == key


@given(st.text(max_size=40))
def test_the_key_of_a_key_is_the_key(name):
    key = rules.name_key(name)

    assert rules.name_key(key) == key


@pytest.mark.parametrize("postcode", ["sw1a 1aa", "SW1A1AA", " Sw1A\t1aa "])
def test_postcodes_are_compared_without_blanks(postcode):
    assert rules.postcode_key(postcode) == "SW1A1AA"


@pytest.mark.parametrize(
    ("kind", "value", "country", "key"),
    [
        ("mobile", "07700 900123", "GB", "+447700900123"),
        ("mobile", "+44 (0)7700 900123", "GB", "+447700900123"),
        ("phone", "020 7946 0000", "GB", "+442079460000"),
        ("phone", "+49 30 901820", "GB", "+4930901820"),
        ("phone", "030 901820", "DE", "+4930901820"),
        ("email", " Ann.Lee@Example.ORG ", "GB", "ann.lee@example.org"),
        ("email", "o'brien+bills@mail.co.uk", "GB", "o'brien+bills@mail.co.uk"),
    ],
)
def test_a_contact_point_is_compared_in_one_form(kind, value, country, key):
    assert rules.contact_key(kind, value, country=country) == key


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("email", ""),
        ("email", "ann"),
        ("email", "ann@host"),
        ("email", "ann@.org"),
        ("email", "ann lee@example.org"),
        ("email", "ann@@example.org"),
        ("mobile", ""),
        ("mobile", "ring me"),
        ("phone", "12"),
        ("phone", "0" * 30),
    ],
)
def test_what_is_no_address_or_number_is_refused(kind, value):
    with pytest.raises(rules.ContactPointUnreadable) as refused:
        rules.contact_key(kind, value)

    assert f"“{value}” cannot be read as" in str(refused.value)
