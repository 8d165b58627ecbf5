"""Emptying the tables after a test with real transactions, the append-only ones too."""

from collections.abc import Sequence
from pathlib import Path

from django.db import transaction
from django.db.backends.postgresql import operations

_FLUSH = Path(__file__).with_name("flush.sql").read_text()


class DatabaseOperations(operations.DatabaseOperations):
    """PostgreSQL's operations, with another flush."""

    def execute_sql_flush(self, sql_list: Sequence[str]) -> None:
        """Put the database back to what the migrations left, in one transaction: see `flush.sql`."""
        with transaction.atomic(using=self.connection.alias), self.connection.cursor() as cursor:
            cursor.execute(_FLUSH)
