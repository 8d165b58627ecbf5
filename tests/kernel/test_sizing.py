from pathlib import Path

import pytest

from tallystick.kernel.postgres import sizing

GB = 1024**3


def test_a_container_is_sized_by_its_limit_and_not_by_the_machine(tmp_path):
    limit = tmp_path / "memory.max"
    limit.write_text(f"{GB}\n")

    assert sizing.memory((limit,)) == GB


@pytest.mark.parametrize("text", ["max\n", ""])
def test_a_container_without_a_limit_has_the_machines_memory(tmp_path, text):
    limit = tmp_path / "memory.max"
    limit.write_text(text)

    assert sizing.memory((limit,)) == sizing.memory((Path("/nowhere"),))


@pytest.mark.parametrize(
    ("memory_bytes", "shared_buffers"),
    [
        pytest.param(GB // 8, "64MB", id="a very small machine"),
        pytest.param(2 * GB, "512MB", id="a small machine"),
        pytest.param(16 * GB, "4096MB", id="a laptop"),
        pytest.param(256 * GB, "8192MB", id="a large server"),
    ],
)
def test_shared_buffers_are_a_quarter_of_the_memory_within_reason(memory_bytes, shared_buffers):
    sized = sizing.settings(memory_bytes=memory_bytes, free_bytes=100 * GB, cores=2)

    assert sized["shared_buffers"] == shared_buffers


@pytest.mark.parametrize(
    ("free_bytes", "max_wal_size"),
    [
        pytest.param(100 * GB, "16384MB", id="room"),
        pytest.param(8 * GB, "2048MB", id="little room"),
        pytest.param(0, "256MB", id="hardly any"),
    ],
)
def test_the_log_takes_a_quarter_of_the_free_disk_at_most(free_bytes, max_wal_size):
    sized = sizing.settings(memory_bytes=4 * GB, free_bytes=free_bytes, cores=2)

    assert sized["max_wal_size"] == max_wal_size
