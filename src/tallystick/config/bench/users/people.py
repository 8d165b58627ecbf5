"""What simulated people do: collectors, credit managers and cash appliers, each with a browser, thinking between two steps.

Every answer is looked at: its status, and that the page says what it has to say. What is wrong is counted, and they go on.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from tallystick.config.bench.users.browser import Answer, Browser, File, Unanswered
from tallystick.config.bench.users.waits import Part, Waits

#: Nobody thinks longer than so many times the mean.
_LONGEST_THOUGHT = 4.0
STATIC = "yardstick: a static file"

#: Gives the next statement file and the bank account it is of; None when there is none left.
Files = Callable[[], tuple[int, File] | None]

#: What a request is called in the table.
_PAGES: tuple[tuple[str, str, str], ...] = (
    ("GET", r"/static/.*", STATIC),
    ("GET", r"/accounts/\d+", "cockpit"),
    ("GET", r"/accounts/\d+/call", "call, asked"),
    ("POST", r"/accounts/\d+/call", "call, saved"),
    ("GET", r"/accounts/\d+/promise", "promise, asked"),
    ("POST", r"/accounts/\d+/promise", "promise, saved"),
    ("POST", r"/accounts/\d+/hold", "hold, saved"),
    ("POST", r"/worklist/next", "next account"),
    ("POST", r"/worklist/leave", "account left"),
    ("GET", r"/worklist", "worklist"),
    ("GET", r"/ageing", "ageing"),
    ("GET", r"/strategy/runs", "runs"),
    ("POST", r"/strategy/runs/start", "run, started"),
    ("GET", r"/strategy/runs/\d+", "a run"),
    ("GET", r"/payments/", "payments"),
    ("GET", r"/payments/waiting", "unmatched lines"),
    ("GET", r"/payments/lines/\d+", "an unmatched line"),
    ("GET", r"/payments/import", "statement, asked"),
    ("POST", r"/payments/import", "statement, imported"),
    ("GET", r"/payments/files/\d+", "receipt of a statement"),
)


def named(method: str, path: str) -> str:
    """Name a request as the table does.

    >>> named("GET", "/accounts/7?done"), named("POST", "/accounts/7/call"), named("GET", "/elsewhere")
    ('cockpit', 'call, saved', 'GET /elsewhere')
    """
    bare = path.partition("?")[0]
    for of, pattern, name in _PAGES:
        if of == method and re.fullmatch(pattern, bare):
            return name
    return f"{method} {re.sub(r'[0-9]+', 'N', bare)}"


@dataclass(slots=True)
class House:
    """What everybody shares: where the site is, what part of the measurement it is, and when work ends."""

    port: int
    password: str
    today: date
    think_seconds: float
    waits: Waits = field(default_factory=Waits)
    part: Part = Part.BEFORE
    #: What came of it all, by name: accounts worked, promises taken, statements imported.
    done: dict[str, int] = field(default_factory=dict)
    closing: asyncio.Event = field(default_factory=asyncio.Event)

    def count(self, what: str, more: int = 1) -> None:
        """Count something that was done."""
        self.done[what] = self.done.get(what, 0) + more


class GoesHome(Exception):
    """The house closes while somebody thinks: what they would have done next is left."""


class Person:
    """Somebody who works. What they do is a subclass's `work`, one step after the other, until the house closes."""

    def __init__(self, house: House, name: str, *, seed: int) -> None:
        self.house = house
        self.name = name
        self.dice = Random(seed)  # noqa: S311 - nothing is kept secret by it
        self.browser = Browser(house.port)

    async def log_in(self) -> None:
        """Log in, as everybody does in the morning. It is not measured.

        :raises RuntimeError: it did not work
        """
        await self.browser.get("/account/login/")
        answer = await self.browser.post("/account/login/", {"login": self.name, "password": self.house.password})
        if answer.status != 200 or "/account/logout/" not in answer.text:
            raise RuntimeError(f"{self.name} cannot log in: {answer.status} at {answer.path}")

    async def live(self) -> None:
        """Work until the house closes; begin anew where something went wrong."""
        with suppress(GoesHome):
            await self.think(first=True)
            while True:
                try:
                    await self.work()
                except Unanswered as problem:
                    self.house.waits.failed("no answer", self.house.part, str(problem))
                    await self.think()
        await self.browser.close()

    async def work(self) -> None:
        """Do one round of what the person does."""
        raise NotImplementedError

    async def think(self, *, first: bool = False) -> None:
        """Think for a while. At first anybody is anywhere in a thought.

        Whoever thinks when the house closes does not hurry through the rest of what they began: everybody would at once.

        :raises GoesHome: the house closes
        """
        mean = self.house.think_seconds
        seconds = self.dice.uniform(0, mean) if first else min(self.dice.expovariate(1 / mean), mean * _LONGEST_THOUGHT)
        try:
            await asyncio.wait_for(self.house.closing.wait(), seconds)
        except TimeoutError:
            return
        raise GoesHome

    async def see(self, path: str, *, saying: str = "") -> Answer:
        """Look at a page, and see that it is the one that was asked for."""
        return self._noted(await self.browser.get(path), saying, (200,))

    async def send(
        self,
        path: str,
        fields: Mapping[str, str] | None = None,
        *,
        saying: str = "",
        allowed: tuple[int, ...] = (200,),
        file: File | None = None,
    ) -> Answer:
        """Send a form, and see that it was taken."""
        return self._noted(await self.browser.post(path, fields, file=file), saying, allowed)

    def _noted(self, answer: Answer, saying: str, allowed: tuple[int, ...]) -> Answer:
        part, waits = self.house.part, self.house.waits
        *before, last = answer.steps
        for step in before:
            waits.took(named(step.method, step.path), part, step.seconds)
        page = named(last.method, last.path)
        if answer.status not in allowed:
            waits.failed(page, part, f"{last.path} answered {answer.status}")
        elif saying and saying not in answer.text:
            waits.failed(page, part, f"{last.path} does not say {saying!r}")
        else:
            waits.took(page, part, last.seconds)
        return answer


