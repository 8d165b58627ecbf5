"""The bench of people at work: waits summed up, files, the browser, and one small night from end to end."""

from __future__ import annotations

import asyncio
import io
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from datetime import date
from pathlib import Path

import pytest

from tallystick.config.bench.users import arrivals, waits
from tallystick.config.bench.users.arrivals import Payment
from tallystick.config.bench.users.browser import Browser, File, Unanswered, multipart
from tallystick.config.bench.users.people import STATIC, House, Person, named
from tallystick.config.bench.users.waits import Part, Waits
from tallystick.kernel.money import Money
from tallystick.kernel.postgres.remains import Remains
from tallystick.payments.rules import formats

_ROOT = Path(__file__).resolve().parents[2]
_DAY = date(2026, 3, 2)


# ------------------------------------------------------------------------------------------------------------------- waits


def test_waits_are_summed_up_by_page_and_part():
    found = Waits()
    for milliseconds in range(1, 101):
        found.took("cockpit", Part.DURING, milliseconds / 1000)
    found.took("cockpit", Part.AFTER, 0.5)
    found.took(STATIC, Part.DURING, 0.002)
    found.failed("worklist", Part.DURING, "answered 500")

    during = found.of_page("cockpit", Part.DURING)
    assert (during.times, during.median, during.p95, during.p99, during.longest) == pytest.approx(
        (100, 50, 95, 99, 100)
    )
    assert found.of_page("cockpit", Part.BEFORE) is None
    everything = found.of_pages(Part.DURING, without=[STATIC])
    assert (everything.times, everything.errors) == (100, 1)
    assert found.errors == 1
    assert found.mistakes == ["worklist, during the night: answered 500"]


def test_what_is_over_the_aim_is_named_the_slowest_first():
    found = Waits()
    for page, milliseconds in (("cockpit", 199), ("ageing", 250), ("worklist", 300)):
        found.took(page, Part.BEFORE, milliseconds / 1000)

    assert [wait.page for wait in waits.over_aim(found)] == ["worklist", "ageing"]


def test_the_table_holds_p95_against_the_yardstick_of_the_same_part():
    found = Waits()
    found.took("cockpit", Part.DURING, 0.030)
    found.took(STATIC, Part.DURING, 0.010)
    found.took(STATIC, Part.AFTER, 0.001)

    rows = waits.table(found, yardstick=STATIC).splitlines()[2:]

    assert rows == [
        "| cockpit | during the night | 30.0 | 30.0 | 30.0 | 30.0 | 1 | 0 | 3.0 |",
        "| all pages | during the night | 30.0 | 30.0 | 30.0 | 30.0 | 1 | 0 | 3.0 |",
        f"| {STATIC} | during the night | 10.0 | 10.0 | 10.0 | 10.0 | 1 | 0 |  |",
        f"| {STATIC} | after the night | 1.0 | 1.0 | 1.0 | 1.0 | 1 | 0 |  |",
    ]


def test_only_the_first_mistakes_are_told_and_all_are_counted():
    found = Waits()
    for number in range(50):
        found.failed("cockpit", Part.BEFORE, f"answered {number}")

    assert (found.errors, len(found.mistakes)) == (50, 10)


@pytest.mark.parametrize(
    ("method", "path", "name"),
    [
        ("GET", "/accounts/17", "cockpit"),
        ("GET", "/accounts/17?done", "cockpit"),
        ("GET", "/accounts/17/promise", "promise, asked"),
        ("POST", "/accounts/17/promise", "promise, saved"),
        ("GET", "/static/desk/base.1f2e.css", STATIC),
        ("GET", "/accounts/17/statement", "GET /accounts/N/statement"),
    ],
)
def test_requests_are_named_as_people_name_pages(method, path, name):
    assert named(method, path) == name


def test_nobody_hurries_through_the_rest_of_their_work_when_the_house_closes():
    """Two hundred people who did that would be a crowd at the door, and no part of the night."""
    done = []

    class Reader(Person):
        async def work(self):
            done.append("first page")
            self.house.closing.set()
            await self.think()
            done.append("second page")

    async def day():
        await Reader(House(0, "", _DAY, think_seconds=0.001), "reader", seed=1).live()

    asyncio.run(day())
    assert done == ["first page"]


# ------------------------------------------------------------------------------------------------------------------- files


def test_a_statement_is_one_that_the_import_reads():
    paid = [Payment(f"I00000000{number:02}", Money(1000 + number, "GBP")) for number in range(10)]

    content = arrivals.statement(paid, on=_DAY, number=3)

    assert formats.recognize(io.BytesIO(content)) == formats.Format.CSV
    assert content.count(b"\n") == 11
    assert content.count(b"Thank you") == 1, "one line of ten waits for a person"
    assert arrivals.statement(paid, on=_DAY, number=4) != content, "the same bytes would be a file that is known"


def test_payments_are_dealt_out_once():
    paid = [Payment(str(number), Money(number, "GBP")) for number in range(1, 8)]

    assert [[each.reference for each in those] for those in arrivals.dealt(paid, lines=3)] == [
        ["1", "2", "3"],
        ["4", "5", "6"],
    ]


