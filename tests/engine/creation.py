"""Making test databases: migrate once into a template, and clone that for every run and worker."""

import hashlib
import re
from collections.abc import Iterator
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.backends.postgresql import creation

import tallystick

_HOUSE = Path(tallystick.__file__).parent
_SEED = Path(__file__).with_name("seed.sql").read_text()
_LOCK = 7_414_911


def _shapers() -> Iterator[Path]:
    """Give every file that shapes a fresh database: migrations, what they import, models, and data files."""
    for file in sorted(_HOUSE.rglob("*")):
        inside = file.relative_to(_HOUSE).parts
        if not file.is_file() or {"__pycache__", "templates", "static", "locale"} & set(inside):
            continue
        if file.suffix != ".py" or "migrations" in inside or {"models", "models.py", "apps.py"} & set(inside):
            yield file
        if "migrations" in inside and file.suffix == ".py":
            for name in re.findall(r"^\s*(?:from|import) (tallystick\.[\w.]+)", file.read_text(), re.MULTILINE):
                path = _HOUSE.joinpath(*name.split(".")[1:])
                yield from (found for found in (path.with_suffix(".py"), *path.glob("*.py")) if found.is_file())


def _fingerprint() -> str:
    digest = hashlib.sha256(_SEED.encode())
    for file in dict.fromkeys(_shapers()):
        digest.update(file.relative_to(_HOUSE).as_posix().encode() + b"\0" + file.read_bytes())
    for line in sorted(f"{found.name}=={found.version}" for found in distributions()):
        digest.update(line.encode())
    return digest.hexdigest()[:16]


class DatabaseCreation(creation.DatabaseCreation):
    """PostgreSQL's test databases, cloned from a migrated template that later runs find again."""

    def create_test_db(
        self, verbosity: int = 1, autoclobber: bool = False, serialize: bool = False, keepdb: bool = False
    ) -> str:
        """Clone the template, making it first if the schema has changed since."""
        name = self._get_test_db_name()
        template = f"template_{_fingerprint()}"
        with self._nodb_cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
            cursor.execute("SELECT FROM pg_database WHERE datname = %s", [template])
            if cursor.fetchone() is None:
                self._sweep(cursor)
                self._make_template(cursor, template)
            cursor.execute(f"DROP DATABASE IF EXISTS {self._quote_name(name)}")
            cursor.execute(f"CREATE DATABASE {self._quote_name(name)} TEMPLATE {self._quote_name(template)}")
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])
        self._use(name)
        return name

    def _sweep(self, cursor: Any) -> None:
        """Drop older templates, and databases of runs that were killed: those of a time when nobody else is here."""
        server = self.connection.embedded
        if server is None or not server.came_first:
            return
        cursor.execute("SELECT datname FROM pg_database WHERE datname ~ '^(test|draft|template)_'")
        for (old,) in cursor.fetchall():
            cursor.execute(f"DROP DATABASE IF EXISTS {self._quote_name(old)} WITH (FORCE)")

    def _make_template(self, cursor: Any, template: str) -> None:
        draft = f"draft_{template}"
        self.connection.settings_dict["TEST"]["NAME"], kept = draft, self.connection.settings_dict["TEST"]["NAME"]
        try:
            super().create_test_db(verbosity=0, autoclobber=True, serialize=False)
            with self.connection.cursor() as fresh:
                fresh.execute(_SEED)
            self.connection.close()
        finally:
            self.connection.settings_dict["TEST"]["NAME"] = kept
        cursor.execute(f"ALTER DATABASE {self._quote_name(draft)} RENAME TO {self._quote_name(template)}")

    def _use(self, name: str) -> None:
        self.connection.close()
        settings.DATABASES[self.connection.alias]["NAME"] = name
        self.connection.settings_dict["NAME"] = name
