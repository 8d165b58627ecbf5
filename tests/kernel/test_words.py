"""The small words that every room speaks: actor, scope, outcome, refusal, clock."""

from collections import Counter
from datetime import UTC, datetime

import pytest
from django.utils.translation import gettext_lazy

from tallystick.kernel import clock
from tallystick.kernel.actor import Actor, Scope, system
from tallystick.kernel.outcome import Chosen, Outcome
from tallystick.kernel.refusals import NotFound, NotPermitted, Refusal


@pytest.fixture
def collector():
    return Actor(label="carla", user_id=7, rights=frozenset({"record promises"}), scope=Scope(frozenset({3, 1})))


def test_an_actor_may_what_a_right_says_and_nothing_else(collector):
    collector.must_be_allowed_to("record promises")

    with pytest.raises(NotPermitted, match="You may not place holds") as refused:
        collector.must_be_allowed_to("place holds")
    assert refused.value.code == "kernel.not_permitted"


def test_nobody_may_anything_without_rights():
    assert not Actor(label="nobody").may("record promises")


def test_the_system_may_everything_and_says_why():
    nightly = system("nightly run")

    nightly.must_be_allowed_to("anything")
    assert nightly.label == "system: nightly run"


@pytest.mark.parametrize(
    ("scope", "allowed", "listed"),
    [
        pytest.param(Scope(), True, None, id="everything"),
        pytest.param(Scope(frozenset({7, 3})), True, [3, 7], id="two clients"),
        pytest.param(Scope(frozenset({3})), False, [3], id="another client"),
        pytest.param(Scope(frozenset()), False, [], id="no client at all"),
    ],
)
def test_a_scope_is_what_an_actor_may_see(scope, allowed, listed):
    assert scope.allows(7) is allowed
    assert scope.as_list() == listed


def test_every_chosen_account_has_a_cause():
    assert len(Chosen([1, 2], [10, 20], "decision")) == 2
    with pytest.raises(ValueError):
        Chosen([1, 2], [10], "decision")


def test_outcomes_add_up_and_lose_nothing():
    first = Outcome(done=2, already=1, refused=Counter({"holds.held": 3}))
    second = Outcome(done=1, refused=Counter({"holds.held": 1, "promises.too_far": 1}))

    assert first + second == Outcome(3, 1, Counter({"holds.held": 4, "promises.too_far": 1}))


def test_a_refusal_fills_its_sentence_with_what_it_was_given():
    class TooFar(Refusal):
        code = "kernel.too_far"
        sentence = gettext_lazy("At most {days} days, {name}.")

    refusal = TooFar(days=30, name="{days} o'clock")

    assert str(refusal) == "At most 30 days, {days} o'clock."
    assert refusal.fields == {"days": 30, "name": "{days} o'clock"}


def test_what_is_not_there_and_what_may_not_be_seen_sound_the_same():
    assert str(NotFound(what="account", reference="A-1")) == "There is no account “A-1” that you may see."
    assert NotFound.status == 404


def test_a_process_can_be_taken_to_another_day_and_back():
    day = datetime(2026, 12, 24, 9, 0, tzinfo=UTC)
    try:
        clock.travel_to(day)
        assert clock.now() == day
    finally:
        clock.travel_to(None)
    assert clock.now() != day
    assert clock.now().tzinfo is UTC


def test_nobody_travels_to_an_instant_without_a_time_zone():
    with pytest.raises(ValueError):
        clock.travel_to(datetime(2026, 12, 24, 9, 0))  # noqa: DTZ001
