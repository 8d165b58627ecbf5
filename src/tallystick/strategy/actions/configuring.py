"""Bring in all that another installation published, and say what it says that is not published here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from tallystick.kernel.actor import Actor
from tallystick.kernel.choices import Choice
from tallystick.kernel.refusals import Refusal
from tallystick.strategy.actions import importing, judging, kinds
from tallystick.strategy.actions.judging import Judgement
from tallystick.strategy.models import Version
from tallystick.strategy.queries import comparing, configuration, golden
from tallystick.strategy.rules import bundle, lifecycle
from tallystick.strategy.rules.comparison import Part
from tallystick.strategy.rules.reading import DocumentMistaken


class FileMistaken(Refusal):
    """A file of a folder is wrong, so that nothing of the folder is brought in."""

    code = "strategy.file_mistaken"
    sentence = _("Nothing was brought in. {file}: {problem}")
    status = 422


class Agreement(Choice):
    """How a document of a folder agrees with what is published here."""

    SAME = "same", _("the same")
    #: Other spaces, comments or order, and no difference in what it says.
    WRITTEN_OTHERWISE = "written_otherwise", _("the same, written otherwise")
    DIFFERENT = "different", _("different")
    ONLY_THERE = "only_there", _("not published here")
    ONLY_HERE = "only_here", _("published here, not in the folder")
    UNREADABLE = "unreadable", _("cannot be read here")


@dataclass(frozen=True, slots=True)
class Compared:
    """A document of a folder beside what is published here."""

    file: str
    agreement: Agreement
    #: What it says that is not published here.
    parts: tuple[Part, ...] = ()
    #: Why it cannot be read here.
    problem: str = ""

    @property
    def agrees(self) -> bool:
        """Whether nothing would be decided otherwise."""
        return self.agreement in {Agreement.SAME, Agreement.WRITTEN_OTHERWISE}


def compare_configuration(files: Mapping[str, str]) -> list[Compared]:
    """Say of each document of a folder, by file name, how it agrees with what is published here; then what is only here."""
    here = {configuration.file_name(version.paper): version for version in configuration.published()}
    compared = [_compared(file, text, here.get(file)) for file, text in sorted(files.items())]
    return compared + [Compared(file, Agreement.ONLY_HERE) for file in here if file not in files]


def _compared(file: str, text: str, published: Version | None) -> Compared:
    try:
        if published is None:
            document = bundle.split(text)[0]
            kinds.of_document(document).read(document)
            return Compared(file, Agreement.ONLY_THERE)
        # Read even when it is the same: a later program may not read it any more.
        parts = tuple(comparing.compare_file(published, text))
    except Refusal as refusal:
        return Compared(file, Agreement.UNREADABLE, problem=str(refusal))
    if parts:
        return Compared(file, Agreement.DIFFERENT, parts)
    is_same = text == golden.as_file(published)
    return Compared(file, Agreement.SAME if is_same else Agreement.WRITTEN_OTHERWISE)


def judge_published(*, at: datetime) -> Iterator[tuple[Version, Judgement]]:
    """Give the golden accounts of all that is published which fare otherwise by this program than was expected of them."""
    for version in configuration.published():
        if version.paper.is_strategy:
            yield from ((version, each) for each in judging.judge(version, at=at) if not each.holds)


@dataclass(frozen=True, slots=True)
class Brought:
    """A document of a folder: the version that it is here now; or none, and why it has to wait."""

    file: str
    version: Version | None
    problem: str = ""


@transaction.atomic
def import_configuration(files: Mapping[str, str], *, at: datetime, by: Actor) -> list[Brought]:
    """Keep each document of a folder as a draft, unless it is the newest version already: policies first.

    A document that cannot be read waits for the policies that have become drafts, and says why. Where there are none, or anything
    else is wrong, nothing is brought in.

    :raises FileMistaken: a file is wrong; it is named, with the first mistake
    """
    by.must_be_allowed_to("publish strategies")
    brought, mistaken = [], {}
    for file in sorted(files, key=lambda each: (kinds.is_strategy(files[each]), each)):
        try:
            with transaction.atomic():
                brought.append(Brought(file, importing.import_strategy(text=files[file], file_name=file, at=at, by=by)))
        except DocumentMistaken as refusal:
            mistaken[file] = refusal
        except Refusal as refusal:
            raise FileMistaken(file=file, problem=str(refusal)) from refusal
    if mistaken and not any(map(_is_new_policy, brought)):
        file, first = next(iter(mistaken.items()))
        raise FileMistaken(file=file, problem=str(first)) from first
    return brought + [Brought(file, None, str(refusal)) for file, refusal in mistaken.items()]


def _is_new_policy(each: Brought) -> bool:
    version = each.version
    return version is not None and not version.paper.is_strategy and version.state in lifecycle.UNPUBLISHED
