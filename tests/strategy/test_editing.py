"""A document is changed part by part: what is not concerned stays as it was written, and what would not read is named."""

from __future__ import annotations

import difflib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tallystick.kernel.refusals import NotFound
from tallystick.strategy.queries import catalogue, versions
from tallystick.strategy.rules import reading
from tallystick.strategy.rules.editing import changes, weaving, writing
from tallystick.strategy.rules.editing.changes import StateInUse
from tallystick.strategy.rules.reading import DocumentMistaken

SHIPPED = {name: versions.shipped(name) for name in versions.shipped_names()}
VOCABULARY = catalogue.rooms_vocabulary()
NAMES = sorted(SHIPPED)


def data_of(text: str) -> Any:
    return writing.read(text)


def different_lines(before: str, after: str) -> list[str]:
    found = difflib.unified_diff(before.splitlines(), after.splitlines(), n=0, lineterm="")
    return [line for line in found if line[0] in "+-" and not line.startswith(("+++", "---"))]


@pytest.mark.parametrize("name", NAMES)
def test_what_is_not_changed_is_not_touched(name):
    text = SHIPPED[name]

    assert weaving.weave(text, data_of(text)) == text
    assert data_of(writing.document(data_of(text))) == data_of(text)


@pytest.mark.parametrize("name", NAMES)
def test_every_value_can_be_changed_by_itself_and_nothing_else_is(name):
    text = SHIPPED[name]
    for path in values_of(data_of(text)):
        wanted = data_of(text)
        within: Any = wanted
        for key in path[:-1]:
            within = within[key]
        within[path[-1]] = "another: value # 1"

        woven = weaving.weave(text, wanted)

        assert writing.same(data_of(woven), wanted)
        assert comments(woven) == comments(text)
        removed = [line for line in different_lines(text, woven) if line[0] == "-"]
        value: Any = data_of(text)
        for key in path:
            value = value[key]
        assert len(removed) <= max(1, len(str(value)) // 60 + 2), path


def values_of(data: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    if isinstance(data, dict | list):
        pairs = data.items() if isinstance(data, dict) else enumerate(data)
        return [found for key, value in pairs for found in values_of(value, (*path, key))]
    return [path]


def comments(text: str) -> list[str]:
    return sorted(line.strip() for line in text.splitlines() if line.strip().startswith("#"))


COMMENTED = """\
# Of the house.
name: test   # a name
title: "Test: it"
start: waiting

never_when: {held: holds.stops_contact}   # one guard

states:
  # Where it begins.
  waiting:
    leave:   # looked at first
      # Paid is paid.
      - when: overdue <= 0   # or less
        go: paid
    steps:
      - id: first   # the first
        do: [email: reminder_1, {note: "Said # hello"}]   # two orders
          # Indented deeper: of the first.
      # The second is a call.
      -
        id: second
        title: >
          A call, folded
          over lines

        do:
          - task: {kind: call,   # by telephone
                   title: Call}

  paid: {}   # the end
# Nothing behind it.
"""


def test_comments_stay_with_what_they_are_about():
    data = data_of(COMMENTED)
    steps = data["states"]["waiting"]["steps"]
    steps.reverse()
    steps[0]["do"][0]["task"]["due"] = "1 business day"
    data["states"] = {"paid": {"title": "Paid"}, "waiting": data["states"]["waiting"]}
    data["never_when"]["disputed"] = "disputes.open_count > 0"

    woven = weaving.weave(COMMENTED, data)

    assert data_of(woven) == data
    assert (
        woven
        == """\
# Of the house.
name: test   # a name
title: "Test: it"
start: waiting

never_when: {held: holds.stops_contact, disputed: disputes.open_count > 0}   # one guard

states:
  # the end
  paid:
    title: Paid

  # Where it begins.
  waiting:
    leave:   # looked at first
      # Paid is paid.
      - when: overdue <= 0   # or less
        go: paid
    steps:
      # The second is a call.
      -
        id: second
        title: >
          A call, folded
          over lines

        do:
          # by telephone
          - task: {kind: call, title: Call, due: 1 business day}
      - id: first   # the first
        do: [email: reminder_1, {note: "Said # hello"}]   # two orders
          # Indented deeper: of the first.
# Nothing behind it.
"""
    )


def test_a_text_that_cannot_be_woven_into_is_written_anew_below_its_comments():
    odd = "? name\n: test   # a name\n? title\n: Test\n"

    woven = weaving.weave(odd, {"name": "test", "title": "Another"})

    assert data_of(woven) == {"name": "test", "title": "Another"}
    assert "# a name" in woven


_words = st.text("ab #:-{}[],'\"&*!|>%@`?\\\t\n£é\u2028=0179", max_size=12) | st.sampled_from(
    ["true", "null", "~", "- a", "on", "2026-01-01", "a: b", "# a", "a #b", " a", "0x1", "1_000", ".5", "<<", "="]
)
_trees = st.recursive(
    _words | st.integers(-5, 5) | st.booleans() | st.none(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_words.filter(bool), inner, max_size=4),
    max_leaves=12,
)
_documents = st.dictionaries(_words.filter(bool), _trees, min_size=1, max_size=4)


@settings(max_examples=60, deadline=None)
@given(_documents)
def test_what_is_written_reads_as_what_it_was(data):
    assert writing.same(data_of(writing.document(data)), data)


@settings(max_examples=60, deadline=None)
@given(_documents, _documents, st.randoms(use_true_random=False))
def test_anything_can_be_woven_into_anything(before, after, chance):
    lines = writing.document(before).splitlines()
    text = "".join(f"{line}\n" for line in lines)
    for key in before:
        if chance.random() < 0.5:
            after = {**after, key: before[key]}

    woven = weaving.weave(text, after)

    assert writing.same(data_of(woven), after)


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=15, deadline=None)
@given(operations=st.lists(st.tuples(st.integers(0, 6), st.integers(0), st.integers(0)), max_size=6))
def test_any_operations_give_a_document_that_reads_or_a_named_mistake_and_no_change(name, operations):
    text = SHIPPED[name]
    for kind, which, other in operations:
        try:
            text = operate(text, kind, which, other)
        except DocumentMistaken as mistaken:
            assert mistaken.problems[0].sentence
        except (StateInUse, NotFound) as refusal:
            assert str(refusal)
        reading.read(text, VOCABULARY)


_SAID = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zl", "Zp"]), min_size=1, max_size=30
).filter(str.strip)
_EDITS = st.lists(
    st.tuples(st.sampled_from(["add", "add", "put", "move", "remove"]), st.integers(0), st.integers(0), _SAID),
    min_size=1,
    max_size=8,
)


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=15, deadline=None)
@given(edits=_EDITS)
def test_any_orders_edited_one_after_the_other_are_those_of_the_same_edits_on_plain_lists(name, edits):
    text = SHIPPED[name]
    wanted = data_of(text)
    places = [
        (state, number)
        for state, section in wanted["states"].items()
        for number, step in enumerate(section.get("steps", ()))
        if step.get("do")
    ]
    for what, which, other, said in edits:
        state, number = places[which % len(places)]
        orders = wanted["states"][state]["steps"][number]["do"]
        path = ("states", state, "steps", number + 1, "do")
        place = other % len(orders)
        order = {"note": " ".join(said.split())}
        match what:
            case "add":
                text = changes.add(text, (*path, len(orders) + 1), order, VOCABULARY)
                orders.append(order)
            case "put":
                if "wait" in str(orders[place]):
                    continue
                text = changes.put(text, (*path, place + 1), order, VOCABULARY)
                orders[place] = order
            case "move" if place + 1 < len(orders) and "wait" not in str(orders):
                text = changes.move(text, (*path, place + 1), 1, VOCABULARY)
                orders[place], orders[place + 1] = orders[place + 1], orders[place]
            case "remove" if len(orders) > 1 and "wait" not in str(orders):
                text = changes.remove(text, (*path, place + 1), VOCABULARY)
                del orders[place]
    assert data_of(text) == wanted
    reading.read(text, VOCABULARY)


