"""No server compiles the night's statement, whoever runs it."""

import pytest

from tallystick.kernel import sql


@pytest.mark.django_db
def test_queries_are_not_compiled():
    assert sql.value("SHOW jit") == "off"
