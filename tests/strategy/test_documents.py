"""Documents: what is read, what is refused and where, and the strategies that the program ships."""

from __future__ import annotations

from datetime import date, timedelta
from importlib import resources

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.strategy.examples import CATALOGUE

from tallystick.contact.rules.words import Audience, Channel, Command, To
from tallystick.holds.rules import Reason
from tallystick.kernel.calendars import add_business_days
from tallystick.strategy.queries import catalogue, versions
from tallystick.strategy.rules import grammar, orders, picture, plain, reading, strict_yaml, timing
from tallystick.strategy.rules.document import Delay, Otherwise, Since
from tallystick.strategy.rules.program import EffectKind, Program
from tallystick.strategy.rules.reading import DocumentMistaken, Vocabulary
from tallystick.worklists.rules import Kind

_DAYS = st.dates(date(2026, 1, 1), date(2027, 12, 31))
VOCABULARY = Vocabulary(CATALOGUE, {"promises.PromiseBroken", "promises.PromiseMade"}, ("GB-EAW", "GB-SCT"))

DOCUMENT = """
name: example
title: An example
start: first
never_when:
  held: on_hold
states:
  first:
    title: First state
    despite: [held]
    steps:
      - id: write
        when: days_past_due >= 7
        after: 3 days
        do:
          - email: reminder
          - sms: text
          - letter: paper
          - service: suspend
          - notify: {role: team leader, template: tell}
          - notify: {account_manager: true, template: tell}
          - notify: {team: North, template: tell}
          - hold: {reason: dispute, days: 5}
          - lift_hold
          - lift_hold: dispute
          - cancel_tasks: follow_up
          - note: Something to read
      - id: call
        after: 5 business days since entering
        when: broken > 0
        otherwise: skip
        do:
          - task: {kind: call, title: Call them, team: North, due: 2 business days, priority: high, owner: true}
        go: second
    leave:
      - when: balance <= 0
        go: second
    answers:
      - event: promises.PromiseBroken
        when: broken > 1
        do:
          - note: broken
  second: {}
answers:
  - event: promises.PromiseMade
    go: first
"""


def _read(text: str):
    return reading.read(text, VOCABULARY)


def test_a_document_is_read_whole():
    document = _read(DOCUMENT)

    first = document.state("first")
    write, call = first.steps
    assert (document.name, document.title, document.start, document.calendar) == (
        "example",
        "An example",
        "first",
        "GB-EAW",
    )
    assert write.after == Delay(3, False, Since.STEP)
    assert call.after == Delay(5, True, Since.ENTERING)
    assert (write.business_days_only, call.business_days_only) == (False, True)
    assert (write.otherwise, call.otherwise) == (Otherwise.WAIT, Otherwise.SKIP)
    assert write.despite == {"held"}
    assert write.orders == (
        orders.Message(Channel.EMAIL, "reminder"),
        orders.Message(Channel.SMS, "text"),
        orders.Message(Channel.LETTER, "paper"),
        orders.Service(Command.SUSPEND),
        orders.Notice(To(Audience.ROLE, "team leader"), "tell"),
        orders.Notice(To(Audience.ACCOUNT_MANAGER), "tell"),
        orders.Notice(To(Audience.TEAM, "North"), "tell"),
        orders.Hold(Reason.DISPUTE, 5),
        orders.LiftHold(Reason.MANUAL),
        orders.LiftHold(Reason.DISPUTE),
        orders.CancelTasks(Kind.FOLLOW_UP),
        orders.Note("Something to read"),
    )
    assert call.orders == (orders.Task(Kind.CALL, "Call them", "North", True, 2, 75, ""),)


def test_places_and_effects_follow_the_document():
    program = Program.of(_read(DOCUMENT))

    assert [(place.state.id, place.step and place.step.id) for place in program.places] == [
        ("first", "write"),
        ("first", "call"),
        ("first", None),
        ("second", None),
    ]
    assert [(each.number, each.kind.value, each.to_place, each.is_entering) for each in program.effects] == [
        (1, "leave", 3, True),
        (2, "step", 1, False),
        (3, "step", 3, True),
        (4, "skip", 2, False),
        (5, "answer", None, False),
        (6, "answer", 0, True),
    ]
    assert [each.number for each in program.answers(program.document.state("first"), "promises.PromiseBroken")] == [5]
    assert [bool(program.guards(each)) for each in program.effects] == [False, False, False, False, False, False]


_STEP = ("states", "first", "steps")


