"""What a connection does otherwise than Django's: no query is compiled, and lists of numbers are written at once."""

import pytest

from tallystick.kernel import sql

pytestmark = pytest.mark.django_db


def test_queries_are_not_compiled():
    assert sql.value("SHOW jit") == "off"


@pytest.mark.parametrize(
    ("given", "type_name"),
    [
        pytest.param([1, -2, 2**62], "bigint[]", id="whole numbers"),
        pytest.param([1, None, 3], "bigint[]", id="with gaps"),
        pytest.param([[1, 2], [3, 4]], "bigint[]", id="lists of numbers"),
        pytest.param([True, False], "boolean[]", id="truths, which Python takes for numbers"),
        pytest.param(['a,"b"', "{}", "\\'"], "text[]", id="texts"),
        pytest.param([], "bigint[]", id="nothing"),
    ],
)
def test_a_list_comes_back_as_it_was_given(given, type_name):
    assert sql.value(f"SELECT %s::{type_name}", [given]) == given
