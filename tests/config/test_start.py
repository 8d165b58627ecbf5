"""One command starts everything; whatever is killed comes back, and nothing is lost. Real processes, a state of their own."""

import http.client
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import pytest

from tallystick.kernel.postgres.remains import Remains


class Site:
    """`tallystick start` as a process, and what it says."""

    def __init__(self, state_dir, port):
        self.state_dir = state_dir
        environment = {name: value for name, value in os.environ.items() if not name.startswith("TALLYSTICK_")}
        environment |= {"TALLYSTICK_STATE_DIR": str(state_dir), "DJANGO_SETTINGS_MODULE": "tallystick.config.settings"}
        environment.pop("DATABASE_URL", None)
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-m", "tallystick", "start", "--no-demo", "--port", str(port)],
            env=environment | {"PYTHONPATH": os.pathsep.join(sys.path)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.lines = []
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()

    def _listen(self):
        self.lines.extend(iter(self.process.stdout.readline, ""))

    def says(self, words):
        return any(words in line for line in self.lines)

    @property
    def port(self):
        return int(re.search(r"Ready: http://localhost:(\d+)/", "".join(self.lines))[1])

    def answers(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", "/account/login/")
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def children(self):
        """Give the processes of the site by the last word of what they run."""
        found = {}
        for entry in Path("/proc").iterdir():
            try:
                words = (entry / "cmdline").read_bytes().split(b"\0")
                if b"--child" in words and f"PPid:\t{self.process.pid}\n" in (entry / "status").read_text():
                    found[words[words.index(b"--child") - 1].decode()] = int(entry.name)
            except OSError:
                continue
        return found

    def close(self):
        self._listener.join(timeout=10)
        self.process.stdout.close()


def until(is_so, site, *, seconds=300):
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, "".join(site.lines)
        time.sleep(0.1)


def postmaster(state_dir):
    return int((state_dir / "pgdata" / "postmaster.pid").read_text().split()[0])


@pytest.fixture
def state_dir():
    folder = Path(tempfile.mkdtemp(prefix="tallystick-start-"))
    folder.chmod(0o711)
    yield folder
    for pid in Remains(folder / "pgdata").processes():
        os.kill(pid, signal.SIGKILL)
    shutil.rmtree(folder)


@pytest.fixture
def start(state_dir):
    sites = []
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]

    def start_site():
        sites.append(Site(state_dir, port))
        return sites[-1]

    yield start_site
    for site in sites:
        if site.process.poll() is None:
            site.process.terminate()
            site.process.wait(300)
        site.close()


@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="processes are looked at in /proc")
def test_the_site_survives_whatever_happens_to_its_processes(start, state_dir):
    site = start()
    until(lambda: site.says("Ready:"), site)
    assert site.answers()
    until(lambda: site.says("Nobody can log in yet"), site)

    worker = site.children()["day"]
    os.kill(worker, signal.SIGKILL)
    until(lambda: site.says("The worker ended (SIGKILL)"), site)
    until(lambda: site.children().get("day", worker) != worker, site)

    os.kill(postmaster(state_dir), signal.SIGKILL)
    until(site.answers, site)

    second = start()
    until(lambda: second.says("Ready:"), second)
    assert second.port != site.port

    site.process.kill()
    site.process.wait()
    until(lambda: not site.answers(), site)
    assert second.answers()

    second.process.send_signal(signal.SIGINT)
    assert second.process.wait(300) == 0
    second.close()
    assert second.says("Stopped.")
    assert not Remains(state_dir / "pgdata").processes()


def test_a_start_that_cannot_be_says_why_in_one_sentence(state_dir):
    refused = subprocess.run(
        [sys.executable, "-P", "-m", "tallystick", "start"],
        env={**os.environ, "TALLYSTICK_PORT": "eighty", "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert refused.returncode == 1
    assert refused.stderr == "tallystick: TALLYSTICK_PORT is 'eighty': say a port from 1 to 65535\n"
