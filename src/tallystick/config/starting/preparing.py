"""Before the site can be used: schema, cache table, demo book, static files. Each step is skipped when it is done."""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.db import OperationalError, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tallystick.config.problem import NotReady
from tallystick.kernel import clock, months
from tallystick.kernel.actor import system

#: Says a line of progress to whoever waits.
Say = Callable[[str], None]

#: Number of the lock that lets one process at a time prepare a database.
_LOCK = 8_255_597
#: As PostgreSQL numbers itself: 15.
_OLDEST_SERVER = 150000
_LOADING = "tallystick: the demo book is being loaded"
_LOADED = "tallystick: the demo book"


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Let one process at a time prepare the database, over all machines that share it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])


def server_is_new_enough() -> bool:
    """Test if the server is one that the schema and the queries are written for."""
    return connection.pg_version >= _OLDEST_SERVER  # type: ignore[attr-defined, no-any-return]


def role_is_superuser() -> bool:
    """Test if we are a superuser, for whom no privilege that protects the record holds."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
        row = cursor.fetchone()
        return row is not None and bool(row[0])


def migrate() -> int:
    """Bring the schema up to date, with the months to come. Gives how many migrations ran; none is the quick way."""
    from tallystick.strategy import actions as strategy  # its tables must be there first

    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if plan:
        call_command("migrate", verbosity=0, interactive=False)
    call_command("createcachetable", verbosity=0)
    today = clock.now().date()
    months.open_months(first=today, last=today + months.AHEAD)
    strategy.begin_book(day=today)
    return len(plan)


def must_hold_a_book() -> MigrationExecutor:
    """Refuse a database in which there is nothing, and give what knows its migrations.

    :raises NotReady: it cannot be reached, or is empty
    """
    try:
        connection.ensure_connection()
    except OperationalError as error:
        reason = " ".join(str(error).split())
        raise NotReady(_("The database cannot be reached: {reason}").format(reason=reason)) from error
    executor = MigrationExecutor(connection)
    if not executor.loader.applied_migrations:
        raise NotReady(
            _(
                "The database is empty. tallystick start prepares it and goes to work; tallystick restore fills it from "
                "a backup."
            )
        )
    return executor


def must_be_ready() -> None:
    """Refuse a database that this program cannot work with as it is, and say what to do.

    :raises NotReady: it cannot be reached, is empty, or is of an earlier or a later program
    """
    executor = must_hold_a_book()
    applied = set(executor.loader.applied_migrations)
    if unknown := applied - set(executor.loader.disk_migrations) - _replaced(executor):
        raise NotReady(
            ngettext(
                "The database is of a later Tallystick than this one: it has {count} change to its tables that this program "
                "does not know. Use the program that last worked with it.",
                "The database is of a later Tallystick than this one: it has {count} changes to its tables that this program "
                "does not know. Use the program that last worked with it.",
                len(unknown),
            ).format(count=len(unknown))
        )
    if missing := executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise NotReady(
            ngettext(
                "The database is of an earlier Tallystick: {count} change to its tables is missing. Make a backup, then "
                "tallystick start, or tallystick manage migrate, brings it up to date.",
                "The database is of an earlier Tallystick: {count} changes to its tables are missing. Make a backup, then "
                "tallystick start, or tallystick manage migrate, brings it up to date.",
                len(missing),
            ).format(count=len(missing))
        )


def _replaced(executor: MigrationExecutor) -> set[tuple[str, str]]:
    """Give the migrations that squashed ones stand for; their files may be gone."""
    return {old for new in executor.loader.replacements.values() for old in new.replaces}


def is_new() -> bool:
    """Test if nobody can log in yet: a database that was just made."""
    return not get_user_model().objects.exists()


def forget_half_a_demo_book() -> bool:
    """Empty the database if loading the demo book was cut off in it. Gives True if it was.

    Nobody can have worked in it: the site is not up before the demo book is whole.
    """
    if _note() != _LOADING:
        return False
    with connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA public CASCADE")
        cursor.execute("CREATE SCHEMA public")
    return True


def has_demo_book() -> bool:
    """Test if the book in the database is the demo book."""
    return _note() == _LOADED


def load_templates() -> None:
    """Give a book of one's own the templates that the program ships; what somebody has changed stays as it is."""
    from tallystick.contact import actions as contact  # its tables must be there first

    contact.load_templates(at=clock.now(), by=system("start"))


def load_demo_book(*, size: int, seed: int, say: Say) -> bool:
    """Load the demo book, and note in the database that it is one. Gives False if there is none to load."""
    demo = _demo()
    if demo is None:
        return False
    _write_note(_LOADING)
    demo.load(size=size, seed=seed, progress=say)
    _write_note(_LOADED)
    return True


def _demo() -> Any:
    if importlib.util.find_spec("tallystick.config.demo") is None:
        return None
    demo = importlib.import_module("tallystick.config.demo")
    return demo if hasattr(demo, "load") else None


def log_ins() -> list[str]:
    """Say who can log in: people of the demo book with their passwords, or how to make the first user."""
    demo = _demo()
    if demo is not None and has_demo_book():
        return [_("Log in as {user} with password {password} ({role}).").format(**who) for who in demo.log_ins()]
    if is_new():
        return [_("Nobody can log in yet: tallystick user add NAME --role administrator makes the first user.")]
    return []


def _note() -> str | None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT obj_description(to_regnamespace('public'), 'pg_namespace')")
        row = cursor.fetchone()
        return None if row is None else row[0]


def _write_note(note: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT format('COMMENT ON SCHEMA public IS %%L', %s::text)", [note])
        cursor.execute(cursor.fetchone()[0])


def collect_static() -> bool:
    """Gather the static files, named by their content, unless none has changed. Gives True if they were gathered."""
    digest = hashlib.sha256()
    for finder in get_finders():
        for name, storage in finder.list([]):
            found = Path(storage.path(name)).stat()
            digest.update(f"{name}\0{found.st_size}\0{found.st_mtime_ns}\n".encode())
    mark = Path(settings.STATIC_ROOT) / ".gathered"
    if mark.exists() and mark.read_text() == digest.hexdigest():
        return False
    call_command("collectstatic", verbosity=0, interactive=False, clear=mark.exists())
    mark.write_text(digest.hexdigest())
    return True
