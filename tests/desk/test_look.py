"""The words of templates, the sidebar and the charts, and the rules that every template keeps."""

import re
import shutil
from datetime import UTC, date, datetime
from importlib.util import find_spec
from pathlib import Path

import pytest
from django.contrib.auth.models import AnonymousUser
from django.template import Context, Template
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.urls import reverse
from django.utils import timezone, translation
from lucide import IconDoesNotExist
from tests import builders
from tests.architecture import house

import tallystick
from tallystick.access import actions as access_actions
from tallystick.access.rules.grants import EVERYTHING
from tallystick.access.rules.rights import RIGHTS, Role, rights_of
from tallystick.config.static_files import HashedFiles
from tallystick.desk.rules import charts, navigation
from tallystick.desk.rules.charts import Bar
from tallystick.kernel.actor import Actor
from tallystick.kernel.money import CurrencyMismatch, Money

HOUSE = Path(tallystick.__file__).parent
LOAD = "{% load desk %}"


def written(template: str, **values: object) -> str:
    return Template(LOAD + template).render(Context(values))


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        pytest.param(Money(128_460, "GBP"), "£1,284.60", id="pounds"),
        pytest.param(Money(-6_500, "GBP"), "−£65.00", id="credit, with a minus as wide as a figure"),
        pytest.param(Money(0, "EUR"), "€0.00", id="nothing is nought"),
        pytest.param(Money(1_500, "JPY"), "JP¥1,500", id="a currency without decimals"),
        pytest.param(Money(1_500, "KWD"), "KWD\N{NO-BREAK SPACE}1.500", id="a currency with three"),
        pytest.param(None, "—", id="not there"),
    ],
)
def test_an_amount_is_written_in_its_currency(value, shown):
    assert written("{{ value|money }}", value=value) == shown


def test_minor_units_are_written_with_the_currency_beside_them():
    assert written("{{ minor|money:currency }}", minor=64_215, currency="GBP") == "£642.15"


def test_minor_units_without_a_currency_are_an_error_and_never_a_guess():
    with pytest.raises(TypeError, match="no currency"):
        written("{{ minor|money }}", minor=64_215)


@pytest.mark.parametrize(
    ("minor", "shown"),
    [
        pytest.param(99_999, "£999.99", id="below a thousand to the penny"),
        pytest.param(123_456_789, "£1.23M", id="three figures"),
        pytest.param(99_999_999, "£1M", id="rounded up into the next unit"),
        pytest.param(-123_456, "−£1.23K", id="below zero"),
    ],
)
def test_a_headline_amount_has_three_figures(minor, shown):
    assert written("{{ value|short_money }}", value=Money(minor, "GBP")) == shown


@pytest.mark.parametrize(
    ("template", "shown"),
    [
        pytest.param("{{ on|day }}", "3 Mar 2026", id="medium"),
        pytest.param('{{ on|day:"short" }}', "3 Mar", id="short"),
        pytest.param('{{ on|day:"weekday" }}', "Tue 3 Mar", id="weekday"),
        pytest.param("{{ nothing|day }}", "—", id="not there"),
        pytest.param("{% when on %}", '<time datetime="2026-03-03">3 Mar 2026</time>', id="for machines too"),
    ],
)
def test_a_day_is_written_as_the_reader_writes_it(template, shown):
    assert written(template, on=date(2026, 3, 3), nothing=None) == shown


def test_an_instant_is_no_day():
    with pytest.raises(TypeError, match="instant"):
        written("{{ at|day }}", at=datetime(2026, 3, 3, tzinfo=UTC))


@pytest.mark.parametrize(
    ("at", "shown"),
    [
        pytest.param(datetime(2026, 3, 28, 23, 30, tzinfo=UTC), "28 Mar 2026, 23:30", id="before summer time"),
        pytest.param(datetime(2026, 3, 29, 23, 30, tzinfo=UTC), "30 Mar 2026, 00:30", id="after, on the next day"),
    ],
)
def test_an_instant_is_written_in_the_readers_time_zone(at, shown):
    with timezone.override("Europe/London"):
        assert written("{{ at|instant }}", at=at) == shown


def test_an_instant_without_a_time_zone_is_an_error():
    with pytest.raises(TypeError, match="time zone"):
        written("{{ at|instant }}", at=datetime(2026, 3, 3))  # noqa: DTZ001 - the point of the test


