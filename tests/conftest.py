"""What every test may use. The database server starts with the first test that needs it and stops with the last run."""

import pytest
from django.db import connection


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "browser: drives a real browser; left out, loudly, where there is none")


def pytest_unconfigure(config: pytest.Config) -> None:
    server = getattr(connection, "embedded", None)
    if server is not None:
        connection.close()
        server.release()
