"""How large the server may grow: settings that follow the machine's memory and disk."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

_MEGABYTE = 1024 * 1024
_GIGABYTE = 1024 * _MEGABYTE


def memory(limits: tuple[Path, ...] = (Path("/sys/fs/cgroup/memory.max"),)) -> int:
    """Give the bytes of memory this process may use: the machine's, or a container's limit when that is less."""
    total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    for limit in limits:
        try:
            total = min(total, int(limit.read_text()))
        except (OSError, ValueError):  # no such limit, or "max"
            continue
    return total


def free_disk(folder: Path) -> int:
    """Give the bytes that are free where a folder is."""
    return shutil.disk_usage(folder).free


def settings(*, memory_bytes: int, free_bytes: int, cores: int) -> dict[str, str]:
    """Size a server that shares its machine with the web server and the worker.

    A quarter of the memory for shared buffers, from 64 MB to 8 GB. Up to 16 GB of WAL between checkpoints where the disk has
    room: none should come in the middle of a night over millions of accounts.

    >>> settings(memory_bytes=24 * 1024**3, free_bytes=80 * 1024**3, cores=2)["shared_buffers"]
    '6144MB'
    >>> settings(memory_bytes=512 * 1024**2, free_bytes=4 * 1024**3, cores=1)["max_wal_size"]
    '1024MB'
    """
    shared = min(max(memory_bytes // 4, 64 * _MEGABYTE), 8 * _GIGABYTE)
    wal = min(max(free_bytes // 4, 256 * _MEGABYTE), 16 * _GIGABYTE)
    return {
        "shared_buffers": f"{shared // _MEGABYTE}MB",
        "effective_cache_size": f"{max(memory_bytes // 2, shared) // _MEGABYTE}MB",
        "work_mem": f"{min(max(memory_bytes // 256 // _MEGABYTE, 4), 64)}MB",
        "maintenance_work_mem": f"{min(max(memory_bytes // 16 // _MEGABYTE, 64), 1024)}MB",
        "max_wal_size": f"{wal // _MEGABYTE}MB",
        "min_wal_size": f"{min(wal // 4, _GIGABYTE) // _MEGABYTE}MB",
        # Workers share memory through /dev/shm, of which a container has 64 MB: few of them.
        "max_parallel_workers_per_gather": str(min(max(cores // 2, 0), 4)),
        "max_parallel_maintenance_workers": str(min(max(cores // 2, 0), 4)),
    }
