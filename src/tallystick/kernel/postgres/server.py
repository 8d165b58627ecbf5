"""The embedded server: made, started, attached to and stopped.

It runs while somebody uses it. Every process that does holds a shared lock (`Users`); the last one to leave stops the
server. If that one is killed, the server lives on and the next one attaches. Whether it runs is asked of the server
itself, never of a PID file.
"""

from __future__ import annotations

import atexit
import hashlib
import os
import stat
import sys
import tempfile
import time
from pathlib import Path

import psycopg
from psycopg import sql

from tallystick.kernel.postgres import sizing
from tallystick.kernel.postgres.binaries import Binaries, find_binaries, reachable, run
from tallystick.kernel.postgres.identity import Identity, unprivileged
from tallystick.kernel.postgres.locks import Users, only_one
from tallystick.kernel.postgres.problem import PostgresProblem

#: The application's role: it owns its database and is no superuser, so that a privilege can be taken from it.
ROLE = "tallystick"
DATABASE = "tallystick"
#: The superuser that `initdb` makes; used to set the cluster up and for nothing else.
BOOTSTRAP_ROLE = "postgres"

_PORT = 5432
# A socket's path has 107 bytes (103 on macOS), "/.s.PGSQL.5432" included.
_LONGEST_SOCKET_FOLDER = 85
_LEAST_FREE_DISK = 256 * 1024 * 1024
_PATIENCE = 60.0

_DURABLE = {
    "checkpoint_timeout": "15min",
    "wal_compression": "pglz",
    "recovery_init_sync_method": "syncfs" if sys.platform == "linux" else "fsync",
    "logging_collector": "on",
    "log_directory": "log",
    "log_filename": "'%a.log'",  # a week of logs, each day overwriting the same day a week ago
    "log_truncate_on_rotation": "on",
    "log_rotation_age": "1d",
    "log_rotation_size": "0",
    "log_min_duration_statement": "500ms",
    "log_checkpoints": "off",
}
_EPHEMERAL = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "128MB",
    "max_wal_size": "1GB",
    "min_wal_size": "80MB",
    "autovacuum_naptime": "5min",
}