@pytest.mark.parametrize(
    ("due_on", "shown"),
    [
        pytest.param(date(2026, 3, 2), "1 day", id="yesterday"),
        pytest.param(date(2024, 3, 3), "730 days", id="years stay days"),
        pytest.param(date(2026, 3, 3), "today", id="today"),
        pytest.param(date(2026, 3, 15), "in 12 days", id="ahead"),
        pytest.param(None, "—", id="never"),
    ],
)
def test_the_age_of_a_day_counts_from_today(due_on, shown):
    assert written("{{ due_on|age:today }}", due_on=due_on, today=date(2026, 3, 3)) == shown


def test_the_age_of_a_day_needs_today():
    with pytest.raises(TypeError, match="today"):
        written("{{ due_on|age }}", due_on=date(2026, 3, 3))


def test_days_and_ages_follow_the_language():
    with translation.override("cy"):
        assert written("{{ on|day }}, {{ days|age }}", on=date(2026, 3, 3), days=2) == "3 Maw 2026, 2 ddiwrnod"


def test_an_icon_is_silent_unless_it_has_a_label():
    assert 'aria-hidden="true"' in written('{% icon "phone" %}')
    assert '<span role="img" aria-label="&lt;Call&gt;">' in written('{% icon "phone" label=label %}', label="<Call>")


def test_an_icon_that_does_not_exist_is_an_error():
    with pytest.raises(IconDoesNotExist):
        written('{% icon "no-such-icon" %}')


@pytest.mark.parametrize(
    ("name", "letters"), [("Sam Keane", "SK"), ("ada", "A"), ("sam.keane", "SK"), ("Mary Ann de Vere", "MV"), ("", "")]
)
def test_a_name_is_shortened_to_initials(name, letters):
    assert written("{{ name|initials }}", name=name) == letters


def test_columns_stand_side_by_side_on_one_base_line():
    chart = charts.column_chart([Bar("a", Money(300, "GBP")), Bar("b", Money(0, "GBP")), Bar("c", Money(1, "GBP"))])

    tall, none, small = chart.columns
    assert tall.top + tall.height == small.top + small.height == chart.base
    assert none.height == 0
    assert small.height > 0, "something, however little, is seen"
    assert [column.slot_left for column in chart.columns] == ["0.000%", "33.333%", "66.667%"]


def test_a_credit_hangs_below_the_base_line():
    chart = charts.column_chart([Bar("owed", Money(300, "GBP")), Bar("credit", Money(-100, "GBP"))])

    owed, credit = chart.columns
    assert owed.top + owed.height == credit.top == chart.base
    assert credit.height * 3 == owed.height


def test_a_chart_of_two_currencies_is_an_error():
    with pytest.raises(CurrencyMismatch):
        charts.column_chart([Bar("a", Money(1, "GBP")), Bar("b", Money(1, "EUR"))])


def test_a_chart_of_nothing_is_empty():
    assert charts.column_chart([]).columns == ()


def test_a_column_says_its_whole_amount_and_leads_to_its_accounts():
    drawn = written('{% column_chart bars "Ageing" %}', bars=[Bar("1–30", Money(123_456, "GBP"), count=2, href="?b=1")])

    assert 'aria-label="1–30: £1,234.56 on 2 accounts"' in drawn
    assert '<a href="?b=1"' in drawn


def test_the_sidebar_shows_only_what_the_actor_may_open():
    applier = Actor("pat", rights=frozenset({"import statements"}))

    assert [str(page.name) for page in navigation.pages_for(applier)] == ["Payments"]
    assert navigation.pages_for(None) == []
    assert navigation.pages_for(Actor("nobody")) == []


def test_every_right_in_the_sidebar_exists():
    known = {right.name for right in RIGHTS}

    assert all(page.rights <= known for page in navigation.PAGES)


def _rooms_with_pages() -> set[str]:
    return {room for room in house.BUILT if find_spec(f"tallystick.{room}.web")}


@pytest.mark.parametrize("entry", navigation.PAGES, ids=lambda entry: entry.url_name)
def test_every_page_in_the_sidebar_has_an_address_once_its_room_has_pages(entry):
    if entry.url_name.split(":")[0] in _rooms_with_pages():
        assert reverse(entry.url_name)