def operate(text: str, kind: int, which: int, other: int) -> str:
    data = data_of(text)
    parts = parts_of(data)
    path = parts[which % len(parts)]
    states = list(data["states"])
    state = states[other % len(states)]
    match kind:
        case 0:
            return changes.move(text, path, -1 if other % 2 else 1, VOCABULARY)
        case 1:
            return changes.remove(text, path, VOCABULARY, instead=state if other % 3 else "")
        case 2:
            step = {"id": changes.free_id("A call", ()), "do": [{"task": {"kind": "call", "title": "Call: now"}}]}
            place = len(data["states"][state].get("steps", ())) + 1
            return changes.add(text, ("states", state, "steps", place), step, VOCABULARY)
        case 3:
            leave = {"when": "overdue > £5", "go": f"new-{other % 3}"}
            place = len(data["states"][state].get("leave", ())) + 1
            added = {leave["go"]: {"title": "New"}}
            return changes.add(text, ("states", state, "leave", place), leave, VOCABULARY, states=added)
        case 4:
            section = changes.part(text, path)
            if isinstance(section, dict):
                section = changes.merged(section, {"title": "Changed: so", "despite": ["paused"]}, "step")
            return changes.put(text, path, section, VOCABULARY)
        case 5:
            return changes.add(text, ("never_when", f"guard-{which % 4}"), "overdue <= 0", VOCABULARY)
        case _:
            return changes.put(text, path, {"go": "nowhere"}, VOCABULARY)


