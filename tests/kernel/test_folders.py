import os

import pytest

from tallystick.kernel import folders


@pytest.fixture
def strict():
    """A process that keeps everything to itself unless it says otherwise."""
    before = os.umask(0o077)
    yield
    os.umask(before)


def test_only_the_folder_itself_is_closed_to_others(tmp_path, strict):
    folders.make_private(tmp_path / "srv" / "tallystick" / "state")

    assert (tmp_path / "srv").stat().st_mode & 0o777 == 0o755
    assert (tmp_path / "srv" / "tallystick" / "state").stat().st_mode & 0o777 == 0o700


def test_a_folder_that_is_there_is_left_as_it_is(tmp_path):
    tmp_path.chmod(0o711)

    folders.make_private(tmp_path)

    assert tmp_path.stat().st_mode & 0o777 == 0o711
