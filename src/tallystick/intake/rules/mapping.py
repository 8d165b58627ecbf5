"""A mapping: which column of a file is which field, and how its days and amounts are written."""

from __future__ import annotations

import re
from collections.abc import Mapping as Dictionary
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.utils.translation import gettext_lazy as _

from tallystick.intake.rules.furniture import Carry, Skip
from tallystick.intake.rules.kinds import FIELDS, SHAPES, FieldType, FileKind
from tallystick.intake.rules.reading import DayForm, DecimalMark
from tallystick.intake.rules.words import ITEM_WORDS
from tallystick.kernel.money import decimals_of
from tallystick.kernel.refusals import Refusal

#: Version of the document's form; a document of a later form is refused, not guessed at.
VERSION = 1


class MappingIncomplete(Refusal):
    """A file cannot be loaded without some of its fields."""

    code = "intake.mapping_incomplete"
    sentence = _("The mapping has no column or constant for: {fields}.")
    status = 422


class MappingUnfit(Refusal):
    """The mapping names columns that the file has not."""

    code = "intake.mapping_unfit"
    sentence = _("The file has no column {columns}, which the mapping “{mapping}” needs.")
    status = 422


class MappingUnreadable(Refusal):
    """The mapping's document says something that a mapping cannot say."""

    code = "intake.mapping_unreadable"
    sentence = _("The mapping cannot be read: {problem}.")
    status = 422


class FormsAmbiguous(Refusal):
    """Nothing in the file tells how its days or amounts are meant; a person has to say it once."""

    code = "intake.forms_ambiguous"
    sentence = _("The file can be read in more than one way. Say once: {questions}.")
    status = 422


@dataclass(frozen=True, slots=True)
class Origin:
    """Where the value of a field comes from: a column, a constant, or a text with columns in it."""

    column: str = ""
    constant: str = ""
    template: str = ""
    #: Form of the days of this column, where it is not the file's.
    form: str = ""

    def columns(self) -> list[str]:
        """Give the columns that the value needs.

        >>> Origin(template="Keeper of {case}, {article}").columns()
        ['case', 'article']
        """
        return [self.column] if self.column else re.findall(r"\{([^{}]+)\}", self.template)

    def as_document(self) -> dict[str, str]:
        """Give the origin as JSON."""
        parts = {"column": self.column, "constant": self.constant, "template": self.template, "form": self.form}
        return {name: part for name, part in parts.items() if part}


@dataclass(frozen=True, slots=True)
class Mapping:
    """How the files of a source are read. Immutable; a change makes a new version."""

    kind: FileKind
    origins: Dictionary[str, Origin]
    day_form: str = DayForm.YMD
    decimal_mark: str = DecimalMark.POINT
    #: What the file calls kinds of documents, beside the words everybody knows.
    words: Dictionary[str, str] = field(default_factory=dict)
    #: A debtor's documents in other currencies than this go to accounts of their own; empty: they are refused.
    home_currency: str = ""
    #: The file lists everything open: what it leaves out is settled at the source.
    holds_everything_open: bool = False
    skips: tuple[Skip, ...] = ()
    carry: Carry | None = None

    @property
    def settles_by_silence(self) -> bool:
        """Whether an item that the file leaves out counts as settled."""
        return self.holds_everything_open and self.kind == FileKind.INVOICES

    def columns(self) -> list[str]:
        """Give the columns that the mapping needs, each once."""
        read = (column for origin in self.origins.values() for column in origin.columns())
        return list(dict.fromkeys([*read, *(skip.column for skip in self.skips)]))

    def form_of(self, name: str) -> str:
        """Give the form in which the days of a field are written."""
        return self.origins[name].form or self.day_form if name in self.origins else self.day_form

    def as_document(self) -> dict[str, Any]:
        """Give the mapping as JSON, the way it is stored and shared.

        >>> mapping_of(Mapping(FileKind.CUSTOMERS, {"name": Origin(column="Kunde")}).as_document()).origins["name"].column
        'Kunde'
        """
        return {
            "version": VERSION,
            "kind": str(self.kind),
            "fields": {name: origin.as_document() for name, origin in self.origins.items()},
            "day_form": str(self.day_form),
            "decimal_mark": str(self.decimal_mark),
            "words": dict(self.words),
            "home_currency": self.home_currency,
            "holds_everything_open": self.holds_everything_open,
            "skips": [skip.as_document() for skip in self.skips],
            "carry": self.carry.as_document() if self.carry else None,
        }