def parts_of(data: Any) -> list[tuple[str | int, ...]]:
    found: list[tuple[str | int, ...]] = [("never_when", guard) for guard in data.get("never_when", ())]
    for state, section in data["states"].items():
        found.append(("states", state))
        for holder in ("leave", "steps", "answers"):
            for place, part in enumerate(section.get(holder, ()), start=1):
                found.append(("states", state, holder, place))
                found += [("states", state, holder, place, "do", order + 1) for order in range(len(part.get("do", ())))]
    return [*found, *(("answers", place + 1) for place in range(len(data.get("answers", ()))))]


def test_a_state_that_something_leads_to_goes_only_with_another_in_its_place():
    text = SHIPPED["uk-b2b"]
    with pytest.raises(StateInUse, match="Final letter"):
        changes.remove(text, ("states", "final"), VOCABULARY)

    without = changes.remove(text, ("states", "final"), VOCABULARY, instead="review")

    read = reading.read(without, VOCABULARY)
    assert "final" not in [state.id for state in read.states]
    assert read.state("reminding").steps[-1].go == "review"


def test_a_guard_that_goes_is_forgotten_everywhere():
    text = changes.remove(SHIPPED["uk-b2b"], ("never_when", "promised"), VOCABULARY)

    assert "promised" not in [name for guard in reading.read(text, VOCABULARY).guards for name in [guard.id]]
    assert "[held, disputed, not-overdue, paused]" in text


def test_a_mistake_is_named_by_the_path_of_its_field():
    text = SHIPPED["uk-b2b"]
    path = ("states", "reminding", "steps", 1)
    section = changes.part(text, path)
    assert isinstance(section, dict)

    with pytest.raises(DocumentMistaken) as refused:
        changes.put(text, path, {**section, "when": "days_past_deu >= 3"}, VOCABULARY)

    [problem] = refused.value.problems
    assert problem.path == (*path, "when")
    assert "Did you mean “days_past_due”?" in problem.sentence


def test_a_document_is_begun_from_nothing():
    text = changes.new(name="two", title="Two: steps", calendar="GB-EAW", first="Not overdue", vocabulary=VOCABULARY)

    assert text == (
        'name: two\ntitle: "Two: steps"\ncalendar: GB-EAW\nstart: not-overdue\n'
        "states:\n  not-overdue:\n    title: Not overdue\n"
    )