def test_every_page_in_the_sidebar_opens_for_those_who_see_it(client, db, settings):
    settings.ACCESS_SECOND_FACTOR_ROLES = ()
    for role in Role:
        person = builders.user(f"someone.{role.name.lower()}")
        access_actions.set_roles(
            user_id=person.pk, roles=[role], reaches=[EVERYTHING], at=builders.AT, by=builders.TEST
        )
        client.force_login(person)
        for page in navigation.pages_for(Actor(role.value, rights=rights_of([role]))):
            if page.url_name.split(":")[0] in _rooms_with_pages():
                assert client.get(reverse(page.url_name)).status_code == 200, f"{page.url_name} for a {role.value}"


def test_no_two_pages_share_a_key():
    keys = [page.key for page in navigation.PAGES]

    assert len(keys) == len(set(keys))


@pytest.mark.parametrize("name", ["400.html", "403.html", "403_csrf.html", "404.html", "500.html"])
def test_an_error_page_needs_neither_request_nor_database(name):
    page = render_to_string(name)

    assert "<h1>" in page
    assert 'lang="en-gb"' in page


def test_what_the_person_chose_stands_in_the_page_and_nothing_else_does():
    request = RequestFactory().get("/", headers={"Cookie": "theme=dark; rail=1; keys=off"})
    assert written("{% frame_attributes %}", request=request) == ' data-theme="dark" data-rail data-keys="off"'

    request = RequestFactory().get("/", headers={"Cookie": 'theme="><script>"; rail=2; keys=on'})
    assert written("{% frame_attributes %}", request=request) == ""


def test_a_page_shows_without_an_actor():
    request = RequestFactory().get("/")
    request.user = AnonymousUser()

    assert '<main id="main"' in render_to_string("desk/base.html", {}, request=request)


def _templates() -> list[Path]:
    pages = [page for page in HOUSE.rglob("*.html") if "templates" in page.parts]
    return [
        page for page in pages if re.search(r"desk/(base|document|plain)\.html|load [^%]*\bdesk\b", page.read_text())
    ]


#: What the content security policy blocks, or what makes a text that nobody can translate.
_FORBIDDEN = {
    "a style attribute": re.compile(r"\sstyle\s*=\s*[\"']"),
    "a style element": re.compile(r"<style\b"),
    "an event attribute": re.compile(r"\s(on[a-z]+|hx-on[:\w-]*)\s*=\s*[\"']"),
    "a script in the page": re.compile(r"<script\b(?![^>]*\b(src=|type=\"application/json\"))"),
    "an address elsewhere": re.compile(r"\b(src|href|action)\s*=\s*[\"'](https?:)?//"),
    "code for htmx": re.compile(r"[\"']js:"),
}


@pytest.mark.parametrize("what", _FORBIDDEN)
def test_no_page_holds_what_the_policy_blocks(what):
    holding = [str(page.relative_to(HOUSE)) for page in _templates() if _FORBIDDEN[what].search(page.read_text())]

    assert _templates()
    assert not holding


def test_a_script_imports_others_by_the_hash_of_what_is_in_them(tmp_path):
    shutil.copytree(HOUSE / "desk" / "static" / "desk" / "js", tmp_path / "desk" / "js")
    names = [f"desk/js/{file.name}" for file in (tmp_path / "desk" / "js").iterdir()]
    stored = HashedFiles(location=tmp_path, base_url="/static/")

    outcomes = [outcome for _name, _hashed, outcome in stored.post_process({name: (stored, name) for name in names})]

    assert not [outcome for outcome in outcomes if isinstance(outcome, Exception)]
    entry = (tmp_path / stored.hashed_files["desk/js/desk.js"]).read_text("utf-8")
    imported = re.findall(r"\./([\w.]+)\.js", entry)
    assert imported
    assert all(re.fullmatch(r"\w+\.[0-9a-f]{12}", name) for name in imported)
    assert all((tmp_path / "desk" / "js" / f"{name}.js").is_file() for name in imported)


def test_the_style_guide_is_for_those_who_look_after_the_system(client, db, settings):
    settings.ACCESS_SECOND_FACTOR_ROLES = ()
    people = {role: builders.user(f"someone.{role.name.lower()}") for role in (Role.COLLECTOR, Role.ADMINISTRATOR)}
    for role, person in people.items():
        access_actions.set_roles(
            user_id=person.pk, roles=[role], reaches=[EVERYTHING], at=builders.AT, by=builders.TEST
        )

    client.force_login(people[Role.COLLECTOR])
    assert client.get("/desk/style").status_code == 403

    client.force_login(people[Role.ADMINISTRATOR])
    assert client.get("/desk/style").status_code == 200