def test_a_file_is_sent_with_the_fields_of_its_form():
    body, kind = multipart({"bank_account": "7"}, File("a.csv", b"Date,Amount\n"))

    boundary = kind.partition("boundary=")[2].encode()
    assert body.count(boundary) == 3
    assert b'name="bank_account"\r\n\r\n7\r\n' in body
    assert b'filename="a.csv"' in body
    assert b"\r\n\r\nDate,Amount\n\r\n--" + boundary + b"--\r\n" in body


# ----------------------------------------------------------------------------------------------------------------- browser


class Server:
    """Answers requests in turn with what it was given, and keeps what it was asked."""

    def __init__(self, *answers):
        self.answers = list(answers)
        self.asked = []

    async def serve(self, reader, writer):
        while self.answers and (head := await reader.readuntil(b"\r\n\r\n")):
            length = re.search(rb"Content-Length: (\d+)", head)
            self.asked.append(head + (await reader.readexactly(int(length[1])) if length else b""))
            answer = self.answers.pop(0)
            if answer is None:
                break
            writer.write(answer)
            await writer.drain()
        writer.close()

    def talk(self, conversation):
        async def hold():
            server = await asyncio.start_server(self.serve, "127.0.0.1", 0)
            browser = Browser(server.sockets[0].getsockname()[1])
            try:
                return await conversation(browser)
            finally:
                await browser.close()
                server.close()

        return asyncio.run(hold())


def page(text, *headers, status="200 OK"):
    content = text.encode()
    return "\r\n".join([f"HTTP/1.1 {status}", f"content-length: {len(content)}", *headers, "", ""]).encode() + content


FORM = '<form><input type="hidden" name="csrfmiddlewaretoken" value="abc123"><input value="1.20" name="amount"></form>'


def test_a_form_is_sent_with_its_token_and_the_cookies_and_the_redirect_is_followed():
    server = Server(
        page(FORM, "set-cookie: sessionid=s1; Path=/; HttpOnly", "set-cookie: csrftoken=c1"),
        page("", "location: http://localhost/accounts/7?done", status="302 Found"),
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\nDone\r\n3\r\n it\r\n0\r\n\r\n",
    )

    async def conversation(browser):
        form = await browser.get("/accounts/7/promise")
        return form.value("amount"), form.value("absent"), await browser.post("/accounts/7/promise", {"amount": "1.20"})

    amount, absent, answer = server.talk(conversation)

    assert (amount, absent) == ("1.20", "")
    assert (answer.path, answer.status, answer.text) == ("/accounts/7?done", 200, "Done it")
    assert [(step.method, step.path) for step in answer.steps] == [
        ("POST", "/accounts/7/promise"),
        ("GET", "/accounts/7?done"),
    ]
    assert b"Cookie: sessionid=s1; csrftoken=c1" in server.asked[1]
    assert server.asked[1].endswith(b"csrfmiddlewaretoken=abc123&amount=1.20")
    assert server.asked[2].startswith(b"GET /accounts/7?done ")


def test_links_of_a_kind_are_found():
    server = Server(
        page('<a href="/strategy/runs/9">9</a> <a href="/strategy/runs/8?x=1&amp;y=2">8</a> <a href="/else">')
    )

    async def conversation(browser):
        return (await browser.get("/strategy/runs")).links(r"/strategy/runs/\d+[^\"]*")

    assert server.talk(conversation) == ["/strategy/runs/9", "/strategy/runs/8?x=1&y=2"]


def test_a_form_whose_answer_never_came_is_not_sent_twice():
    server = Server(page(FORM), None)

    async def conversation(browser):
        await browser.get("/accounts/7/promise")
        with pytest.raises(Unanswered):
            await browser.post("/accounts/7/promise", {"amount": "1.20"})

    server.talk(conversation)

    assert len(server.asked) == 2


# ----------------------------------------------------------------------------------------------------------- from end to end


@pytest.fixture
def state_dir():
    folder = Path(tempfile.mkdtemp(prefix="tallystick-bench-users-"))
    folder.chmod(0o711)
    yield folder
    for pid in Remains(folder / "pgdata").processes():
        os.kill(pid, signal.SIGKILL)
    shutil.rmtree(folder)


@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="processes are looked at in /proc")
def test_people_work_while_the_night_goes_on(state_dir):
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TALLYSTICK_")}
    environment |= {"DJANGO_SETTINGS_MODULE": "tallystick.config.settings", "PYTHONPATH": str(_ROOT / "src")}
    environment.pop("DATABASE_URL", None)
    command = "bench users --accounts 1000 --users 6 --minutes 0.3 --think 0.5".split()
    ended = subprocess.run(
        [sys.executable, "-m", "tallystick", *command, "--keep", str(state_dir)],
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
    )

    said = ended.stdout
    assert ended.returncode == 0, ended.stderr[-3000:]
    assert "| night with people and payments | 1,000 accounts |" in said
    for name in (
        "cockpit",
        "next account",
        "worklist",
        "ageing",
        "unmatched lines",
        "statement, imported",
        "all pages",
    ):
        assert re.search(rf"^\| {name} \|", said, re.MULTILINE), (name, said)
    assert "- answered wrongly or not at all: 0" in said, said
    assert int(re.search(r"payments applied from statements: ([\d,]+)", said)[1].replace(",", "")) > 0
    assert re.search(r"[1-9]\d* accounts taken", said)
    assert "all of them hold" in said, said
