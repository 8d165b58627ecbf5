"""Templates: what they may say is checked when they are saved, and what was published is never changed."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.db import IntegrityError, transaction
from tests.contact.conftest import AT, BY, Book

from tallystick.contact import actions
from tallystick.contact.models import Template
from tallystick.contact.rules import shipped
from tallystick.contact.rules.content import missing
from tallystick.contact.rules.fields import FIELDS, Speech, sample, spoken, words
from tallystick.contact.rules.language import problems, render
from tallystick.contact.rules.words import Channel, Purpose, TemplateNotDraft, TemplateWrong
from tallystick.documents.rules.text import as_plain_text, parse
from tallystick.kernel.actor import Actor
from tallystick.kernel.refusals import NotPermitted

GOOD = "Dear {{ party.name }}, {{ account.reference }}: {{ account.overdue }} is due."


def draft(body: str = GOOD, *, subject: str = "About {{ account.reference }}", by: Actor = BY) -> Template:
    return actions.draft_template(
        name="test",
        channel=Channel.EMAIL,
        language_code="en",
        purpose=Purpose.DEMAND,
        subject=subject,
        body=body,
        at=AT,
        by=by,
    )


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        pytest.param("{{ acount.overdue }}", "line 1: there is no field “acount.overdue”", id="unknown field"),
        pytest.param(
            "\n\n{{ account.foo }}", "line 3: there is no field “account.foo”", id="unknown field further down"
        ),
        pytest.param(
            "{{ party.name.__class__ }}", "there is no field “party.name.__class__”", id="reaches into Python"
        ),
        pytest.param("{{ party['__init__'] }}", "there is no field “party.__init__”", id="reaches by brackets"),
        pytest.param("{{ settings.SECRET_KEY }}", "there is no field “settings.SECRET_KEY”", id="reaches outside"),
        pytest.param("{% if false %}{{ nope }}{% endif %}", "there is no field “nope”", id="in a branch never taken"),
        pytest.param("{% for item in items %}{{ item.price }}{% endfor %}", "“item.price”", id="inside a loop"),
        pytest.param(
            "{% for item in items %}{% endfor %}{{ item.reference }}", "“item.reference”", id="after its loop"
        ),
        pytest.param(
            "{% for part in party.name %}{{ part }}{% endfor %}", "“party.name” is no list", id="loop over text"
        ),
        pytest.param("{{ items }}", "“items” is no single value", id="a list written out"),
        pytest.param("{{ account }}", "“account” is no single value", id="a record written out"),
        pytest.param("{{ items[0].reference }}", "picks by a number", id="picked by number"),
        pytest.param("{{ account[party.name] }}", "computed name", id="picked by a computed name"),
        pytest.param(
            "{% if account.overdue > 10 %}x{% endif %}", "“account.overdue” is no number", id="amount by size"
        ),
        pytest.param("{% table invoices %}", "there is no table “invoices”", id="unknown table"),
        pytest.param("{{ today | date: '%Y' }}", "there is no filter “date”", id="unknown filter"),
        pytest.param("{% include 'secret' %}", "unexpected tag 'include'", id="include"),
        pytest.param("{% render 'secret' %}", "unexpected tag 'render'", id="render"),
        pytest.param("{% capture x %}{% endcapture %}", "unexpected tag 'capture'", id="capture"),
        pytest.param("{% liquid\necho 'x' %}", "unexpected tag 'liquid'", id="liquid"),
        pytest.param("{{ party.name", "expected '}}'", id="never closed"),
        pytest.param("{% if account.is_overdue %}x", "", id="if never closed"),
        pytest.param("\ue000", "private use area", id="a sign of the markup's own"),
        pytest.param("x" * 40_001, "longer than", id="endless"),
    ],
)
def test_what_is_wrong_is_told_when_it_is_saved(body: str, problem: str) -> None:
    found = problems(body)

    assert found
    assert problem in "; ".join(found)


@pytest.mark.parametrize(
    ("body", "written"),
    [
        (GOOD, "Dear A. Lee Trading, NG-20418: £950.00 is due."),
        ("{% for item in overdue_items limit: 3 %}{{ forloop.index }} {{ item.remaining }}{% endfor %}", "1 £450.00"),
        ("{% if account.days_past_due > 30 and creditor.phone %}x{% elsif party.is_company %}y{% endif %}", "x"),
        ("{% unless party.is_company %}x{% else %}{{ party.name | upcase }}{% endunless %}", "A. LEE TRADING"),
        ("{% case account.open_items %}{% when 1 %}one{% else %}{{ account.open_items }}{% endcase %}", "3"),
        ("{% assign rest = account.open_items | minus: 1 %}{% if rest > 0 %}{{ rest }} more{% endif %}", "2 more"),
        ("{% comment %}{{ nothing }}{% endcomment %}{{ items.size }}", "1"),
        (
            "{{ creditor.iban | default: 'none' }} {{ creditor.hours | url_encode }}",
            "none Monday+to+Friday%2C+9am+to+5pm",
        ),
    ],
)
def test_what_is_right_is_rendered(body: str, written: str) -> None:
    assert problems(body) == []

    assert as_plain_text(parse(render(body, spoken(FIELDS, sample(), Speech("en"))))) == written


def test_every_listed_field_can_be_written() -> None:
    for name, _field in words(FIELDS):
        if "[]" in name:
            over, inner = name.split("[].")
            body = f"{{% for each in {over} %}}{{{{ each.{inner} }}}}{{% endfor %}}"
        else:
            body = f"{{{{ {name} }}}}"
        assert problems(body) == []
        render(body, spoken(FIELDS, sample(), Speech("en")))


def test_an_empty_field_is_false_and_writes_nothing() -> None:
    fields = spoken(FIELDS, sample(), Speech("en"))

    assert fields["creditor"]["iban"] is None
    assert render("{% if creditor.iban %}IBAN {{ creditor.iban }}{% endif %}.{{ creditor.iban }}", fields) == "."


def test_a_template_that_never_ends_is_stopped() -> None:
    fields = spoken(FIELDS, sample(), Speech("en"))
    nested = "{% for a in items %}" * 6 + "x" * 1000 + "{% endfor %}" * 6
    fields["items"] = fields["items"] * 100

    with pytest.raises(Exception, match="limit"):
        render(nested, fields)


@pytest.mark.parametrize(
    ("language", "money", "day"), [("en", "£1,250.00", "1 July 2026"), ("cy", "£1,250.00", "1 Gorffennaf 2026")]
)
def test_each_language_writes_amounts_and_days_its_own_way(language: str, money: str, day: str) -> None:
    fields = spoken(FIELDS, sample(), Speech(language))

    assert (fields["account"]["remaining"], fields["today"]) == (money, day)


@pytest.mark.parametrize(
    ("purpose", "subject", "body", "unsaid"),
    [
        (Purpose.DEMAND, "x", "Pay {{ account.overdue }}", "reference"),
        (Purpose.DEMAND, "x", "Pay for {{ account.reference }}", "what is owed"),
        (Purpose.DEMAND, "", GOOD, "no subject"),
        (Purpose.INFORMATION, "x", "  ", "says nothing"),
        (Purpose.INTERNAL, "x", GOOD, "internal"),
    ],
)
def test_a_demand_says_what_it_must(purpose: Purpose, subject: str, body: str, unsaid: str) -> None:
    found = missing(channel=Channel.EMAIL, purpose=purpose, subject=subject, body=body)

    assert unsaid in "; ".join(found)


@pytest.mark.django_db
def test_a_template_with_an_unknown_field_is_refused_and_not_kept() -> None:
    with pytest.raises(TemplateWrong, match=r"acount\.overdue"):
        draft(GOOD + "{{ acount.overdue }}")
    with pytest.raises(TemplateWrong, match="subject"):
        draft(subject="two\nlines")

    assert not Template.objects.exists()


@pytest.mark.django_db
def test_versions_follow_each_other_and_one_speaks() -> None:
    first = actions.publish_template(template_id=draft().pk, at=AT, by=BY)
    second = actions.publish_template(template_id=draft().pk, at=AT, by=BY)

    first.refresh_from_db()
    assert (first.version, first.state) == (1, "retired")
    assert (second.version, second.state, second.published_by) == (2, "live", "system: test")


@pytest.mark.django_db
@pytest.mark.parametrize("act", ["revise", "publish"])
def test_a_published_version_is_never_changed(act: str) -> None:
    live = actions.publish_template(template_id=draft().pk, at=AT, by=BY)

    with pytest.raises(TemplateNotDraft):
        if act == "revise":
            actions.revise_template(template_id=live.pk, subject="x", body=GOOD, at=AT, by=BY)
        else:
            actions.publish_template(template_id=live.pk, at=AT, by=BY)

    live.refresh_from_db()
    assert live.body == GOOD + "\n"


@pytest.mark.django_db
def test_two_live_versions_are_refused_by_the_database() -> None:
    actions.publish_template(template_id=draft().pk, at=AT, by=BY)
    other = draft()

    with pytest.raises(IntegrityError), transaction.atomic():
        Template.objects.filter(pk=other.pk).update(state="live", published_at=AT)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "act",
    [
        lambda by: draft(by=by),
        lambda by: actions.publish_template(template_id=draft().pk, at=AT, by=by),
        lambda by: actions.revise_template(template_id=draft().pk, subject="x", body=GOOD, at=AT, by=by),
        lambda by: actions.load_templates(at=AT, by=by),
    ],
    ids=["draft", "publish", "revise", "load"],
)
def test_it_takes_the_right_to_edit_templates(act: Callable[[Actor], object]) -> None:
    with pytest.raises(NotPermitted):
        act(Actor("Ann", rights=frozenset({"send messages"})))


# What the program ships.


@pytest.mark.parametrize("text", shipped.templates(), ids=lambda text: f"{text.name}-{text.channel}-{text.language}")
def test_every_shipped_template_is_right_and_says_who_to_turn_to(text: shipped.Text) -> None:
    assert problems(text.subject, one_line=True) == []
    assert problems(text.body) == []
    assert missing(channel=text.channel, purpose=text.purpose, subject=text.subject, body=text.body) == []

    written = as_plain_text(
        parse(
            render(
                re.sub(r"{% table \w+ %}", "", text.body),
                spoken(FIELDS, sample(), Speech(text.language)),
            )
        )
    )
    assert "Northgate Supplies Ltd" in written
    if text.purpose == Purpose.DEMAND:
        assert "0113 496 0000" in written
    for threat in ("legal action will", "immediately", "bailiff", "failure to", "you must"):
        assert threat not in written.lower()


@pytest.mark.parametrize("name", ["final_notice", "letter_before_action", "reminder_2", "promise_broken"])
def test_people_are_told_where_help_is_free(name: str) -> None:
    fields = spoken(FIELDS, sample(), Speech("en"))
    fields["party"]["is_company"] = False

    for text in shipped.templates():
        if text.name == name:
            assert "StepChange" in render(text.body, fields)


def test_loading_twice_changes_nothing_and_keeps_what_was_changed(book: Book) -> None:
    count = Template.objects.count()
    Template.objects.filter(name="statement").delete()

    outcome = actions.load_templates(at=AT, by=BY)

    assert (outcome.done, outcome.already) == (2, count - 2)
    assert Template.objects.count() == count == len(shipped.templates())


@pytest.mark.parametrize(
    ("name", "content"),
    [("x.liquid", "purpose: demand\n\nx"), ("x.email.en.liquid", "x"), ("x.pigeon.en.liquid", "purpose: demand\n\nx")],
)
def test_a_file_that_is_no_template_is_an_error(name: str, content: str) -> None:
    with pytest.raises(ValueError, match=r"x|pigeon"):
        shipped.read(name, content)