@pytest.mark.parametrize(
    ("before", "after", "on_line", "path", "said"),
    [
        pytest.param("start: first", "start: frist", "start:", ("start",), "“first”?", id="no such state"),
        pytest.param("title: An", "titel: An", "titel:", ("titel",), "Did you mean “title”?", id="no such key"),
        pytest.param("held: on_hold", "held: on_hlod", "held:", ("never_when", "held"), "“on_hold”?", id="guard"),
        pytest.param(
            "balance <= 0", "balance <= 5", "<= 5", ("states", "first", "leave", 1, "when"), "£500", id="condition"
        ),
        pytest.param("go: second\n    leave", "go: thrid\n    leave", "thrid", (*_STEP, 2, "go"), "no state", id="go"),
        pytest.param("after: 3 days", "after: soon", "soon", (*_STEP, 1, "after"), "5 business days", id="delay"),
        pytest.param("- sms: text", "- fax: text", "fax", (*_STEP, 1, "do", 2, "fax"), "no order", id="order"),
        pytest.param("email: reminder", "email: Re Minder", "Minder", (), "name of a template", id="template"),
        pytest.param("kind: call", "kind: cal", "cal,", (), "Did you mean “call”?", id="kind of task"),
        pytest.param("tasks: follow_up", "tasks: follow", "follow", (), "“follow_up”?", id="kind of tasks"),
        pytest.param("due: 2 business days", "due: tomorrow", "tomorrow", (), "2 business days", id="due"),
        pytest.param("role: team leader", "role: team lead", "team lead,", (), "“team leader”?", id="role"),
        pytest.param("reason: dispute", "reason: dispuet", "dispuet", (), "“dispute”?", id="reason"),
        pytest.param("days: 5}", "days: 0}", "days: 0", (), "whole number from 1", id="days"),
        pytest.param("service: suspend", "service: stop", "stop", (), "none of: suspend, resume", id="command"),
        pytest.param("PromiseMade", "PromiseMde", "PromiseMde", ("answers", 1, "event"), "PromiseMade”?", id="event"),
        pytest.param("despite: [held]", "despite: [hold]", "[hold]", (), "Did you mean “held”?", id="despite"),
        pytest.param("id: call", "id: write", "id: write", (*_STEP, 2, "id"), "this id", id="two steps of an id"),
        pytest.param(
            "  second: {}", "  second: {}\n  third: {}", "third", ("states", "third"), "nothing leads", id="aside"
        ),
        pytest.param("when: broken > 0\n        otherwise", "otherwise", "otherwise", (), "never skipped", id="skip"),
        pytest.param(
            "start: first", "start: first\ncalendar: GB-EWA", "EWA", ("calendar",), "“GB-EAW”?", id="calendar"
        ),
        pytest.param("Made\n    go: first", "Made", "PromiseMade", ("answers", 1), "does something", id="idle answer"),
        pytest.param("name: example", "name: An Example", "An Example", ("name",), "small letters", id="name"),
        pytest.param("id: write", "id: [write]", "[write]", (), "a text is expected", id="list for a text"),
        pytest.param("states:\n", "states: 5\nstats:\n", "states: 5", ("states",), "keys with values", id="no states"),
    ],
)
def test_a_mistake_is_named_with_its_line_and_path(before, after, on_line, path, said):
    mistaken = DOCUMENT.replace(before, after, 1)

    with pytest.raises(DocumentMistaken) as refused:
        _read(mistaken)

    [problem, *_more] = [each for each in refused.value.problems if said in each.sentence]
    assert mistaken != DOCUMENT
    assert on_line in mistaken.splitlines()[problem.line - 1]
    assert problem.path[: len(path)] == path


def test_every_mistake_is_named_at_once():
    with pytest.raises(DocumentMistaken) as refused:
        _read(DOCUMENT.replace("start: first", "start: frist").replace("balance <= 0", "balnce <= 0"))

    assert [problem.line for problem in refused.value.problems] == [4, 36]
    assert "2 mistakes" in str(refused.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("", "empty", id="nothing"),
        pytest.param("a: &x 1\nb: *x", "anchors", id="anchor"),
        pytest.param("a: *x", "aliases", id="alias"),
        pytest.param("a: !!python/object:os.system x", "tags", id="tag"),
        pytest.param("a: 1\na: 2", "twice", id="key given twice"),
        pytest.param("a: [1, 2", "line 1", id="not closed"),
        pytest.param("a: 1\n---\nb: 2", "second document", id="two documents"),
        pytest.param("[" * 50 + "]" * 50, "too deep", id="deep"),
        pytest.param("? [a]\n: 1", "a key is a word", id="key of parts"),
        pytest.param("a: \x07", "characters", id="control character"),
        pytest.param("x" * 200_001, "longer", id="long"),
        pytest.param("just words", "keys with values", id="no mapping"),
    ],
)
def test_what_yaml_could_surprise_with_is_refused(text, said):
    with pytest.raises(DocumentMistaken) as refused:
        _read(text)

    assert said in str(refused.value)


