"""Say how a file is read: by a guess, by what its source remembers, or as a person says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from tallystick.accounts.models import Portfolio
from tallystick.intake import queries, rules
from tallystick.intake.models import Batch, Mapping, Source
from tallystick.intake.queries import files
from tallystick.kernel.actor import Actor
from tallystick.kernel.refusals import NotFound

#: Different values of a column that settle how it is meant, at most.
_MOST_VALUES = 100_000

#: Currency taken where a file names none, by the client's country.
HOME_CURRENCIES = {
    "GB": "GBP",
    "IE": "EUR",
    "DE": "EUR",
    "FR": "EUR",
    "NL": "EUR",
    "IT": "EUR",
    "ES": "EUR",
    "US": "USD",
}


def guess_mapping(*, batch_id: int, by: Actor) -> rules.Guess:
    """Guess how a batch's file is read from its headings and first lines; a form that stays open is asked of the whole file."""
    by.must_be_allowed_to("import receivables")
    batch = queries.get_batch(batch_id, scope=by.scope)
    portfolios = Portfolio.objects.filter(client_id=batch.source.client_id).values_list("code", flat=True)
    currency = HOME_CURRENCIES.get(queries.country_of(batch), "")
    first = [[str(cell) for cell in line.cells] for line in files.samples(batch)]
    guessed = rules.guess(batch.source.kind, batch.headings, first, currency=currency, portfolios=frozenset(portfolios))
    if not guessed.open_questions:
        return guessed
    return rules.settle_forms(guessed.mapping, _values(batch, guessed.mapping))


def _values(batch: Batch, mapping: rules.Mapping) -> dict[str, list[str]]:
    """Give what stands in the columns of days and amounts, in the whole file: each value once, and no more than settle it."""
    names = [*rules.day_fields(mapping), *rules.amount_fields(mapping)]
    columns = {column for name in names for column in mapping.origins[name].columns()}
    places = {batch.headings.index(column): dict[str, None]() for column in columns}
    with files.opened_lines(batch) as opened:
        for line in opened:
            if line.number > batch.heading_line and not line.fault:
                for at, values in places.items():
                    if at < len(line.cells) and len(values) < _MOST_VALUES:
                        values[str(line.cells[at])] = None
    return {batch.headings[at]: list(values) for at, values in places.items()}


@dataclass(frozen=True, slots=True)
class Proposal:
    """How a batch's file may be read: as its source remembers, or as guessed, with what only a person can say."""

    mapping: rules.Mapping
    name: str
    is_saved: bool
    open_questions: tuple[str, ...] = ()
    #: Columns that the remembered mapping needs and the file has not.
    lost_columns: tuple[str, ...] = ()


def propose_mapping(*, batch_id: int, name: str = "", by: Actor) -> Proposal:
    """Propose how a batch's file is read: by the mapping of a name, by the one its source remembers, or by a guess.

    A remembered mapping is proposed where the file has all the columns that it needs; where it lost some, what is left of it
    is proposed with a guess in place of the rest. One that is named has to fit.

    :raises NotFound: there is no mapping of that name
    :raises MappingUnfit: the one named needs columns that the file has not
    """
    by.must_be_allowed_to("import receivables")
    batch = queries.get_batch(batch_id, scope=by.scope)
    saved = queries.find_mapping(client_id=batch.source.client_id, name=name) if name else batch.source.mapping
    if name and saved is None:
        raise NotFound(what="mapping", reference=name)
    if saved is None:
        guessed = guess_mapping(batch_id=batch_id, by=by)
        return Proposal(guessed.mapping, batch.source.name, is_saved=False, open_questions=guessed.open_questions)
    mapping = rules.mapping_of(saved.document)
    if name:
        rules.check_fits(mapping, batch.headings, name=name)
    lost = tuple(column for column in mapping.columns() if column not in batch.headings)
    if not lost:
        return Proposal(mapping, saved.name, is_saved=True)
    guessed = guess_mapping(batch_id=batch_id, by=by)
    mended = rules.mend(mapping, guessed.mapping, batch.headings)
    return Proposal(mended, saved.name, is_saved=False, lost_columns=lost)


@transaction.atomic
def map_batch(*, batch_id: int, document: dict[str, Any], name: str, at: datetime, by: Actor) -> Mapping:
    """Save how a batch's file is read, and remember it for the source. A mapping that says the same is no new version.

    :raises MappingUnreadable, MappingIncomplete, MappingUnfit: see `rules.mapping`
    :raises BatchStateUnfit: the batch is being loaded, or is past it
    :raises BatchBusy: it is being checked at this moment
    """
    by.must_be_allowed_to("import receivables")
    batch = queries.lock_batch(batch_id, scope=by.scope, wait=False)
    rules.check_open(batch.state)
    mapping = rules.mapping_of(document)
    if mapping.kind != batch.source.kind:
        raise rules.MappingUnreadable(problem=_("it is for files of another kind"))
    rules.check_complete(mapping)
    rules.check_fits(mapping, batch.headings, name=name)
    client_id = batch.source.client_id
    last = queries.find_mapping(client_id=client_id, name=name)
    if last is None or last.document != mapping.as_document():
        last = Mapping.objects.create(
            client_id=client_id,
            name=name,
            version=last.version + 1 if last else 1,
            document=mapping.as_document(),
            made_at=at,
            made_by=by.label,
        )
    if batch.mapping_id != last.pk and batch.state != rules.BatchState.UPLOADED:
        # What was found out by another mapping holds no more.
        batch.state = rules.BatchState.UPLOADED
    batch.mapping = last
    batch.save(update_fields=["mapping", "state"])
    Source.objects.filter(pk=batch.source_id).update(mapping=last)
    return last