def mapping_of(document: Dictionary[str, Any]) -> Mapping:
    """Read a mapping's document.

    :raises MappingUnreadable: it says something that a mapping cannot say
    """
    try:
        if document["version"] != VERSION:
            raise ValueError(f"it is of version {document['version']}")
        kind = FileKind(document["kind"])
        origins = {name: Origin(**origin) for name, origin in document["fields"].items()}
        unknown = origins.keys() - set(SHAPES[kind].fields)
        if unknown:
            raise ValueError(f"{kind} have no {', '.join(sorted(unknown))}")
        for name, origin in origins.items():
            if sum(map(bool, (origin.column, origin.constant, origin.template))) != 1:
                raise ValueError(f"{name} needs one of column, constant and template")
            if origin.form:
                DayForm(origin.form)
        words = {str(word).casefold(): str(meant) for word, meant in document.get("words", {}).items()}
        if not set(words.values()) <= set(ITEM_WORDS.values()):
            raise ValueError("a word means none of " + ", ".join(sorted(set(ITEM_WORDS.values()))))
        home_currency = document.get("home_currency", "")
        if home_currency:
            decimals_of(home_currency)
        carry = document.get("carry")
        return Mapping(
            kind=kind,
            origins=origins,
            day_form=DayForm(document.get("day_form", DayForm.YMD)),
            decimal_mark=DecimalMark(document.get("decimal_mark", DecimalMark.POINT)),
            words=words,
            home_currency=home_currency,
            holds_everything_open=bool(document.get("holds_everything_open", False)),
            skips=tuple(Skip(**skip) for skip in document.get("skips", ())),
            carry=Carry(**{**carry, "columns": tuple(carry["columns"])}) if carry else None,
        )
    except (KeyError, TypeError, ValueError, AttributeError) as problem:
        raise MappingUnreadable(problem=problem) from problem


def wanting(mapping: Mapping) -> list[str]:
    """Give the fields that the kind of file cannot do without and the mapping leaves out; "due_on" where terms would do too.

    >>> wanting(Mapping(FileKind.PAYMENTS, {"account_ref": Origin(column="A"), "amount": Origin(column="B")}))
    ['item_ref', 'issued_on', 'currency']
    """
    left_out = [name for name in SHAPES[mapping.kind].required if name not in mapping.origins]
    if "name" in left_out and "last_name" in mapping.origins:
        left_out.remove("name")
    if mapping.kind == FileKind.INVOICES and not mapping.origins.keys() & {"due_on", "terms_days"}:
        left_out.append("due_on")
    return left_out


def check_complete(mapping: Mapping) -> None:
    """Refuse a mapping that leaves out a field its kind of file cannot do without.

    :raises MappingIncomplete: it does
    """
    names = {"due_on": _("due on, or days of payment")} if mapping.kind == FileKind.INVOICES else {}
    if left_out := wanting(mapping):
        raise MappingIncomplete(fields=", ".join(str(names.get(name, FIELDS[name].label)) for name in left_out))


def check_fits(mapping: Mapping, headings: Sequence[str], *, name: str = "") -> None:
    """Refuse a mapping that needs columns which a file has not.

    :raises MappingUnfit: it does
    """
    missing = [column for column in mapping.columns() if column not in headings]
    if missing:
        raise MappingUnfit(columns=", ".join(f"“{column}”" for column in missing), mapping=name)


def mend(saved: Mapping, guessed: Mapping, headings: Sequence[str]) -> Mapping:
    """Give what is left of a mapping for a file that lost some of its columns, with a guess for what those were.

    >>> saved = Mapping(FileKind.CUSTOMERS, {"name": Origin(column="Name"), "town": Origin(column="Ort")})
    >>> guessed = Mapping(FileKind.CUSTOMERS, {"town": Origin(column="Town"), "email": Origin(column="Mail")})
    >>> mend(saved, guessed, ["Name", "Town", "Mail"]).columns()
    ['Name', 'Town']
    """
    origins = {
        name: origin if set(origin.columns()) <= set(headings) else guessed.origins.get(name)
        for name, origin in saved.origins.items()
    }
    return replace(
        saved,
        origins={name: origin for name, origin in origins.items() if origin is not None},
        skips=tuple(skip for skip in saved.skips if skip.column in headings),
        carry=saved.carry if saved.carry and set(saved.carry.headings()) <= set(headings) else guessed.carry,
    )


def origin_of(text: str, headings: Sequence[str], *, form: str = "") -> Origin:
    """Give the origin that a person wrote as a text: a column in braces, a text with columns in it, or the same in every line.

    >>> origin_of("{Ref}", ["Ref"]), origin_of("EUR", ["Ref"]).constant, origin_of("No. {Ref}", ["Ref"]).template
    (Origin(column='Ref', constant='', template='', form=''), 'EUR', 'No. {Ref}')
    """
    if text[1:-1] in headings and text == "{" + text[1:-1] + "}":
        return Origin(column=text[1:-1], form=form)
    if any("{" + heading + "}" in text for heading in headings):
        return Origin(template=text, form=form)
    return Origin(constant=text, form=form)


def with_forms(mapping: Mapping, *, day_form: str = "", decimal_mark: str = "") -> Mapping:
    """Give the mapping with the forms a person named."""
    return replace(
        mapping,
        day_form=DayForm(day_form) if day_form else mapping.day_form,
        decimal_mark=DecimalMark(decimal_mark) if decimal_mark else mapping.decimal_mark,
    )


def day_fields(mapping: Mapping) -> list[str]:
    """Give the fields that are days and come from a column."""
    return [name for name, origin in mapping.origins.items() if FIELDS[name].type == FieldType.DAY and origin.columns()]


def amount_fields(mapping: Mapping) -> list[str]:
    """Give the fields that are amounts and come from a column."""
    return [
        name for name, origin in mapping.origins.items() if FIELDS[name].type == FieldType.AMOUNT and origin.columns()
    ]
