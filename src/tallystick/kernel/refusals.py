"""A refusal is the "no" of a use case: foreseen, explained, and shown by every door in its own way."""

from __future__ import annotations

from typing import Any, ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Refusal(Exception):
    """Say no to a use case, with a stable code and a sentence a person can act on.

    A subclass names the refusal, sets `code` ("room.words") and `sentence`, a translatable format string
    whose fields are the keyword arguments of the instance. Doors show it: a form error, a problem document,
    a recorded outcome. Everything else that is raised is a defect.

    >>> class PromiseTooFar(Refusal):
    ...     code = "promises.too_far"
    ...     sentence = "The promise may be {furthest_days} days ahead at most."
    >>> refusal = PromiseTooFar(furthest_days=30)
    >>> str(refusal), refusal.code
    ('The promise may be 30 days ahead at most.', 'promises.too_far')
    """

    code: ClassVar[str]
    sentence: ClassVar[str | Promise]
    #: HTTP status the API answers with.
    status: ClassVar[int] = 409

    def __init__(self, **fields: Any) -> None:
        super().__init__(fields)
        self.fields = fields

    def __str__(self) -> str:
        return str(self.sentence).format(**self.fields)


class NotPermitted(Refusal):
    """The actor has no right to do this."""

    code = "kernel.not_permitted"
    sentence = _("You may not {right}. Ask an administrator for a role that may.")
    status = 403


class NotFound(Refusal):
    """There is no such thing, or none the actor may see: the two are never told apart."""

    code = "kernel.not_found"
    sentence = _("There is no {what} “{reference}” that you may see.")
    status = 404