class Embedded:
    """One private cluster below a state folder. `ephemeral` trades durability for speed: for tests only."""

    def __init__(self, state_dir: Path, *, binaries: Path | None = None, ephemeral: bool = False) -> None:
        self.state_dir = state_dir.resolve()
        self.data = self.state_dir / "pgdata"
        self.ephemeral = ephemeral
        #: Whether nobody else used the server when this process joined.
        self.came_first = False
        self._wanted = binaries
        self._users: Users | None = None
        self._user_pid = 0
        self._identity: Identity | None = None
        self._binaries: Binaries | None = None

    # -- what it is ------------------------------------------------------------------------------------------------

    @property
    def identity(self) -> Identity:
        """The user whom the server's processes and files belong to."""
        if self._identity is None:
            self._identity = unprivileged()
        return self._identity

    @property
    def binaries(self) -> Binaries:
        """The server's programs, in a place where its user can run them."""
        if self._binaries is None:
            self._binaries = reachable(find_binaries(self._wanted), self.identity, self.state_dir)
        return self._binaries

    @property
    def socket_dir(self) -> Path:
        """The folder of the server's socket, open to its user only: beside the data unless that path is too long."""
        beside = self.state_dir / "run"
        if len(os.fsencode(beside)) <= _LONGEST_SOCKET_FOLDER:
            return beside
        name = hashlib.sha256(os.fsencode(self.state_dir)).hexdigest()[:16]
        return Path(tempfile.gettempdir()) / f"tallystick-{self.identity.user}-{name}"

    @property
    def is_used(self) -> bool:
        """Whether this very process counts as a user of the server."""
        return self._users is not None and self._user_pid == os.getpid()

    def connect(self, database: str = "postgres", user: str = BOOTSTRAP_ROLE) -> psycopg.Connection:
        """Open a connection in autocommit mode, by default the superuser's."""
        return psycopg.connect(
            host=str(self.socket_dir), port=_PORT, dbname=database, user=user, connect_timeout=5, autocommit=True
        )

    def is_ready(self) -> bool:
        """Ask the server whether it runs, takes connections, and is ours."""
        try:
            with self.connect() as connection:
                row = connection.execute("SHOW data_directory").fetchone()
        except psycopg.OperationalError:
            return False
        return row is not None and Path(row[0]) == self.data

    # -- start and stop --------------------------------------------------------------------------------------------

    def start(self) -> bool:
        """Start the server, or attach to it when it runs, and count as its user until `release` or the process ends.

        Gives True if nobody used it before. Calling it again in the same process brings a dead server back.

        :raises PostgresProblem: it cannot run; the message says why and what to do
        """
        self._prepare_state_dir()
        with only_one(self.state_dir / "pg.lock"):
            joined_first = self._join()
            if not self.is_ready():
                self._bring_up()
            if joined_first:
                self.came_first = True
                self._furnish()
        return joined_first

    def release(self) -> bool:
        """Count as a user no more, and stop the server if nobody else uses it. Gives True if it was stopped."""
        users = self._users
        if users is None or not self.is_used:
            return False
        self._users = None
        atexit.unregister(self.release)
        with only_one(self.state_dir / "pg.lock"):
            last = users.am_i_alone()
            if last:
                self._shut_down()
            users.leave()
        return last

    def _join(self) -> bool:
        """Count as a user; True if there was no other. A forked child joins by itself: locks are the parent's."""
        if self.is_used:
            return False
        users = Users(self.state_dir / "pg.users")
        first = users.am_i_alone()
        users.join()
        self._users, self._user_pid = users, os.getpid()
        atexit.register(self.release)
        return first

    # -- beats of a start ------------------------------------------------------------------------------------------

    def _prepare_state_dir(self) -> None:
        try:
            self.state_dir.mkdir(parents=True, exist_ok=True)
            if self.identity.switches:
                # The server's user must pass through; what is inside says by itself who may read it.
                self.state_dir.chmod(0o711)
            descriptor = os.open(self.state_dir / "pg.lock", os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise PostgresProblem(
                f"The state folder {self.state_dir} cannot be written ({error.strerror}): "
                "start as the user it belongs to, or set TALLYSTICK_STATE_DIR to a folder of yours."
            ) from error
        os.close(descriptor)

    def _bring_up(self) -> None:
        if not (self.data / "PG_VERSION").exists():
            self._create_cluster()
        self._refuse_other_version()
        self._prepare_socket_dir()
        self._write_settings()
        deadline = time.monotonic() + _PATIENCE
        while True:
            self._clear_stale_pid_file()
            self._write_own("start.log", "")
            outcome = run(
                [
                    *(self.binaries.tool("pg_ctl"), "start", "-D", str(self.data), "-w", "-t", "300", "-s"),
                    *("-l", str(self.data / "start.log")),
                ],
                self.identity,
            )
            if outcome.returncode == 0 and self.is_ready():
                return
            if self.is_ready():  # somebody else's start won
                return
            if time.monotonic() > deadline or not self._may_pass():
                raise PostgresProblem(self._explain(outcome.stdout))
            time.sleep(0.3)

    def _create_cluster(self) -> None:
        free = sizing.free_disk(self.state_dir)
        if free < _LEAST_FREE_DISK:
            raise PostgresProblem(
                f"The disk of {self.state_dir} has only {free // 1024**2} MB left and a new database needs "
                f"{_LEAST_FREE_DISK // 1024**2}: make room, or set TALLYSTICK_STATE_DIR to another disk."
            )
        # Built aside and renamed, so that a start that is killed half-way leaves nothing that looks whole.
        draft = self._make_own(self.state_dir / f"pgdata.new.{os.getpid()}")
        locale = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        outcome = run(
            [
                *(self.binaries.tool("initdb"), "-D", str(draft), "-U", BOOTSTRAP_ROLE, "-A", "trust", "-E", "UTF8"),
                *("--no-locale", *(locale if self.binaries.major(self.identity) >= 17 else [])),
                *("--no-instructions", *(["--no-sync"] if self.ephemeral else [])),
            ],
            self.identity,
        )
        if outcome.returncode != 0:
            raise PostgresProblem(f"The database cannot be made in {draft}: {_last_line(outcome.stdout)}")
        with (draft / "postgresql.conf").open("a") as opened:
            opened.write("include = 'app.conf'\n")
        draft.rename(self.data)

    def _make_own(self, folder: Path) -> Path:
        folder.mkdir(mode=0o700)
        self.identity.own(folder)
        return folder

    def _refuse_other_version(self) -> None:
        made_by = (self.data / "PG_VERSION").read_text().strip()
        ours = self.binaries.major(self.identity)
        if made_by != str(ours):
            raise PostgresProblem(
                f"The database in {self.data} was made by PostgreSQL {made_by}, and this is PostgreSQL {ours}: "
                "back it up with the version that made it (tallystick backup) and restore it into a new state folder."
            )

    def _prepare_socket_dir(self) -> None:
        folder = self.socket_dir
        try:
            self._make_own(folder)
        except FileExistsError:
            found = folder.lstat()
            if not stat.S_ISDIR(found.st_mode) or found.st_uid != self.identity.user or found.st_mode & 0o077:
                raise PostgresProblem(
                    f"The folder {folder} for the database's socket is not ours alone: remove it and start again."
                ) from None

    def _write_settings(self) -> None:
        settings = {
            "listen_addresses": "''",
            "port": str(_PORT),
            "unix_socket_directories": _quoted(str(self.socket_dir)),
            "unix_socket_permissions": "0700",
            "max_connections": "100",
            "jit": "off",
            "random_page_cost": "1.1",
            "timezone": "'UTC'",
            "log_timezone": "'UTC'",
            **sizing.settings(
                memory_bytes=sizing.memory(),
                free_bytes=sizing.free_disk(self.state_dir),
                cores=os.cpu_count() or 1,
            ),
            **(_EPHEMERAL if self.ephemeral else _DURABLE),
        }
        head = "# Written at every start. Add settings of your own to postgresql.conf, below the include.\n"
        self._write_own("app.conf", head + "".join(f"{name} = {value}\n" for name, value in settings.items()))

    def _write_own(self, name: str, text: str) -> None:
        file = self.data / name
        file.write_text(text)
        self.identity.own(file)
        file.chmod(0o600)

    def _clear_stale_pid_file(self) -> None:
        """Remove a PID file that speaks of a server that is gone, once none of its processes is left.

        After a reboot or a container's restart the number in it may be any program's, and a postmaster that was killed
        may be left a zombie for ever; PostgreSQL would then refuse to start.
        """
        file = self.data / "postmaster.pid"
        if not file.exists() or not Path("/proc/self/cwd").exists():
            return
        for _ in range(100):
            if not self._processes():
                file.unlink(missing_ok=True)
                return
            if self._recorded_pid() in self._processes():
                break
            time.sleep(0.1)
        if self._recorded_pid() in self._processes() and not self._answers_soon():
            # It lives and cannot be reached: its socket was swept away, or belongs to another folder.
            self._shut_down()

    def _answers_soon(self) -> bool:
        for _ in range(50):
            if self.is_ready():
                return True
            time.sleep(0.1)
        return (self.socket_dir / f".s.PGSQL.{_PORT}").exists()  # starting up, perhaps recovering for long

    def _recorded_pid(self) -> int:
        try:
            return int((self.data / "postmaster.pid").read_text().split()[0])
        except (OSError, ValueError, IndexError):
            return -1

    def _processes(self) -> set[int]:
        """Give the processes of this cluster: those that work in its data folder, as all of a server's do."""
        found = set()
        for entry in Path("/proc").iterdir():
            try:
                if entry.name.isdecimal() and (entry / "cwd").readlink() == self.data:
                    found.add(int(entry.name))
            except OSError:  # gone, somebody else's, or a zombie
                continue
        return found

    def _shut_down(self) -> None:
        run(
            [self.binaries.tool("pg_ctl"), "stop", "-D", str(self.data), "-m", "fast", "-w", "-t", "300", "-s"],
            self.identity,
        )

    # -- what goes wrong -------------------------------------------------------------------------------------------

    def _said(self) -> str:
        try:
            return (self.data / "start.log").read_text(errors="replace")[-4000:]
        except OSError:
            return ""

    def _may_pass(self) -> bool:
        """Test if what stopped the start is likely to pass by itself: another start, or the remains of a killed one."""
        return any(sign in self._said() for sign in ("lock file", "shared memory block", "starting up"))

    def _explain(self, printed: str) -> str:
        said = self._said()
        if "No space left on device" in said + printed:
            return f"The disk of {self.state_dir} is full: make room, and start again. Nothing is lost."
        reasons = [line for line in said.splitlines() if "FATAL" in line or "PANIC" in line]
        reason = reasons[-1] if reasons else _last_line(printed)
        return f"The embedded PostgreSQL does not start: {reason} (see {self.data}/start.log and {self.data}/log)"

    # -- what is in it ---------------------------------------------------------------------------------------------

    def _furnish(self) -> None:
        """Make the application's role and database, if they are not there."""
        with self.connect() as connection:
            role, database = sql.Identifier(ROLE), sql.Identifier(DATABASE)
            if connection.execute("SELECT FROM pg_roles WHERE rolname = %s", [ROLE]).fetchone() is None:
                connection.execute(sql.SQL("CREATE ROLE {} LOGIN CREATEDB NOSUPERUSER NOCREATEROLE").format(role))
            if connection.execute("SELECT FROM pg_database WHERE datname = %s", [DATABASE]).fetchone() is None:
                connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(database, role))


def _quoted(text: str) -> str:
    """Quote a string for a configuration file.

    >>> print(_quoted("/home/o'neil"))
    '/home/o''neil'
    """
    return "'" + text.replace("'", "''") + "'"


def _last_line(text: str) -> str:
    lines = [line for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "it says nothing"
