"""The server's settings: `app.conf`, which its `postgresql.conf` includes."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from tallystick.kernel.postgres import sizing

PORT = 5432

_HEAD = "# Written at every start. Add settings of your own to postgresql.conf, below the include.\n"
_DURABLE = {
    "checkpoint_timeout": "15min",
    "wal_compression": "off",
    "recovery_init_sync_method": "syncfs" if sys.platform == "linux" else "fsync",
    "logging_collector": "on",
    "log_directory": "log",
    "log_filename": "'%a.log'",  # a week of logs, each day overwriting the same day a week ago
    "log_truncate_on_rotation": "on",
    "log_rotation_age": "1d",
    "log_rotation_size": "0",
    "log_min_duration_statement": "500ms",
    "log_checkpoints": "off",
}
_EPHEMERAL = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "128MB",
    "max_wal_size": "1GB",
    "min_wal_size": "80MB",
    "autovacuum_naptime": "5min",
}


def render(*, state_dir: Path, socket_dir: Path, version: int, ephemeral: bool) -> str:
    """Write a server's settings, by its major version and this machine. `ephemeral` is fast and loses all: for tests."""
    settings = {
        "listen_addresses": "''",
        "port": str(PORT),
        "unix_socket_directories": quoted(str(socket_dir)),
        "unix_socket_permissions": "0700",
        "max_connections": "100",
        "jit": "off",
        "random_page_cost": "1.1",
        "timezone": "'UTC'",
        "log_timezone": "'UTC'",
        **sizing.settings(
            memory_bytes=sizing.memory(), free_bytes=sizing.free_disk(state_dir), cores=os.cpu_count() or 1
        ),
        # What is read lies in the machine's memory mostly: handing pages over to a process that reads them costs as much again.
        **({"io_method": "sync"} if version >= 18 else {}),
        **(_EPHEMERAL if ephemeral else _DURABLE),
    }
    return _HEAD + "".join(f"{name} = {value}\n" for name, value in settings.items())


def quoted(text: str) -> str:
    """Quote a string for a configuration file.

    >>> print(quoted("/home/o'neil"))
    '/home/o''neil'
    """
    return "'" + text.replace("'", "''") + "'"
