"""Files of rates are taken whole or not at all, and what was known before can still be asked for."""

import threading
from datetime import date, timedelta
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from tests import builders
from tests.builders import AT, TEST, TODAY
from tests.exchange.conftest import FIXTURES
from tests.sessions import Hand

from tallystick.exchange import actions, queries, tasks
from tallystick.exchange.models import Load, Rate
from tallystick.exchange.rules.refusals import FeedAway, FeedOff, RateMissing, RatesUnreadable
from tallystick.kernel.money import Money
from tallystick.kernel.refusals import NotPermitted

pytestmark = pytest.mark.django_db
FRIDAY = date(2026, 2, 27)


def worth(amount, into, *, on=TODAY, known_at=None):
    return queries.rates([amount.currency, into], on=on, known_at=known_at).convert(amount, into).into


def test_a_rate_converts_from_the_day_it_is_of(say):
    say("EUR,GBP,2026-02-27,0.87335")

    assert worth(Money(10_000, "EUR"), "GBP") == Money(8_734, "GBP")
    assert worth(Money(10_000, "EUR"), "GBP", on=FRIDAY) == Money(8_734, "GBP")
    with pytest.raises(RateMissing):
        worth(Money(10_000, "EUR"), "GBP", on=FRIDAY - timedelta(days=1))


def test_two_currencies_meet_by_way_of_the_base(say):
    say("EUR,JPY,2026-02-27,182.35", "EUR,KWD,2026-02-26,0.3571")

    converted = queries.rates(["JPY", "KWD"], on=TODAY).convert(Money(1_500, "JPY"), "KWD")

    # 1500 / 182.35 × 0.3571 = 2.93748…
    assert converted.into == Money(2_937, "KWD")
    assert [(step.rate.day.day, step.is_inverse) for step in converted.steps] == [(27, True), (26, False)]


def test_a_corrected_rate_is_another_row_and_the_old_one_can_still_be_shown(say):
    say("EUR,GBP,2026-02-27,0.78335")
    later = AT + timedelta(hours=3)
    load = say("EUR,GBP,2026-02-27,0.87335", "EUR,GBP,2026-02-26,0.87", at=later)

    assert (load.rates_new, load.rates_corrected) == (2, 1)
    assert worth(Money(10_000, "EUR"), "GBP") == Money(8_734, "GBP")
    assert worth(Money(10_000, "EUR"), "GBP", known_at=AT) == Money(7_834, "GBP")
    assert [(row["rate"], row["holds"]) for row in queries.history("EUR", "GBP")][:2] == [
        (Decimal("0.87335"), True),
        (Decimal("0.78335"), False),
    ]
    [known] = queries.pairs(known_at=AT)
    assert known.rate == Decimal("0.78335")


def test_the_same_file_twice_says_nothing_new(say):
    say("EUR,GBP,2026-02-27,0.87335")
    load = say("EUR,GBP,2026-02-27,0.873350", at=AT + timedelta(hours=1))

    assert (load.rates_read, load.rates_new, load.rates_corrected) == (1, 0, 0)
    assert Rate.objects.count() == 1


def test_a_rate_that_is_corrected_back_is_a_correction_too(say):
    for number, value in enumerate(("0.87", "0.78", "0.87")):
        say(f"EUR,GBP,2026-02-27,{value}", at=AT + timedelta(hours=number))

    assert worth(Money(100, "EUR"), "GBP") == Money(87, "GBP")
    assert Rate.objects.count() == 3


def test_a_faulty_file_leaves_nothing(say):
    with pytest.raises(RatesUnreadable, match="Line 3"):
        say("EUR,GBP,2026-02-27,0.87335", "EUR,USX,2026-02-27,1.17")

    assert (Load.objects.count(), Rate.objects.count()) == (0, 0)


def test_no_rate_is_of_a_day_to_come(say):
    with pytest.raises(RatesUnreadable, match="still to come"):
        say("EUR,GBP,2026-03-03,0.87335")


def test_nobody_loads_rates_without_the_right():
    person = builders.actor(builders.user(), "see reports")

    with pytest.raises(NotPermitted):
        actions.load_rates(content=b"", name="x", at=AT, by=person)
    with pytest.raises(NotPermitted):
        actions.fetch_rates(at=AT, by=person)


