"""The embedded server: made, started, attached to and stopped.

It runs while somebody uses it. Every process that does holds a shared lock (`Users`); the last one to leave stops the
server. If that one is killed, the server lives on and the next one attaches. Whether it runs is asked of the server
itself, never of a PID file.
"""

from __future__ import annotations

import atexit
import hashlib
import os
import shutil
import socket
import stat
import tempfile
import time
from pathlib import Path

import psycopg
from psycopg import sql

from tallystick.kernel import folders
from tallystick.kernel.postgres import configuration, sizing
from tallystick.kernel.postgres.binaries import Binaries, find_binaries, reachable, run
from tallystick.kernel.postgres.identity import Identity, unprivileged
from tallystick.kernel.postgres.locks import Users, only_one
from tallystick.kernel.postgres.problem import PostgresProblem, explain, last_line
from tallystick.kernel.postgres.remains import Remains

#: The application's role: it owns its database and is no superuser, so that a privilege can be taken from it.
ROLE = "tallystick"
DATABASE = "tallystick"
#: The superuser that `initdb` makes; used to set the cluster up and for nothing else.
BOOTSTRAP_ROLE = "postgres"

# A socket's path has 107 bytes (103 on macOS), "/.s.PGSQL.5432" included.
_LONGEST_SOCKET_FOLDER = 85
_LEAST_FREE_DISK = 256 * 1024 * 1024
#: Seconds that a start waits for an earlier server to end, or to finish its recovery.
_PATIENCE = 300.0


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
            host=str(self.socket_dir),
            port=configuration.PORT,
            dbname=database,
            user=user,
            connect_timeout=5,
            autocommit=True,
        )

    def is_ready(self) -> bool:
        """Ask the server whether it runs, takes connections, and is ours."""
        try:
            with self.connect() as connection:
                row = connection.execute("SHOW data_directory").fetchone()
        except psycopg.OperationalError:
            return False
        return row is not None and Path(row[0]) == self.data

    def start(self) -> bool:
        """Start the server, or attach to it when it runs, and count as its user until `release` or the process ends.

        Gives True if nobody used it before. Calling it again in the same process brings a dead server back.

        :raises PostgresProblem: it cannot run; the message says why and what to do
        """
        self._prepare_state_dir()
        with only_one(self.state_dir / "pg.lock"):
            was_used = self.is_used
            first = self._join()
            try:
                if not self.is_ready():
                    self._bring_up()
                if first:
                    self._furnish()
            except BaseException:
                if not was_used:
                    self._leave()
                raise
        self.came_first = self.came_first or first
        return first

    def release(self) -> bool:
        """Count as a user no more, and stop the server if nobody else uses it. Gives True if it was stopped."""
        users = self._users
        if users is None or not self.is_used or not self.state_dir.exists():
            return False
        with only_one(self.state_dir / "pg.lock"):
            last = users.am_i_alone()
            if last:
                self._shut_down()
            self._leave()
        return last

    def _join(self) -> bool:
        """Count as a user; True if there was no other. A forked child joins by itself: the lock it inherits is not its own."""
        if self.is_used:
            return False
        if self._users is not None:
            self._users.leave()
        self._users, self._user_pid = Users(self.state_dir / "pg.users"), os.getpid()
        first = self._users.am_i_alone()
        self._users.join()
        atexit.register(self.release)
        return first

    def _leave(self) -> None:
        if self._users is not None:
            self._users.leave()
        self._users = None
        atexit.unregister(self.release)

    def _prepare_state_dir(self) -> None:
        try:
            folders.make_private(self.state_dir)
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
        closed = self.identity.closed_folder_above(self.state_dir)
        if closed is not None:
            raise PostgresProblem(
                f"PostgreSQL cannot run as root, and the user it runs as instead may not enter {closed}: "
                "set TALLYSTICK_STATE_DIR to a folder elsewhere, or start as an ordinary user."
            )

    def _bring_up(self) -> None:
        self._wait_for_remains()
        if self.is_ready():
            return
        remains = Remains(self.data)
        if self.ephemeral and remains.can_be_told() and remains.pid_file.exists():
            shutil.rmtree(self.data)  # it was not durable when it was killed: nothing in it can be trusted
        if not (self.data / "PG_VERSION").exists():
            self._create_cluster()
        self._refuse_other_version()
        self._prepare_socket_dir()
        conf = configuration.render(
            state_dir=self.state_dir,
            socket_dir=self.socket_dir,
            version=int((self.data / "PG_VERSION").read_text()),
            ephemeral=self.ephemeral,
        )
        self._write_own("app.conf", conf)
        self._write_own("start.log", "")
        outcome = run(
            [
                *(self.binaries.tool("pg_ctl"), "start", "-D", str(self.data), "-w", "-t", "86400", "-s"),
                *("-l", str(self.data / "start.log")),
            ],
            self.identity,
            timeout=None,
        )
        if outcome.returncode != 0 or not self.is_ready():
            raise PostgresProblem(explain(said=self._said(), printed=outcome.stdout, data=self.data))

    def _said(self) -> str:
        """Give the last that the server wrote: first to its own log, and before it had one to `start.log`."""
        logs = [*(self.data / "log").glob("*.log"), self.data / "start.log"]
        recent = sorted(logs, key=lambda file: file.stat().st_mtime)[-2:]
        return "".join(file.read_text(errors="replace")[-4000:] for file in recent)

    def _wait_for_remains(self) -> None:
        """Wait until an earlier server has ended or answers, and remove its PID file once no process of it is left."""
        remains = Remains(self.data)
        if not remains.can_be_told():
            return
        deadline = time.monotonic() + _PATIENCE
        while remains.processes():
            if self.is_ready():
                return
            if remains.postmaster_lives() and remains.says_ready() and not self._is_listening():
                self._shut_down()  # it lives and cannot be reached: its socket was swept away
            if time.monotonic() > deadline:
                raise PostgresProblem(
                    f"An earlier PostgreSQL works in {self.data} and neither answers nor ends: "
                    f"look at {self.data}/log, stop it, and start again."
                )
            time.sleep(0.1)
        for name in (f".s.PGSQL.{configuration.PORT}.lock", f".s.PGSQL.{configuration.PORT}"):
            (self.socket_dir / name).unlink(missing_ok=True)
        if not self.ephemeral:
            remains.pid_file.unlink(missing_ok=True)

    def _is_listening(self) -> bool:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
            try:
                probe.connect(str(self.socket_dir / f".s.PGSQL.{configuration.PORT}"))
            except OSError:
                return False
        return True

    def _create_cluster(self) -> None:
        free = sizing.free_disk(self.state_dir)
        if free < _LEAST_FREE_DISK:
            raise PostgresProblem(
                f"The disk of {self.state_dir} has only {free // 1024**2} MB left and a new database needs "
                f"{_LEAST_FREE_DISK // 1024**2}: make room, or set TALLYSTICK_STATE_DIR to another disk."
            )
        # Built aside and renamed, so that a start that is killed half-way leaves nothing that looks whole.
        draft = self.state_dir / "pgdata.new"
        shutil.rmtree(draft, ignore_errors=True)
        self._make_own(draft)
        locale = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        outcome = run(
            [
                *(self.binaries.tool("initdb"), "-D", str(draft), "-U", BOOTSTRAP_ROLE, "-A", "trust", "-E", "UTF8"),
                *("--no-locale", *(locale if self.binaries.version_of("postgres", self.identity) >= 17 else [])),
                *("--no-instructions", *(["--no-sync"] if self.ephemeral else [])),
            ],
            self.identity,
        )
        if outcome.returncode != 0:
            raise PostgresProblem(f"The database cannot be made in {self.data}: {last_line(outcome.stdout)}")
        with (draft / "postgresql.conf").open("a") as opened:
            opened.write("include = 'app.conf'\n")
        draft.rename(self.data)

    def _refuse_other_version(self) -> None:
        made_by = (self.data / "PG_VERSION").read_text().strip()
        ours = self.binaries.version_of("postgres", self.identity)
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

    def _make_own(self, folder: Path) -> None:
        folder.mkdir(mode=0o700)
        self.identity.own(folder)

    def _write_own(self, name: str, text: str) -> None:
        file = self.data / name
        file.write_text(text)
        self.identity.own(file)
        file.chmod(0o600)

    def _shut_down(self) -> None:
        run(
            [self.binaries.tool("pg_ctl"), "stop", "-D", str(self.data), "-m", "fast", "-w", "-t", "300", "-s"],
            self.identity,
        )

    def _furnish(self) -> None:
        """Make the application's role and database, if they are not there."""
        with self.connect() as connection:
            role, database = sql.Identifier(ROLE), sql.Identifier(DATABASE)
            if connection.execute("SELECT FROM pg_roles WHERE rolname = %s", [ROLE]).fetchone() is None:
                connection.execute(
                    sql.SQL("CREATE ROLE {} LOGIN CREATEDB NOSUPERUSER NOCREATEROLE IN ROLE pg_checkpoint").format(role)
                )
            if connection.execute("SELECT FROM pg_database WHERE datname = %s", [DATABASE]).fetchone() is None:
                connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(database, role))
