"""The command line. A verb is a Django command that lives in a room: `<room>/management/commands/<verb>.py`.

So a room adds a verb by adding a file, and nobody keeps a list. `tallystick manage` reaches Django's own commands.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

#: Verbs that prepare a database themselves, or need none.
_ANYHOW = frozenset({"start", "demo", "restore", "bench", "rights", "reference", "law"})
#: What of these needs a book all the same.
_OF_THE_BOOK = {"law": frozenset({"compare", "propose", "apply", "withdraw", "changes", "--book"})}
#: Words that ask for help, or say that who started the process has looked already.
_WITHOUT_LOOKING = frozenset({"-h", "--help", "--list", "--version", "--child"})

#: How the verbs are ordered for people: those of every day first. Others follow by name.
_ORDER = tuple("start demo import import-statement run why check bench backup restore web worker".split())


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what a command line says, and give the exit code. What is foreseen is said in one sentence, without a trace."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    os.umask(0o077)  # what is kept is about people: nobody else on this machine reads it
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tallystick.config.settings")
    from django.db import OperationalError

    from tallystick.config.problem import BadEnvironment, NotReady
    from tallystick.kernel.postgres import PostgresProblem
    from tallystick.kernel.refusals import Refusal

    try:
        return _do(words)
    except (BadEnvironment, NotReady, PostgresProblem, Refusal) as problem:
        sys.stderr.write(f"tallystick: {problem}\n")
    except OperationalError as error:
        sys.stderr.write(f"tallystick: the database does not answer: {' '.join(str(error).split())}\n")
    except KeyboardInterrupt:
        sys.stderr.write("\n")
        return 130
    return 1


def _do(words: list[str]) -> int:
    from django.core import management

    if words[:1] == ["manage"]:
        management.execute_from_command_line(["tallystick manage", *words[1:]])
        return 0
    import django

    django.setup()
    verbs = _verbs()
    if not words or words[0] in {"help", "--help", "-h"}:
        sys.stdout.write(_overview(verbs))
        return 0
    if words[0] == "--version":
        from tallystick import __version__

        sys.stdout.write(f"Tallystick {__version__}\n")
        return 0
    if words[0] not in verbs:
        sys.stderr.write(f"tallystick: there is no verb {words[0]!r}.\n\n{_overview(verbs)}")
        return 2
    if (words[0] not in _ANYHOW or _OF_THE_BOOK.get(words[0], frozenset()) & set(words)) and not _WITHOUT_LOOKING & set(
        words
    ):
        from tallystick.config.starting import preparing

        # Before a new program changes the tables, it can back up what the one before left.
        preparing.must_hold_a_book() if words[0] == "backup" else preparing.must_be_ready()
    command = management.load_command_class(verbs[words[0]], words[0])
    command.run_from_argv(["tallystick", *words])
    return 0


def _verbs() -> dict[str, str]:
    """Find the verbs: the commands that live in a room, with the room's package."""
    from django.core import management

    found = {
        verb: room
        for verb, room in management.get_commands().items()
        if isinstance(room, str) and room.startswith("tallystick.")
    }
    return {verb: found[verb] for verb in [*_ORDER, *sorted(found.keys() - set(_ORDER))] if verb in found}


def _overview(verbs: dict[str, str]) -> str:
    from django.core import management
    from django.utils.translation import gettext as _

    width = max(map(len, verbs))
    lines = [_("Usage: tallystick VERB [options]      (tallystick VERB --help says more)"), ""]
    for verb, room in verbs.items():
        lines.append(f"  {verb:<{width}} {_(management.load_command_class(room, verb).help)}")
    manage = _("Run one of Django's own commands, as in: tallystick manage migrate --plan")
    lines.append(f"  {'manage':<{width}} {manage}")
    return "\n".join(lines) + "\n"
