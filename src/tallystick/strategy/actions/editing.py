"""Change a document part by part in a working copy of one's own, and keep it as a draft when it says what it should."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from tallystick.kernel.actor import Actor
from tallystick.kernel.refusals import NotFound, NotPermitted
from tallystick.strategy.actions.publishing import draft
from tallystick.strategy.models import Version, WorkingCopy, WorkingEdit
from tallystick.strategy.queries import catalogue, editing, versions
from tallystick.strategy.rules import lifecycle, reading
from tallystick.strategy.rules.editing import changes, taking_over
from tallystick.strategy.rules.editing.changes import Path, Section
from tallystick.strategy.rules.editing.taking_over import Side
from tallystick.strategy.rules.editing.writing import Plain


@transaction.atomic
def begin_copy(*, version_id: int, at: datetime, by: Actor) -> WorkingCopy:
    """Begin to change a version part by part, or go on with the working copy that the actor has of it.

    :raises NotFound: there is no such version
    :raises DocumentMistaken: the program no longer reads the version as it is; its text has to be mended first
    """
    user_id = _person(by)
    version = versions.of_strategy(versions.lock_version(version_id))
    reading.read(version.document, catalogue.vocabulary())
    newest = versions.versions_of(version.paper)[0]
    copy, _made = WorkingCopy.objects.get_or_create(
        base=version,
        user_id=user_id,
        defaults={"document": version.document, "seen_number": newest.number, "begun_at": at, "changed_at": at},
    )
    if copy.set_aside_at is not None:
        copy.set_aside_at, copy.changed_at = None, at
        copy.save(update_fields=["set_aside_at", "changed_at"])
    return copy


@transaction.atomic
def begin_strategy(*, title: str, first: str, calendar: str, at: datetime, by: Actor) -> WorkingCopy:
    """Begin a strategy from nothing: one state in which nothing happens yet.

    :raises StrategyExists: another is named like that
    :raises DocumentMistaken: there is no such calendar
    """
    user_id = _person(by)
    name = changes.free_id(title, ())
    if versions.strategies().filter(name=name).exists():
        raise lifecycle.StrategyExists(name=name)
    document = changes.new(name=name, title=title, calendar=calendar, first=first, vocabulary=catalogue.vocabulary())
    return WorkingCopy.objects.create(document=document, user_id=user_id, begun_at=at, changed_at=at)


def put_part(
    *,
    copy_id: int,
    revision: int,
    path: Path,
    section: Section,
    states: Mapping[str, Plain],
    said: str,
    at: datetime,
    by: Actor,
) -> WorkingCopy:
    """Have a part of a working copy say something else.

    :raises DocumentMistaken: it would not read; every mistake is named by its path
    :raises CopyChanged: it was changed since the revision
    :raises NotFound: there is no such working copy, or no such part
    """
    vocabulary = catalogue.vocabulary()
    return _edit(
        copy_id, revision, lambda text: changes.put(text, path, section, vocabulary, states=states), said, at=at, by=by
    )


def add_part(
    *,
    copy_id: int,
    revision: int,
    path: Path,
    section: Plain,
    states: Mapping[str, Plain],
    said: str,
    at: datetime,
    by: Actor,
) -> WorkingCopy:
    """Add a part to a working copy, at a place of a list or under a key that is free.

    Two forms that add do not overwrite each other, so one that was opened before the last change adds all the same, as long as
    what it adds to stands where it stood.

    :raises DocumentMistaken, CopyChanged, NotFound: see `put_part`
    """
    vocabulary = catalogue.vocabulary()
    copy = editing.get_copy(copy_id, by=by)
    before = editing.document_at(copy, revision)
    if before is not None and changes.stands_where_it_stood(before, copy.document, path[:-1]):
        revision = copy.revision
    return _edit(
        copy_id, revision, lambda text: changes.add(text, path, section, vocabulary, states=states), said, at=at, by=by
    )


def remove_part(
    *, copy_id: int, revision: int, path: Path, instead: str = "", said: str, at: datetime, by: Actor
) -> WorkingCopy:
    """Take a part out of a working copy; what led to a state goes to another one instead.

    :raises StateInUse: something leads to the state, and nobody said where that goes instead
    :raises DocumentMistaken, CopyChanged, NotFound: see `put_part`
    """
    vocabulary = catalogue.vocabulary()
    return _edit(
        copy_id, revision, lambda text: changes.remove(text, path, vocabulary, instead=instead), said, at=at, by=by
    )


def move_part(
    *, copy_id: int, revision: int, path: Path, by_places: int, said: str, at: datetime, by: Actor
) -> WorkingCopy:
    """Move a part of a working copy up or down among its neighbours.

    :raises DocumentMistaken, CopyChanged, NotFound: see `put_part`
    """
    vocabulary = catalogue.vocabulary()
    return _edit(copy_id, revision, lambda text: changes.move(text, path, by_places, vocabulary), said, at=at, by=by)


def write_copy(*, copy_id: int, revision: int, document: str, said: str, at: datetime, by: Actor) -> WorkingCopy:
    """Have a working copy say what a text says.

    :raises NameDiffers: the document is named otherwise
    :raises DocumentMistaken, CopyChanged, NotFound: see `put_part`
    """

    def write(text: str) -> str:
        found, expected = (reading.read(each, catalogue.vocabulary()).name for each in (document, text))
        if found != expected:
            raise lifecycle.NameDiffers(found=found, expected=expected)
        return document

    return _edit(copy_id, revision, write, said, at=at, by=by)


def take_over(
    *, copy_id: int, revision: int, number: int, choices: Mapping[str, Side], at: datetime, by: Actor
) -> WorkingCopy:
    """Take what the newest version of the strategy says otherwise over into a working copy, part by part.

    What both changed is as `choices` say, by the key of the conflict. From then on the changes of the copy are changes of that
    version, until the take-over is undone.

    :raises Undecided: both changed a part, and nobody chose
    :raises NewerVersion: the version of the number is not the newest
    :raises DocumentMistaken: what comes of both would not read
    :raises CopyChanged, NotFound: see `put_part`
    """
    copy = editing.get_copy(copy_id, by=by)
    newer = editing.newer_than(copy)
    if newer is None or copy.against is None:
        raise NotFound(what="version", reference=number)
    if newer.number != number:
        raise lifecycle.NewerVersion(by=newer.created_by, number=newer.number)
    base = copy.against.document

    def change(text: str) -> str:
        taken = taking_over.take_over(text, base=base, theirs=newer.document, choices=choices)
        reading.read(taken, catalogue.vocabulary())
        return taken

    said = _("Version {number} taken over").format(number=number)
    return _edit(copy_id, revision, change, said, taken=newer, at=at, by=by)


@transaction.atomic
def tidy_copies(*, at: datetime) -> int:
    """Set working copies aside that nobody touched for as long as the house says; give how many.

    Its owner finds it below the others, to go on with or to take along as a file. Only the steps back go.
    """
    days = settings.STRATEGY_WORKING_COPY_DAYS
    if not days:
        return 0
    idle = WorkingCopy.objects.filter(set_aside_at=None, changed_at__lt=at - timedelta(days=days))
    WorkingEdit.objects.filter(copy__in=idle).delete()
    return idle.update(set_aside_at=at)


@transaction.atomic
def undo_edit(*, copy_id: int, revision: int, at: datetime, by: Actor) -> WorkingCopy:
    """Take the last change of a working copy back.

    :raises NothingToUndo: it is as it was begun
    :raises CopyChanged, NotFound: see `put_part`
    """
    copy = _lock(copy_id, revision, by=by)
    last = copy.edits.order_by("-revision").first()
    if last is None:
        raise lifecycle.NothingToUndo
    copy.document, copy.taken = last.before, last.taken
    _touch(copy, at=at)
    last.delete()
    return copy


@transaction.atomic
def keep_copy(*, copy_id: int, revision: int, seen: int, at: datetime, by: Actor) -> Version:
    """Keep a working copy as the next version of its strategy, a draft; the copy is gone then.

    `seen` is the number of the newest version that its owner knows of.

    :raises NewerVersion: somebody kept another version since
    :raises NothingChanged: it says what its version says
    :raises StrategyExists: it was built from nothing, and another strategy has its name by now
    :raises DocumentMistaken, CopyChanged, NotFound: see `put_part`
    """
    copy = _lock(copy_id, revision, by=by)
    if copy.base is None:
        made = reading.read(copy.document, catalogue.vocabulary())
        if versions.strategies().filter(name=made.name).exists():
            raise lifecycle.StrategyExists(name=made.name)
    else:
        versions.lock_paper(copy.base.paper_id)
        newest = versions.versions_of(copy.base.paper)[0]
        if newest.number > max(seen, editing.known_number(copy)):
            raise lifecycle.NewerVersion(by=newest.created_by, number=newest.number)
        if copy.against and copy.document == copy.against.document:
            raise lifecycle.NothingChanged
    version = draft(document=copy.document, of=copy.base.paper if copy.base else None, at=at, by=by)
    copy.delete()
    return version


@transaction.atomic
def drop_copy(*, copy_id: int, by: Actor) -> None:
    """Throw a working copy away.

    :raises NotFound: there is no such working copy of the actor's
    """
    _person(by)
    editing.lock_copy(copy_id, by=by).delete()


@transaction.atomic
def _edit(
    copy_id: int,
    revision: int,
    change: Callable[[str], str],
    said: str,
    *,
    taken: Version | None = None,
    at: datetime,
    by: Actor,
) -> WorkingCopy:
    copy = _lock(copy_id, revision, by=by)
    changed = change(copy.document)
    if changed == copy.document and taken is None:
        return copy
    made = WorkingEdit(copy=copy, revision=copy.revision + 1, said=said, before=copy.document, taken=copy.taken, at=at)
    copy.document, copy.taken = changed, taken or copy.taken
    _touch(copy, at=at)
    made.save()
    return copy


def _touch(copy: WorkingCopy, *, at: datetime) -> None:
    """Save a change of a working copy: from now on it is at another revision, and in use."""
    copy.revision, copy.changed_at, copy.set_aside_at = copy.revision + 1, at, None
    copy.save(update_fields=["document", "taken", "revision", "changed_at", "set_aside_at"])


def _lock(copy_id: int, revision: int, *, by: Actor) -> WorkingCopy:
    _person(by)
    copy = editing.lock_copy(copy_id, by=by)
    if copy.revision != revision:
        raise lifecycle.CopyChanged
    return copy


def _person(by: Actor) -> int:
    """Give the user who acts: the program itself changes no document part by part."""
    by.must_be_allowed_to("publish strategies")
    if by.user_id is None:
        raise NotPermitted(right="publish strategies")
    return by.user_id