def test_words_stay_words():
    read = strict_yaml.read("on: no\nday: 2026-03-01\nnumber: 7\nquoted: '7'\nflag: true\nnothing: ~")

    assert {key: node.value for key, node in read.entries.items()} == {
        "on": "no",
        "day": "2026-03-01",
        "number": 7,
        "quoted": "7",
        "flag": True,
        "nothing": None,
    }


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_a_damaged_document_is_read_or_refused(data):
    place = data.draw(st.integers(0, len(DOCUMENT)))
    length = data.draw(st.integers(0, 30))
    damage = data.draw(
        st.sampled_from(["", " ", ":", "-", "[", "{", "\n", "\t", "'", "&a", "*a", "!x", "#", "|", "\x00", "é", "?"])
    )

    try:
        _read(DOCUMENT[:place] + damage + DOCUMENT[place + length :])
    except DocumentMistaken as refusal:
        assert all(problem.sentence and problem.line >= 1 for problem in refusal.problems)


@pytest.mark.parametrize(
    ("delay", "day", "holidays", "on"),
    [
        pytest.param(Delay(0), date(2026, 3, 6), (), date(2026, 3, 6), id="at once"),
        pytest.param(Delay(7), date(2026, 3, 6), (), date(2026, 3, 13), id="a week"),
        pytest.param(Delay(1, True), date(2026, 3, 6), (), date(2026, 3, 9), id="over a weekend"),
        pytest.param(
            Delay(2, True), date(2026, 4, 2), (date(2026, 4, 3), date(2026, 4, 6)), date(2026, 4, 8), id="over Easter"
        ),
    ],
)
def test_a_delay_ends_on_its_day(delay, day, holidays, on):
    step = _read(DOCUMENT).state("first").steps[0]
    changed = type(step)(**{**{name: getattr(step, name) for name in step.__slots__}, "after": delay})

    assert timing.review(changed, day=day, is_entering=False, holidays=holidays).on == on


@settings(max_examples=200, deadline=None)
@given(
    st.dates(date(2026, 1, 1), date(2027, 12, 31)),
    st.integers(0, 20),
    st.sets(st.dates(date(2026, 1, 1), date(2027, 12, 31)), max_size=20),
)
def test_a_delay_since_entering_is_over_exactly_from_its_day(entered, count, holidays):
    step = _read(DOCUMENT).state("first").steps[1]
    delayed = type(step)(
        **{**{name: getattr(step, name) for name in step.__slots__}, "after": Delay(count, True, Since.ENTERING)}
    )
    ends = add_business_days(entered, count, holidays)

    assert timing.entered_by(delayed, day=ends, holidays=holidays) >= entered
    assert timing.entered_by(delayed, day=ends - timedelta(days=1), holidays=holidays) < entered


def _shipped(name: str):
    text = resources.files("tallystick.strategy").joinpath("documents", f"{name}.yaml").read_text("utf-8")
    return reading.read(text, catalogue.rooms_vocabulary())


@pytest.mark.parametrize("name", versions.shipped_names())
def test_a_shipped_strategy_is_sound(name):
    program = Program.of(_shipped(name))

    assert program.document.name == name
    assert all(step.title for state in program.document.states for step in state.steps)
    assert any(effect.kind is EffectKind.ANSWER for effect in program.effects)


@pytest.mark.parametrize("name", versions.shipped_names())
def test_boxes_of_a_picture_stand_apart_and_within_it(name):
    drawn = picture.draw(_shipped(name))

    for box in drawn.boxes:
        assert 0 <= box.x <= drawn.width - box.width
        assert 0 <= box.y <= drawn.height - box.height
    for box in drawn.boxes:
        for other in drawn.boxes:
            apart = abs(box.x - other.x) >= box.width or abs(box.y - other.y) >= box.height
            assert box is other or apart, (box.title, other.title)


def test_a_picture_says_which_event_leads_to_a_state_from_everywhere():
    boxes = {box.id: box for box in picture.draw(_shipped("uk-b2b")).boxes}

    assert boxes["promised"].on_events == ("promise made",)
    assert boxes["broken-again"].on_events == ("promise broken",)
    assert boxes["reminding"].on_events == ()


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        pytest.param("promises.is_open", "a promise to pay is open", id="so"),
        pytest.param("not promises.is_open", "it is not so that a promise to pay is open", id="not so"),
        pytest.param(
            "holds.stops_contact and overdue > £5",
            "a hold forbids messages and calls that ask for money, and overdue is more than £5.00",
            id="among others",
        ),
    ],
)
def test_a_fact_that_is_so_or_not_is_read_by_its_meaning(condition, said):
    assert plain.read_aloud(grammar.read(condition), catalogue.rooms_catalogue()) == said
