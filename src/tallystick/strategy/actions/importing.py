"""Bring a whole strategy in from a file, as a draft: its document and its golden accounts."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from tallystick.kernel.actor import Actor
from tallystick.strategy.actions import keeping, publishing
from tallystick.strategy.models import Version
from tallystick.strategy.queries import golden
from tallystick.strategy.rules import bundle
from tallystick.strategy.rules.reading import DocumentMistaken


@transaction.atomic
def import_strategy(*, text: str, file_name: str, at: datetime, by: Actor) -> Version:
    """Keep the document of a file as a draft, judged by the golden accounts of the file; give the version it became.

    A file without a part for golden accounts leaves those of the version before. The newest version again changes nothing.

    :raises DocumentMistaken: something in the file is wrong; every mistake is named by the line of the file
    :raises GoldenFrozen: the document is the newest version, which is no draft, and its golden accounts are others
    """
    by.must_be_allowed_to("publish strategies")
    document, cases, lines = bundle.split(text)
    version = publishing.draft(document=document, at=at, by=by)
    if cases is None:
        return version
    try:
        is_same = golden.read_yaml(cases) == golden.cases(version)
    except DocumentMistaken as mistaken:
        shifted = [replace(problem, line=problem.line + lines) for problem in mistaken.problems]
        raise DocumentMistaken(shifted) from None
    if not is_same:
        reason = _("From the file {name}.").format(name=file_name)
        keeping.write_golden(version_id=version.pk, document=cases, reason=reason, at=at, by=by)
    return version