@pytest.mark.parametrize("statement", ["UPDATE exchange_rate SET rate = 1", "DELETE FROM exchange_rate"])
def test_a_rate_is_never_changed(say, statement):
    say("EUR,GBP,2026-02-27,0.87335")

    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.django_db(transaction=True)
def test_two_loads_at_once_take_their_turn(say):
    with transaction.atomic():
        say("EUR,GBP,2026-02-27,0.87")
        other = Hand(lambda: say("EUR,GBP,2026-02-27,0.88", at=AT + timedelta(minutes=1)))
        while not other.waits():
            assert other.is_alive()
    other.end()

    assert Load.objects.order_by("pk").last().rates_corrected == 1


class _Bank(BaseHTTPRequestHandler):
    status, content = 200, b""

    def do_GET(self):
        self.send_response(self.status)
        self.send_header("Content-Length", str(len(self.content)))
        self.end_headers()
        self.wfile.write(self.content)

    def log_message(self, *words):
        pass


@pytest.fixture
def bank(settings):
    """A feed on this machine that answers with the XML of the day."""

    class Answers(_Bank):
        content = (FIXTURES / "eurofxref-daily.xml").read_bytes()

    with HTTPServer(("127.0.0.1", 0), Answers) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        settings.EXCHANGE_FEED = {
            "ADAPTER": "tallystick.exchange.adapters.http.HttpFeed",
            "OPTIONS": {"url": f"http://127.0.0.1:{server.server_port}/eurofxref-daily.xml", "timeout": 5},
        }
        yield Answers
        server.shutdown()
        thread.join()


def test_the_feed_is_fetched_and_taken(bank):
    tasks.fetch_rates(0)

    assert worth(Money(10_000, "EUR"), "GBP") == Money(8_734, "GBP")
    [load] = queries.loads()
    assert (load.source, load.loaded_by) == ("ECB euro reference rates", "system: rates of the day")
    assert load.name.endswith("/eurofxref-daily.xml")


@pytest.mark.parametrize(("status", "content"), [(503, b"busy"), (302, b"elsewhere"), (200, b"")])
def test_a_feed_that_gives_no_file_changes_nothing(bank, status, content):
    bank.status, bank.content = status, content

    with pytest.raises(FeedAway):
        actions.fetch_rates(at=AT, by=TEST)
    assert not Load.objects.exists()


def test_a_feed_that_is_not_there_is_said_so(settings):
    options = {"url": "http://127.0.0.1:1/eurofxref-daily.xml", "timeout": 1}
    settings.EXCHANGE_FEED = {"ADAPTER": "tallystick.exchange.adapters.http.HttpFeed", "OPTIONS": options}

    with pytest.raises(FeedAway, match=r"127\.0\.0\.1"):
        actions.fetch_rates(at=AT, by=TEST)


def test_no_feed_is_set_unless_somebody_sets_one(settings):
    assert settings.EXCHANGE_FEED is None
    tasks.fetch_rates(0)
    with pytest.raises(FeedOff):
        actions.fetch_rates(at=AT, by=TEST)


def test_rates_are_loaded_and_asked_for_from_the_command_line(capsys):
    call_command("rates", "load", str(FIXTURES / "eurofxref-hist.csv"))
    call_command("rates", "convert", "1500", "jpy", "gbp")
    call_command("rates", "list", day=date(2026, 2, 26))
    call_command("rates", "show", "EUR", "GBP")

    lines = capsys.readouterr().out.splitlines()
    assert lines[:2] == ["12 rates read, 12 new, 0 of them corrections.", "Left out, no currencies any more: CYP, SIT."]
    assert lines[2:5] == [
        "1500 JPY = 7.18 GBP",
        "  EUR/JPY 1/182.35, 2026-02-27, ECB euro reference rates",
        "  EUR/GBP 0.87335, 2026-02-27, ECB euro reference rates",
    ]
    assert "EUR/GBP\t0.8729\t2026-02-26\tECB euro reference rates" in lines
    assert lines[-1].startswith("1999-01-04\t0.7111\t")


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (("convert", "1", "GPB", "EUR"), "did you mean GBP"),
        (("convert", "1.5", "JPY", "EUR"), "1.5 is not an exact amount of JPY"),
        (("load", "nowhere.csv"), "nowhere.csv"),
    ],
)
def test_the_command_line_says_what_is_wrong(words, problem):
    with pytest.raises(CommandError, match=problem):
        call_command("rates", *words)
