"""Say how a file is read: its columns beside what stands in them and what that is taken for, while it is chosen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages as said
from django.forms import BoundField
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from tallystick.access.web import ActorRequest, requires
from tallystick.intake import actions, forms, queries, rules
from tallystick.intake.queries import files
from tallystick.kernel import clock
from tallystick.kernel.currencies import is_currency
from tallystick.kernel.refusals import NotFound, NotPermitted, Refusal

#: Lines of the file that are shown beside the fields.
_SHOWN = 3
#: Lines that are looked at for examples and for unknown words.
_LOOKED_AT = 500


@dataclass
class Row:
    """A field on the page: where it comes from, and what is seen of it in the first lines."""

    field: rules.Field
    column: BoundField
    text: BoundField
    form: BoundField | None
    is_required: bool
    is_wanting: bool
    seen: list[tuple[str, rules.Seen]]


@requires("import receivables")
@require_http_methods(["GET", "POST"])
def columns(request: ActorRequest, import_id: int) -> HttpResponseBase:
    """Choose how the file of an import is read, and have it checked so. While something is chosen, show what it gives."""
    batch = queries.get_batch(import_id, scope=request.actor.scope)
    if batch.state not in rules.OPEN:
        return redirect("intake:batch", batch.pk)
    proposal = _proposal(request, batch)
    lines = files.first_lines(batch, batch.heading_line + _LOOKED_AT)
    form = _form(request, batch, proposal, lines)
    is_trying = "try" in request.POST or bool(getattr(request, "htmx", False))
    refusal = None
    if request.method == "POST":
        is_valid = form.is_valid()
        if is_valid and not is_trying:
            try:
                _save(request, batch, form, proposal.name)
            except (NotFound, NotPermitted):
                raise
            except Refusal as no:
                refusal = no
            else:
                return redirect("intake:batch", batch.pk)
    context = {"batch": batch, "form": form, "proposal": proposal, "refusal": refusal, **_shown(batch, form, lines)}
    if getattr(request, "htmx", False):
        return render(request, "intake/_seen.html", {**context, "oob": True})
    status = 422 if request.method == "POST" and not is_trying else 200
    return render(request, "intake/mapping.html", context, status=status)


def _proposal(request: ActorRequest, batch: Any) -> actions.Proposal:
    if batch.mapping is not None:
        return actions.Proposal(rules.mapping_of(batch.mapping.document), batch.mapping.name, is_saved=True)
    return actions.propose_mapping(batch_id=batch.pk, by=request.actor)


def _form(request: ActorRequest, batch: Any, proposal: actions.Proposal, lines: list[rules.Line]) -> forms.MappingForm:
    posted = request.POST if request.method == "POST" else None
    column = posted.get("column_item_kind", "") if posted else ""
    origin = proposal.mapping.origins.get("item_kind", rules.Origin())
    heading = batch.headings[int(column[1:])] if column[1:].isdecimal() else origin.column
    words: list[str] = []
    if heading in batch.headings and (posted is None or column.startswith("c")):
        words = rules.unknown_words(proposal.mapping.kind, _values(batch, lines, [heading]))
    return forms.MappingForm(
        posted,
        base=proposal.mapping,
        headings=batch.headings,
        open_questions=proposal.open_questions,
        words=words,
        auto_id="map_%s",
    )


def _values(batch: Any, lines: list[rules.Line], headings: list[str]) -> list[str]:
    places = [batch.headings.index(heading) for heading in headings]
    data = [line.cells for line in lines if line.number > batch.heading_line and not line.fault]
    return [str(cells[at]) for at in places for cells in data if at < len(cells)]


def _save(request: ActorRequest, batch: Any, form: forms.MappingForm, name: str) -> None:
    at = clock.now()
    document = form.mapping().as_document()
    saved = actions.map_batch(batch_id=batch.pk, document=document, name=name, at=at, by=request.actor)
    actions.check_in_background(batch_id=batch.pk, at=at, by=request.actor)
    if batch.mapping_id != saved.pk:
        text = _("Saved as “{name}”, version {version}. The next file of this source is read the same way.")
        said.success(request, text.format(name=saved.name, version=saved.version))


def _shown(batch: Any, form: forms.MappingForm, lines: list[rules.Line]) -> dict[str, Any]:
    mapping = form.mapping()
    data = files.first_data(lines, batch, mapping, _SHOWN)
    seen = rules.preview(mapping, batch.headings, [line.cells for line in data], country=queries.country_of(batch))
    wanting = rules.wanting(mapping)
    unsaid = [
        form.fields[name].label
        for name, asked in (("day_form", rules.day_fields(mapping)), ("decimal_mark", rules.amount_fields(mapping)))
        if asked and not form[name].value()
    ]
    rows = [
        Row(
            field=rules.FIELDS[name],
            column=form[f"column_{name}"],
            text=form[f"text_{name}"],
            form=form[f"form_{name}"] if f"form_{name}" in form.fields else None,
            is_required=rules.is_required(mapping.kind, name),
            is_wanting=name in wanting,
            seen=[(f"{name}-{at}", line.get(name, rules.Seen())) for at, line in enumerate(seen)],
        )
        for name in form.names
    ]
    about_debtor = set(rules.DEBTOR_FIELDS) if mapping.kind == rules.FileKind.INVOICES else set()
    return {
        "lines": data,
        "rows": [row for row in rows if row.field.name not in about_debtor or row.is_wanting],
        "more_rows": [row for row in rows if row.field.name in about_debtor and not row.is_wanting],
        "more_open": bool(about_debtor & mapping.origins.keys() - {"name"}),
        "wanting": [*(row.field.label for row in rows if row.is_wanting), *unsaid],
        "words": [form[f"word:{word}"] for word in form.words],
        "skips": [
            (form[f"skip_column_{number}"], form[f"skip_start_{number}"], form[f"skip_total_{number}"])
            for number in form.skip_numbers
        ],
        **_ways(batch, form, mapping, lines),
        "raw": [line for line in lines if line.number >= batch.heading_line][: _SHOWN + 3],
    }


def _ways(batch: Any, form: forms.MappingForm, mapping: rules.Mapping, lines: list[rules.Line]) -> dict[str, Any]:
    """Give the ways to write days and amounts, each with what it makes of an example out of the file."""
    days = [column for name in rules.day_fields(mapping) for column in mapping.origins[name].columns()]
    amounts = [column for name in rules.amount_fields(mapping) for column in mapping.origins[name].columns()]
    currency = mapping.origins["currency"].constant if "currency" in mapping.origins else ""
    currency = currency if is_currency(currency) else mapping.home_currency or "GBP"
    day_examples = rules.day_examples(_values(batch, lines, days))
    mark_examples = rules.mark_examples(_values(batch, lines, amounts), currency=currency)
    return {
        "day_forms": [(form_, form["day_form"].value() == form_, day_examples.get(form_)) for form_ in rules.DayForm],
        "decimal_marks": [
            (mark, form["decimal_mark"].value() == mark, mark_examples.get(mark)) for mark in rules.DecimalMark
        ],
        "has_amounts": bool(amounts) or mapping.kind != rules.FileKind.CUSTOMERS,
    }


@requires("import receivables")
@require_POST
def heading(request: ActorRequest, import_id: int) -> HttpResponseBase:
    """Take another line of the file as its headings."""
    batch = queries.get_batch(import_id, scope=request.actor.scope)
    form = forms.HeadingForm(request.POST)
    if not form.is_valid():
        said.error(request, _("Give the number of the line that holds the headings."))
    else:
        line, sheet = form.cleaned_data["line"], form.cleaned_data["sheet"]
        # On another sheet the headings stand somewhere else.
        is_same = sheet == batch.writing.get("sheet", "") or line != batch.heading_line
        try:
            actions.choose_heading(
                batch_id=batch.pk,
                heading_line=line if is_same else None,
                sheet=sheet,
                at=clock.now(),
                by=request.actor,
            )
        except (NotFound, NotPermitted):
            raise
        except rules.HeadingMissing:
            said.error(request, _("There are no headings in line {line}.").format(line=line))
        except Refusal as refusal:
            said.error(request, str(refusal))
    return redirect("intake:mapping", batch.pk)
