"""UK bank accounts are checked as the scheme says: its published test cases, and what it leaves to whoever reads it."""

from pathlib import Path

import pytest

from tallystick.jurisdictions import queries
from tallystick.jurisdictions.rules import modulus
from tallystick.jurisdictions.rules.reading import BadPack

#: Test cases of “Validating account numbers: UK modulus checking”, published by Vocalink; Y where it is possible.
PUBLISHED = """
089999 66374958 Y modulus 10
107999 88837491 Y modulus 11
202959 63748472 Y modulus 11 and double alternate
871427 46238510 Y exceptions 10 and 11, the first passes
872427 46238510 Y exceptions 10 and 11, the second passes
871427 09123496 Y exception 10 with ab 09 and g 9
871427 99123496 Y exception 10 with ab 99 and g 9
820000 73688637 Y exception 3 with c 6, the first sort code of a range
827999 73988638 Y exception 3 with c 9, the last of a range
827101 28748352 Y exception 3, both pass
134020 63849203 Y exception 4, the remainder is the check digit
118765 64371389 Y exception 1 adds 27
200915 41011166 Y exception 6, a foreign currency
938611 07806039 Y exception 5
938600 42368003 Y exception 5 with another sort code
938063 55065200 Y exception 5, both leave 0
772798 99345694 Y exception 7
086090 06774744 Y exception 8
309070 02355688 Y exceptions 2 and 9, the first passes
309070 12345668 Y exceptions 2 and 9, the second passes with another sort code
309070 12345677 Y exceptions 2 and 9 with a not 0 and g not 9
309070 99345694 Y exceptions 2 and 9 with a not 0 and g 9
938063 15764273 N exception 5, the second check digit is wrong
938063 15764264 N exception 5, the first check digit is wrong
938063 15763217 N exception 5, the first leaves 1
118765 64371388 N exception 1, double alternate fails
203099 66831036 N modulus 11 passes and double alternate fails
203099 58716970 N modulus 11 fails and double alternate passes
089999 66374959 N modulus 10 fails
107999 88837493 N modulus 11 fails
074456 12345112 Y exceptions 12 and 13, the first passes
070116 34012583 Y exceptions 12 and 13, both pass
074456 11104102 Y exceptions 12 and 13, the second passes
180002 98093517 Y exception 14, the first passes
180002 00000190 Y exception 14, the second passes
180002 00000192 N exception 14, an account ends with another digit
"""


@pytest.mark.parametrize(
    ("sort_code", "number", "possible"),
    [
        pytest.param(*line.split(maxsplit=3)[:3], id=line.split(maxsplit=3)[3])
        for line in PUBLISHED.strip().splitlines()
    ],
)
def test_a_published_case_comes_out_as_it_is_published(sort_code, number, possible):
    assert queries.is_possible_account(sort_code, number) is (possible == "Y")


def test_one_wrong_digit_is_found_in_every_place():
    right = "88837491"
    wrong = [
        right[:place] + digit + right[place + 1 :] for place in range(8) for digit in set("0123456789") - {right[place]}
    ]

    assert len(wrong) == 72
    assert not [number for number in wrong if queries.is_possible_account("107999", number)]


@pytest.mark.parametrize(
    ("sort_code", "number", "possible"),
    [
        pytest.param("00-00-00", "12345678", True, id="not listed"),
        pytest.param("08 99 99", "663 74958", True, id="written with blanks"),
        pytest.param("107999", "8837491", False, id="seven digits are filled up"),
        pytest.param("08999", "66374958", False, id="a sort code too short"),
        pytest.param("089999", "12345", False, id="an account too short"),
        pytest.param("089999", "6637495x", False, id="a letter"),
        pytest.param("089999", "٦٦٣٧٤٩٥٨", False, id="digits of another script"),
        pytest.param("", "", False, id="nothing"),
    ],
)
def test_an_account_is_read_as_people_write_it(sort_code, number, possible):
    assert queries.is_possible_account(sort_code, number) is possible


def test_a_newer_table_is_read_from_its_folder(tmp_path: Path, settings):
    tmp_path.joinpath("valacdos.txt").write_text(
        "089999 089999 MOD10    0    0    0    0    0    0    0    0    0    0    0    0    0    1\r\n"
    )
    tmp_path.joinpath("scsubtab.txt").write_text("938173 938017\r\n")
    settings.JURISDICTIONS_MODULUS_FOLDER = tmp_path

    assert queries.is_possible_account("089999", "11111110")
    assert not queries.is_possible_account("089999", "66374958")


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        pytest.param(["089999 089999 MOD12" + " 1" * 14], "line 1", id="no such check"),
        pytest.param(["089999 089999 MOD10" + " 1" * 13], "line 1", id="a weight is missing"),
        pytest.param(
            ["# x", "089999 089998 MOD10" + " 1" * 14], "line 2, the sort codes are not in order", id="a range"
        ),
        pytest.param(
            ["089999 089999 MOD10" + " 1" * 14, "040004 040004 MOD10" + " 1" * 14], "line 2", id="lines out of order"
        ),
    ],
)
def test_a_table_with_a_mistake_is_refused_with_its_line(lines, said):
    with pytest.raises(BadPack, match=said):
        modulus.read_table(lines, [], name="valacdos.txt")
