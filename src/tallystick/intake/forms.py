"""Shapes of input: a file with where it comes from, how its columns are read, and which line holds its headings."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tallystick.intake import rules
from tallystick.kernel.currencies import UnknownCurrency, is_currency

#: What a select of sources says for one that is not there yet.
NEW = "new"
#: What a select of columns says for a text that is the same in every line, or put together of columns.
TEXT = "text"
_SKIPS = 3


class UploadForm(forms.Form):
    """A file, and the source it comes from: one that is known, or a new one."""

    source = forms.ChoiceField(label=_("Where it comes from"))
    client = forms.ChoiceField(label=_("Client"), required=False)
    kind = forms.ChoiceField(label=_("What its lines are"), choices=rules.FileKind.choices, required=False)
    name = forms.CharField(
        label=_("Name of the source"),
        max_length=60,
        required=False,
        help_text=_("Such as “sales ledger”. Its mapping is remembered under this name."),
    )
    reference_prefix = forms.CharField(
        label=_("Prefix for account references"),
        max_length=20,
        required=False,
        help_text=_("Only where two ledgers of the client number their customers alike."),
    )
    file = forms.FileField(
        label=_("File"),
        allow_empty_file=True,  # the action says so in words of its own
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.tsv,.tab,.xlsx,.xlsm,.xls,.ods"}),
    )
    heading_line = forms.IntegerField(
        label=_("Line with the headings"),
        min_value=1,
        max_value=10_000,
        required=False,
        help_text=_("Only where they are not found by themselves."),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )

    def __init__(
        self, *args: Any, sources: Sequence[Any] = (), clients: Iterable[tuple[str, str]] = (), **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["source"].choices = [*sources, (NEW, _("A new source"))]  # type: ignore[attr-defined]
        self.fields["client"].choices = [("", "—"), *clients]  # type: ignore[attr-defined]

    def clean_file(self) -> Any:
        """Refuse at once what is larger than anything that is taken."""
        file = self.cleaned_data["file"]
        if file.size > rules.MOST_BYTES:
            raise forms.ValidationError(str(rules.FileTooLarge(name=file.name, most=rules.MOST_BYTES >> 20)))
        return file

    def clean(self) -> dict[str, Any]:
        """Ask a new source for all that it takes."""
        cleaned = super().clean() or {}
        if cleaned.get("source") == NEW:
            for name in ("client", "kind", "name"):
                if not cleaned.get(name) and name not in self.errors:
                    self.add_error(name, _("Needed for a new source."))
        return cleaned


class HeadingForm(forms.Form):
    """The line of a file that holds its headings."""

    sheet = forms.CharField(required=False, max_length=200, strip=False)
    line = forms.IntegerField(
        label=_("Headings are in line"),
        min_value=1,
        max_value=10_000,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "size": 5, "class": "short"}),
    )


class MappingForm(forms.Form):
    """How a file is read: for each field its column or a text, how days and amounts are written, what is left out."""

    day_form = forms.ChoiceField(
        label=_("How days are written"), choices=rules.DayForm.choices, required=False, widget=forms.RadioSelect
    )
    decimal_mark = forms.ChoiceField(
        label=_("How amounts are written"), choices=rules.DecimalMark.choices, required=False, widget=forms.RadioSelect
    )
    home_currency = forms.RegexField(
        r"^[A-Za-z]{3}$",
        label=_("Home currency"),
        required=False,
        help_text=_(
            "A customer’s documents in other currencies go to an account of their own. Leave it empty to refuse them."
        ),
        widget=forms.TextInput(attrs={"size": 4, "autocomplete": "off", "class": "short"}),
        error_messages={"invalid": _("Write the ISO 4217 code, such as GBP.")},
    )

    holds_everything_open = forms.BooleanField(
        label=_("It lists everything open"),
        required=False,
        help_text=_(
            "An invoice that an earlier file of this source listed and a later one does not is settled with the client."
            " The check says how many those are."
        ),
    )

    def __init__(
        self,
        *args: Any,
        base: rules.Mapping,
        headings: Sequence[str],
        open_questions: Sequence[str] = (),
        words: Sequence[str] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.base, self.headings, self.words = base, list(headings), list(words)
        self.names = [field.name for field in rules.fields_of(base.kind)]
        columns = [("", "—"), *((f"c{at}", heading) for at, heading in enumerate(headings)), (TEXT, _("a text:"))]
        for name in self.names:
            self._add_field(name, columns)
        self._add_words()
        self._add_skips([("", "—"), *((f"c{at}", heading) for at, heading in enumerate(headings))])
        if base.kind != rules.FileKind.INVOICES:
            del self.fields["holds_everything_open"]
        self.initial = {
            "home_currency": base.home_currency,
            "holds_everything_open": base.holds_everything_open,
            "day_form": "" if "day_form" in open_questions else str(base.day_form),
            "decimal_mark": "" if "decimal_mark" in open_questions else str(base.decimal_mark),
            **self.initial,
        }

    def _add_field(self, name: str, columns: Sequence[tuple[str, Any]]) -> None:
        field = rules.FIELDS[name]
        origin = self.base.origins.get(name, rules.Origin())
        at = self._place(origin.column)
        text = origin.constant or origin.template
        said = {"label": field.label}
        picked = forms.ChoiceField(choices=columns, required=False, initial=at or (TEXT if text else ""), **said)  # type: ignore[arg-type]
        self.fields[f"column_{name}"] = picked
        written = _("{field}: the text").format(field=field.label)
        self.fields[f"text_{name}"] = forms.CharField(
            label=written,
            required=False,
            max_length=200,
            initial=text,
            widget=forms.TextInput(attrs={"autocomplete": "off", "aria-label": written}),
        )
        if field.type == rules.FieldType.DAY:
            asked = _("{field}: how its days are written").format(field=field.label)
            self.fields[f"form_{name}"] = forms.ChoiceField(
                label=asked,
                choices=[("", _("as usual")), *rules.DayForm.choices()],
                required=False,
                initial=origin.form,
                widget=forms.Select(attrs={"aria-label": asked}),
            )

    def _add_words(self) -> None:
        known = {word.casefold(): meant for word, meant in self.base.words.items()}
        self.words = list(dict.fromkeys([*self.words, *(w for w in known if w not in map(str.casefold, self.words))]))
        kinds = [("", "—"), *((str(k), rules.KIND_LABELS[str(k)]) for k in rules.ITEM_KINDS[self.base.kind])]
        for word in self.words:
            self.fields[f"word:{word}"] = forms.ChoiceField(
                label=f"“{word}”", choices=kinds, required=False, initial=known.get(word.casefold(), "")
            )

    def _add_skips(self, columns: Sequence[tuple[str, Any]]) -> None:
        self.skip_numbers = range(max(_SKIPS, len(self.base.skips) + 1))
        for number in self.skip_numbers:
            skip = self.base.skips[number] if number < len(self.base.skips) else None
            self.fields[f"skip_column_{number}"] = forms.ChoiceField(
                label=_("Column"), choices=columns, required=False, initial=self._place(skip.column) if skip else ""
            )
            self.fields[f"skip_start_{number}"] = forms.CharField(
                label=_("begins with"),
                required=False,
                max_length=60,
                initial=skip.starts_with if skip else "",
                widget=forms.TextInput(attrs={"autocomplete": "off", "placeholder": _("is blank")}),
            )
            self.fields[f"skip_total_{number}"] = forms.BooleanField(
                label=_("holds a total"), required=False, initial=bool(skip and skip.is_total)
            )

    def _place(self, column: str) -> str:
        return f"c{self.headings.index(column)}" if column in self.headings else ""

    def clean(self) -> dict[str, Any]:
        """Ask for what the chosen columns leave open."""
        cleaned = super().clean() or {}
        for name in self.names:
            if cleaned.get(f"column_{name}") == TEXT and not cleaned.get(f"text_{name}"):
                self.add_error(f"text_{name}", _("Write the text, or choose a column."))
        mapping = self.mapping()
        if not cleaned.get("day_form") and any(not mapping.origins[name].form for name in rules.day_fields(mapping)):
            self.add_error("day_form", _("Say in which order the file writes its days."))
        if not cleaned.get("decimal_mark") and rules.amount_fields(mapping):
            self.add_error("decimal_mark", _("Say which mark stands before the decimals."))
        home = cleaned.get("home_currency", "").upper()
        if home and not is_currency(home):
            self.add_error("home_currency", str(UnknownCurrency(home)))
        return cleaned

    def mapping(self) -> rules.Mapping:
        """Give the mapping as it stands in the form, complete or not: what is wrong in a field is left out."""
        said = (
            self.cleaned_data
            if self.is_bound
            else {name: self.get_initial_for_field(field, name) for name, field in self.fields.items()}
        )
        origins = {name: origin for name in self.names if (origin := self._origin(name, said)) is not None}
        home = (said.get("home_currency") or "").upper()
        return replace(
            self.base,
            origins=origins,
            day_form=rules.DayForm(said.get("day_form") or self.base.day_form),
            decimal_mark=rules.DecimalMark(said.get("decimal_mark") or self.base.decimal_mark),
            words={word.casefold(): meant for word in self.words if (meant := said.get(f"word:{word}"))},
            home_currency=home if is_currency(home) else "",
            holds_everything_open=bool(said.get("holds_everything_open")),
            skips=tuple(self._skips(said)),
        )

    def _origin(self, name: str, said: dict[str, Any]) -> rules.Origin | None:
        picked, text = said.get(f"column_{name}") or "", said.get(f"text_{name}") or ""
        form = said.get(f"form_{name}") or ""
        if picked == TEXT:
            return rules.origin_of(text, self.headings, form=form) if text else None
        return rules.Origin(column=self._heading(picked), form=form) if picked else None

    def _skips(self, said: dict[str, Any]) -> Iterable[rules.Skip]:
        for number in self.skip_numbers:
            if picked := said.get(f"skip_column_{number}"):
                start = said.get(f"skip_start_{number}") or ""
                yield rules.Skip(self._heading(picked), start, bool(said.get(f"skip_total_{number}")))

    def _heading(self, picked: str) -> str:
        return self.headings[int(picked.removeprefix("c"))]
