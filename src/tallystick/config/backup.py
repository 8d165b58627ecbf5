"""A backup: one folder with the whole database, the key that reads its secrets, and a description that says what it is.

The folder appears under its name only once it is whole. It is restored into an empty database or not at all.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar

from django.conf import settings
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

import tallystick
from tallystick.config.environment import ENVIRONMENT
from tallystick.kernel.postgres import Binaries, find_binaries
from tallystick.kernel.postgres.binaries import environment
from tallystick.kernel.refusals import Refusal

_DUMP = "database.dump"
_KEY = "secret_key"
_DESCRIPTION = "backup.json"


class BackupRefused(Refusal):
    """A backup cannot be made or restored, for the reason in the sentence."""

    code: ClassVar[str] = "config.backup_refused"
    sentence: ClassVar[str | Promise] = "{reason}"


def back_up(folder: Path, *, at: datetime) -> dict[str, Any]:
    """Write a backup into a folder that does not exist yet, and give its description.

    Work goes on meanwhile: the backup shows the database as it was at the beginning.

    :raises BackupRefused: the folder exists or cannot be made, or PostgreSQL's tool failed
    """
    if folder.exists():
        raise BackupRefused(reason=_("{folder} exists already; name a new folder.").format(folder=folder))
    draft = folder.with_name(folder.name + ".unfinished")
    shutil.rmtree(draft, ignore_errors=True)
    try:
        draft.mkdir(mode=0o700, parents=True)
    except OSError as error:
        raise BackupRefused(
            reason=_("{folder} cannot be made: {reason}.").format(folder=folder, reason=error.strerror)
        ) from None
    _dump(draft / _DUMP)
    if not ENVIRONMENT.secret_key:
        _write_private(draft / _KEY, settings.SECRET_KEY)
    description = {
        "program": tallystick.__version__,
        "made_at": at.isoformat(),
        "server": connection.pg_version,  # type: ignore[attr-defined]
        "role": _role(),
        "migrations": sorted(f"{app}.{name}" for app, name in MigrationLoader(connection).applied_migrations),
        "sha256": _digest(draft / _DUMP),
        "bytes": (draft / _DUMP).stat().st_size,
    }
    _write_private(draft / _DESCRIPTION, json.dumps(description, indent=2) + "\n")
    draft.rename(folder)
    return description


def restore(folder: Path) -> dict[str, Any]:
    """Fill the database, which must be empty, from a backup, and give the backup's description.

    All or nothing: it is one transaction.

    :raises BackupRefused: the folder is no whole backup, is of a later program, or the database is not empty
    """
    description = _describe(folder)
    _refuse_unless_it_fits(folder, description)
    _load(folder / _DUMP)
    if (folder / _KEY).exists() and not ENVIRONMENT.secret_key:
        _write_private(settings.STATE_DIR / _KEY, (folder / _KEY).read_text())
    return description


def _refuse_unless_it_fits(folder: Path, description: dict[str, Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_class WHERE relnamespace = to_regnamespace('public') AND relkind IN ('r', 'p')"
        )
        (tables,) = cursor.fetchone()
    if tables:
        raise BackupRefused(
            reason=_(
                "The database is not empty: it has {count} tables. A backup is restored into an empty database only, so "
                "that nothing is overwritten; set TALLYSTICK_STATE_DIR to a new folder, or DATABASE_URL to a new database."
            ).format(count=tables)
        )
    unknown = set(description["migrations"]) - {
        f"{app}.{name}" for app, name in MigrationLoader(None, ignore_no_migrations=True).disk_migrations
    }
    if unknown:
        raise BackupRefused(
            reason=_("The backup was made by a later Tallystick ({version}): restore it with that one.").format(
                version=description["program"]
            )
        )
    if description["role"] != _role():
        raise BackupRefused(
            reason=_(
                "The backup belongs to the database role {role}, and this is {other}: privileges are part of the "
                "record's protection, so connect as a role of that name."
            ).format(role=description["role"], other=_role())
        )
    if _digest(folder / _DUMP) != description["sha256"]:
        raise BackupRefused(reason=_("{file} is damaged: its checksum is another.").format(file=folder / _DUMP))


def _describe(folder: Path) -> dict[str, Any]:
    try:
        description = json.loads((folder / _DESCRIPTION).read_text())
    except (OSError, ValueError) as error:
        raise BackupRefused(
            reason=_("{folder} is not a backup: it has no readable {name}.").format(folder=folder, name=_DESCRIPTION)
        ) from error
    return dict(description)


def _role() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user::text")
        (role,) = cursor.fetchone()
        return str(role)


def _dump(file: Path) -> None:
    tools, version = _tools()
    options = ["--format=custom", "--compress=6", "--no-owner", *(["--no-statistics"] if version >= 18 else [])]
    with _service() as known:
        _succeed(
            subprocess.run(
                [tools.tool("pg_dump"), *options, f"--file={file}"], env=known, stderr=subprocess.PIPE, check=False
            )
        )
    file.chmod(0o600)


def _load(file: Path) -> None:
    """Run the backup as one script in one transaction: pg_restore writes it, psql runs it."""
    reader = _newest_tools()
    tools, _version = _tools()
    # The schema `public` is there, and belongs to the database's owner as it should.
    listing = subprocess.run(
        [reader.tool("pg_restore"), "--list", file], env=environment(), capture_output=True, check=False
    )
    _succeed(listing)
    with _service() as known, tempfile.TemporaryDirectory() as scratch:
        wanted = Path(scratch) / "list"
        wanted.write_bytes(
            b"".join(line for line in listing.stdout.splitlines(keepends=True) if b" SCHEMA - public " not in line)
        )
        reading = subprocess.Popen(
            [reader.tool("pg_restore"), "--no-owner", "--exit-on-error", f"--use-list={wanted}", "--file=-", file],
            env=known,
            stdout=subprocess.PIPE,
        )
        running = subprocess.Popen(
            [tools.tool("psql"), "-X", "-q", "-v", "ON_ERROR_STOP=1", "--single-transaction", "-o", os.devnull],
            env=known,
            stdin=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        with reading, running:
            _pass_on(reading, running)


def _pass_on(reading: subprocess.Popen[bytes], running: subprocess.Popen[bytes]) -> None:
    assert reading.stdout is not None and running.stdin is not None and running.stderr is not None  # noqa: S101
    is_old = connection.pg_version < 170000  # type: ignore[attr-defined]
    gave_up = False
    try:
        for line in without_later_words(reading.stdout) if is_old else reading.stdout:
            running.stdin.write(line)
    except BrokenPipeError:  # psql stopped at an error, and says which
        gave_up = True
        reading.kill()
    was_cut_off = reading.wait() != 0 and not gave_up
    if was_cut_off:
        running.kill()  # before it sees the end of its input, so that it commits nothing
    with contextlib.suppress(BrokenPipeError):
        running.stdin.close()
    said = running.stderr.read()
    if was_cut_off:
        raise BackupRefused(reason=_("The backup cannot be read; the database is as empty as before."))
    _succeed(subprocess.CompletedProcess(running.args, running.wait(), b"", said))


def without_later_words(script: Iterable[bytes]) -> Iterator[bytes]:
    """Leave out of a script what servers before 17 do not know: a setting and a privilege. Rows of data stay as they are.

    >>> list(without_later_words([b"SET transaction_timeout = 0;\\n", b"GRANT SELECT,MAINTAIN ON TABLE t TO me;\\n"]))
    [b'GRANT SELECT ON TABLE t TO me;\\n']
    """
    in_data = False
    for line in script:
        if in_data:
            in_data = line != b"\\.\n"
        elif line == b"SET transaction_timeout = 0;\n":
            continue
        elif line.startswith(b"GRANT "):
            line = line.replace(b",MAINTAIN", b"")
        elif line.startswith(b"COPY ") and line.endswith(b" FROM stdin;\n"):
            in_data = True
        yield line


def _succeed(done: subprocess.CompletedProcess[bytes]) -> None:
    if done.returncode != 0:
        lines = done.stderr.decode(errors="replace").strip().splitlines() or [str(done.returncode)]
        raise BackupRefused(reason=_("PostgreSQL's tool failed: {line}").format(line=lines[0]))


def _tools() -> tuple[Binaries, int]:
    """Find tools that are at least as new as the server and can reach it, and their major version.

    The embedded server has its own. For a server of the operator's, the system's come first: they speak TLS.
    """
    server = connection.pg_version // 10000  # type: ignore[attr-defined]
    if connection.embedded is not None:  # type: ignore[attr-defined]
        return connection.embedded.binaries, server  # type: ignore[attr-defined]
    for tools in _all_tools():
        version = tools.version_of("pg_dump")
        if version >= server:
            return tools, version
    raise BackupRefused(
        reason=_("There is no pg_dump for PostgreSQL {version} here: install that version's client.").format(
            version=server
        )
    )


def _newest_tools() -> Binaries:
    """Find the newest tools: they read what any older ones wrote."""
    return max(_all_tools(), key=lambda tools: tools.version_of("pg_restore"))


def _all_tools() -> list[Binaries]:
    on_path = [Path(found).parent for found in [shutil.which("pg_dump")] if found]
    debians = sorted(
        Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: float(folder.parent.name), reverse=True
    )
    return [*map(Binaries, [*on_path, *debians]), find_binaries(ENVIRONMENT.postgres_binaries)]


@contextmanager
def _service() -> Iterator[dict[str, str]]:
    """Give the environment in which PostgreSQL's tools find the server, without a password on any command line."""
    known = connection.get_connection_params()
    words = {
        name: value for name, value in known.items() if isinstance(value, str | int) and not isinstance(value, bool)
    }
    words.pop("client_encoding", None)
    with tempfile.TemporaryDirectory() as scratch:
        file = Path(scratch) / "service"
        _write_private(file, "[tallystick]\n" + "".join(f"{name}={value}\n" for name, value in words.items()))
        yield environment() | {"PGSERVICEFILE": str(file), "PGSERVICE": "tallystick"}


def _digest(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def _write_private(file: Path, text: str) -> None:
    draft = file.with_name(file.name + ".draft")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as opened:
        opened.write(text)
    draft.replace(file)
