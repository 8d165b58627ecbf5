"""Records of a Bacs file."""

from dataclasses import replace
from datetime import date

import pytest

from tallystick.payments.rules import standard18
from tallystick.payments.rules.standard18 import Account, NotARecord, Record

RECORD = Record(
    Account("089999", "66374958"), "17", Account("107999", "88837491"), 12345, "Acme", "REF 000123", "A B Sample"
)


def test_a_record_has_each_field_in_its_place():
    line = standard18.line(replace(RECORD, user_name="a name of more than eighteen letters", name="Zoë O’Neill/Čech"))

    assert len(line) == 100
    assert (line[:14], line[14], line[15:17], line[17:31]) == ("08999966374958", "0", "17", "10799988837491")
    assert (line[31:35], line[35:46]) == ("    ", "00000012345")
    assert (line[46:64], line[64:82], line[82:]) == ("A NAME OF MORE THA", "REF 000123        ", "ZOE O NEILL/CECH  ")


def test_a_record_of_a_file_of_several_days_says_its_day():
    line = standard18.line(replace(RECORD, processed_on=date(2028, 2, 29)))

    assert len(line) == 106
    assert line.endswith(" 28060")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        pytest.param({"minor": 2_000_000_001}, "more than one record may move", id="too much"),
        pytest.param({"minor": -1}, "less than nothing", id="a negative amount"),
        pytest.param({"code": "n0"}, "no transaction code", id="a code in small letters"),
        pytest.param({"destination": Account("08-99-99", "66374958")}, "six digits", id="a sort code with hyphens"),
        pytest.param({"originator": Account("089999", "6637495")}, "eight", id="a number of seven digits"),
    ],
)
def test_what_does_not_fit_a_record_is_refused(change, said):
    with pytest.raises(NotARecord, match=said):
        standard18.line(replace(RECORD, **change))


def test_the_most_that_a_record_moves_and_an_instruction_without_money_fit():
    assert standard18.line(replace(RECORD, minor=standard18.MOST_MINOR))[35:46] == "02000000000"
    assert standard18.line(replace(RECORD, code="0N", minor=0))[15:17] == "0N"
