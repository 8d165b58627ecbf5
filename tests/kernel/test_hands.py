"""Work that several hands share: every part once, and what fails is said."""

import threading

import pytest

from tallystick.kernel import hands


@pytest.mark.parametrize("count", [1, 3])
def test_every_part_is_done_once(count):
    assert sorted(hands.share(range(50), lambda part: part * 2, hands=count)) == [part * 2 for part in range(50)]


def test_hands_work_at_the_same_time():
    met = threading.Barrier(2, timeout=120)

    assert sorted(hands.share(range(2), lambda part: (met.wait(), part)[1], hands=2)) == [0, 1]


@pytest.mark.parametrize("count", [1, 2])
def test_what_is_raised_for_a_part_is_raised_and_nothing_more_is_begun(count):
    done = []

    def work(part: int) -> None:
        if part == 0:
            raise LookupError("the first part")
        done.append(part)

    with pytest.raises(LookupError, match="the first part"):
        hands.share([0, *range(1, 100_000)], work, hands=count)
    assert len(done) < 99_999
