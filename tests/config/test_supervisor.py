"""The supervisor keeps real processes running; nothing here is a site."""

import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path

import pytest

from tallystick.config.starting.supervisor import Child, Supervisor

SLEEPS = [sys.executable, "-c", "import time; time.sleep(600)"]
IGNORES_SIGTERM = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(600)"


def until(is_so, *, seconds=20):
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, "it did not come to that in time"
        time.sleep(0.02)


def lives(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def run_until(supervisor, is_so):
    """Run the supervisor here, and stop it from beside once it has come to something."""
    failures = []

    def watch():
        try:
            until(is_so)
        except AssertionError as error:
            failures.append(error)
        supervisor._stop(signal.SIGTERM, None)

    beside = threading.Thread(target=watch)
    beside.start()
    supervisor.run(also=lambda: None, every=60)
    beside.join()
    assert not failures


@pytest.fixture
def said():
    return []


def test_a_child_that_dies_is_started_again_and_that_is_said(said):
    child = Child("sleeper", SLEEPS)
    supervisor = Supervisor([child], say=said.append)
    supervisor.start()
    first = child.process.pid
    child.process.kill()

    run_until(supervisor, lambda: child.process is not None and child.process.pid != first)

    assert said == ["The sleeper ended (SIGKILL); it is started again in 1 s."]
    assert not lives(first)


def test_a_child_that_dies_again_and_again_is_given_longer_pauses(said):
    child = Child("quitter", [sys.executable, "-c", "raise SystemExit(3)"])
    child.pause = 0.01
    supervisor = Supervisor([child], say=said.append)
    supervisor.start()

    run_until(supervisor, lambda: len(said) >= 4)

    assert child.pause >= 0.01 * 2**4
    assert "(code 3)" in said[0]


def test_stopping_ends_every_child(said):
    children = [Child("one", SLEEPS), Child("other", SLEEPS)]
    supervisor = Supervisor(children, say=said.append)
    supervisor.start()
    assert supervisor.all_run()

    run_until(supervisor, lambda: True)

    assert [child.process.returncode for child in children] == [-signal.SIGTERM] * 2


def test_a_child_that_will_not_stop_is_killed(said, monkeypatch):
    monkeypatch.setattr("tallystick.config.starting.supervisor._GRACE", 0.5)
    child = Child("deaf", [sys.executable, "-c", IGNORES_SIGTERM])
    supervisor = Supervisor([child], say=said.append)
    supervisor.start()
    until(lambda: ignores(child.process.pid, signal.SIGTERM))

    supervisor.stop()

    assert child.process.returncode == -signal.SIGKILL


def ignores(pid, number):
    mask = next(line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("SigIgn"))
    return bool(int(mask.split()[1], 16) & 1 << (number - 1))


def test_a_child_and_its_children_end_when_the_parent_is_killed():
    grandchild = textwrap.dedent("""
        import os, subprocess, sys, time
        from tallystick.config.lifeline import follow_parent
        follow_parent(grace=1)
        if len(sys.argv) > 1:
            inner = subprocess.Popen([sys.executable, "-c", sys.argv[1]])
            print(os.getpid(), inner.pid, flush=True)
        time.sleep(600)
    """)
    parent = subprocess.Popen(
        [
            *(sys.executable, "-c"),
            "import subprocess, sys, time; subprocess.Popen([sys.executable, '-c', sys.argv[1], sys.argv[1]]); time.sleep(600)",
            grandchild,
        ],
        stdout=subprocess.PIPE,
        text=True,
    )
    pids = [int(pid) for pid in parent.stdout.readline().split()]
    until(lambda: all(lives(pid) for pid in pids))

    parent.kill()
    parent.communicate()

    until(lambda: not any(lives(pid) for pid in pids))


def test_a_child_whose_parent_ended_while_it_loaded_ends_too(tmp_path):
    loading = tmp_path / "loading"
    loading.touch()
    child = textwrap.dedent("""
        import pathlib, sys, time
        from tallystick.config import lifeline
        while pathlib.Path(sys.argv[1]).exists():
            time.sleep(0.1)
        lifeline.follow_parent(grace=1)
        time.sleep(600)
    """)
    parent = textwrap.dedent("""
        import sys, time
        from tallystick.config.starting.supervisor import Child, Supervisor
        child = Child("slow", [sys.executable, "-c", *sys.argv[1:]])
        Supervisor([child], say=print).start()
        print(child.process.pid, flush=True)
        time.sleep(600)
    """)
    started = subprocess.Popen([sys.executable, "-c", parent, child, str(loading)], stdout=subprocess.PIPE, text=True)
    pid = int(started.stdout.readline())

    started.kill()
    started.wait()
    started.stdout.close()
    assert lives(pid)
    loading.unlink()

    until(lambda: not lives(pid))


@pytest.mark.skipif(not hasattr(os, "waitid"), reason="the system has no waitid")
def test_strangers_that_die_as_our_children_are_laid_to_rest(said):
    stranger = subprocess.Popen([sys.executable, "-c", ""])
    child = Child("sleeper", SLEEPS)
    supervisor = Supervisor([child], say=said.append)
    supervisor.start()

    run_until(supervisor, lambda: not Path(f"/proc/{stranger.pid}").exists())

    stranger.wait()