class Collector(Person):
    """Takes the next account, reads it, calls, and writes down what came of it."""

    async def work(self) -> None:
        """Work one account, and now and then look at the worklist."""
        if self.dice.random() < 0.1:
            await self.see("/worklist", saying="worklist")
            await self.think()
        answer = await self.send("/worklist/next", saying="csrfmiddlewaretoken")
        account = re.fullmatch(r"/accounts/(\d+)", answer.path)
        if account is None:
            await self._leave(answer)
            return
        self.house.count("accounts taken")
        await self.think()
        await self._call(account[0])
        await self.think()

    async def _leave(self, answer: Answer) -> None:
        """Say what came of the account before, where that is asked; else nothing waits."""
        if answer.path.startswith("/worklist/next"):
            await self.send("/worklist/leave", {"how": "put_back"})
        await self.think()

    async def _call(self, account: str) -> None:
        form = await self.see(f"{account}/call", saying='name="outcome"')
        await self.think()
        dice = self.dice.random()
        if dice < 0.3:
            await self._take_promise(account)
            return
        if dice < 0.35:
            until = (self.house.today + timedelta(days=7)).isoformat()
            fields = {"reason": "manual", "until_on": until, "note": ""}
            await self._save("holds placed", f"{account}/hold", fields)
            return
        fields = {
            "outcome": "no_answer" if dice < 0.7 else "informed",
            "point": form.value("point"),
            "direction": "out",
        }
        await self._save("calls logged", f"{account}/call", fields | {"number": "07700 900123", "note": "Bench"})

    async def _take_promise(self, account: str) -> None:
        """Take a promise for all that is owed; where one is open already, the site says so, which is no error."""
        form = await self.see(f"{account}/promise", saying='name="amount"')
        pay_on = (self.house.today + timedelta(days=1 + self.dice.randrange(5))).isoformat()
        fields = {"amount": form.value("amount"), "pay_on": pay_on, "in_call": "True", "call_direction": "out"}
        await self._save("promises taken", f"{account}/promise", fields | {"call_number": "07700 900123"})

    async def _save(self, what: str, path: str, fields: Mapping[str, str]) -> None:
        answer = await self.send(path, fields, allowed=(200, 422))
        self.house.count(what if answer.status == 200 else "refused")


class CreditManager(Person):
    """Looks at the book by age, at the run, and at everybody's work."""

    async def work(self) -> None:
        """Look at each page once, thinking in between."""
        await self.see("/ageing", saying="Owed in all")
        await self.think()
        runs = await self.see("/strategy/runs", saying="csrfmiddlewaretoken")
        await self.think()
        if found := runs.links(r"/strategy/runs/\d+"):
            await self.see(found[0])
            await self.think()
        await self.see("/worklist?show=all", saying="worklist")
        await self.think()

    async def start_run(self, day: date) -> None:
        """Start the run of a day, as the button does.

        :raises RuntimeError: it did not start
        """
        await self.see("/strategy/runs", saying="csrfmiddlewaretoken")
        answer = await self.send("/strategy/runs/start", {"day": day.isoformat()})
        if not re.fullmatch(r"/strategy/runs/\d+", answer.path):
            raise RuntimeError(f"the run of {day} did not start: {answer.status} at {answer.path}")


class CashApplier(Person):
    """Looks at what came in and what nobody could place."""

    async def work(self) -> None:
        """Look at each page once, thinking in between."""
        await self.see("/payments/")
        await self.think()
        waiting = await self.see("/payments/waiting")
        await self.think()
        if found := waiting.links(r"/payments/lines/\d+[^\"]*"):
            await self.see(found[self.dice.randrange(len(found))])
            await self.think()


class Bank(Person):
    """Brings in a statement file every few seconds, through the page that cash appliers use."""

    def __init__(self, house: House, name: str, *, next_file: Files, every: float) -> None:
        super().__init__(house, name, seed=0)
        self._next_file = next_file
        self._every = every

    async def live(self) -> None:
        """Bring files until none is left or the house closes."""
        await self.see("/payments/import", saying="csrfmiddlewaretoken")
        while not self.house.closing.is_set() and (brought := self._next_file()):
            bank_account_id, file = brought
            try:
                await self.send("/payments/import", {"bank_account": str(bank_account_id)}, file=file)
                self.house.count("statements imported")
            except Unanswered as problem:
                self.house.waits.failed("no answer", self.house.part, str(problem))
            try:
                await asyncio.wait_for(self.house.closing.wait(), self._every)
            except TimeoutError:
                continue
        await self.browser.close()


class Yardstick(Person):
    """Asks for a static file every second: what the server takes for nothing."""

    async def live(self) -> None:
        """Ask until the house closes."""
        page = await self.browser.get("/account/login/")
        found = page.links(r"/static/[^\"]+\.css")
        while not self.house.closing.is_set():
            await self.see(found[0])
            try:
                await asyncio.wait_for(self.house.closing.wait(), 1.0)
            except TimeoutError:
                continue
        await self.browser.close()


def crew(house: House, names: Mapping[type[Person], list[str]]) -> list[Person]:
    """Give a person for each name, everybody with dice of their own."""
    people: list[Person] = []
    for job, those in names.items():
        people += [job(house, name, seed=len(people) + place) for place, name in enumerate(those, start=1)]
    return people
