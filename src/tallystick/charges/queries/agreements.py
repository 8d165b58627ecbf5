"""Read what is agreed about interest, and what the law says for it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property, lru_cache
from typing import Any

from tallystick.accounts.rules import HEAD_OF
from tallystick.charges.models import Agreement
from tallystick.charges.rules import agreements as rules
from tallystick.charges.rules.agreed_fees import AgreedFee
from tallystick.holds.rules import Activity, Reason, stopping
from tallystick.jurisdictions import queries as jurisdictions
from tallystick.jurisdictions.rules import rates
from tallystick.jurisdictions.rules.pack import Row, Rule, row_on, value_on
from tallystick.jurisdictions.rules.rates import Rate, RateStep
from tallystick.jurisdictions.rules.refusals import NoFigure
from tallystick.jurisdictions.rules.scales import Scale
from tallystick.jurisdictions.rules.sources import Confidence, Source
from tallystick.kernel import sql
from tallystick.ledger.rules import Head

_LAST_ACCOUNT = 2**63 - 1

#: How far ahead rates are read, where the law says something for days to come.
_AHEAD = timedelta(days=366)

#: Kinds of items that may bear interest: those of the debt itself.
KINDS = frozenset(str(kind) for kind, head in HEAD_OF.items() if head is Head.PRINCIPAL)
#: Holds that stop interest where a document does not say.
FREEZES = frozenset(str(reason) for reason in stopping(Activity.CHARGE))


@dataclass(frozen=True, eq=False)
class InForce:
    """An agreement as it is applied."""

    id: int
    client_id: int
    portfolio_id: int | None
    number: int
    from_on: date
    agreed: rules.Agreement
    #: How lines name it, where the rate is one of the contract.
    source: str

    @cached_property
    def rule(self) -> Rule:
        """The rule that the rate is by: one of the law, or the contract's own."""
        if isinstance(self.agreed.rate, str):
            return jurisdictions.law(self.agreed.jurisdiction).rule(self.agreed.rate)
        row = Row(
            self.from_on, None, self.agreed.rate, None, Source(self.source, ""), "", Confidence.KNOWN, "", self.from_on, None
        )  # fmt: skip
        return Rule("contract", self.source, "rate", "percent a year", "the first day of interest", (row,), (), ())

    @cached_property
    def law_print(self) -> int:
        """A number that changes with what the law says for the rate."""
        rules_read = [self.rule]
        for row in self.rule.rows:
            if isinstance(row.value, Rate) and isinstance(row.value.of, rates.Index):
                rules_read.append(jurisdictions.law(self.agreed.jurisdiction).rule(row.value.of.rule))
        said = repr([(row.first_day, row.until, row.value) for rule in rules_read for row in rule.rows])
        return int.from_bytes(hashlib.sha256(said.encode()).digest()[:8], signed=True)

    def fixed_sum(self, start: date) -> Scale | None:
        """Give the scale of the sum that is charged once on a debt whose interest starts on a day; None where none is.

        :raises NoFigure: the law says nothing for that day
        """
        if self.agreed.fixed_sum is None:
            return None
        return value_on(jurisdictions.law(self.agreed.jurisdiction).rule(self.agreed.fixed_sum), start, Scale)

    def fixed_sum_row(self, start: date) -> Row:
        """Give the row of the law that the fixed sum on a debt whose interest starts on a day is from.

        :raises NoFigure: the law says nothing for that day
        """
        return row_on(jurisdictions.law(self.agreed.jurisdiction).rule(str(self.agreed.fixed_sum)), start)

    def scale_of(self, fee: AgreedFee, day: date) -> tuple[Scale, str]:
        """Give the scale of a fee for an occasion of a day, and where it is from.

        :raises NoFigure: the law says nothing for that day
        """
        if fee.sum is not None:
            return fee.sum, self.source
        rule = jurisdictions.law(self.agreed.jurisdiction).rule(str(fee.amount))
        return value_on(rule, day, Scale), row_on(rule, day).source.title

    @lru_cache(maxsize=20_000)  # noqa: B019 (an agreement lives as long as the run that reads it)
    def steps(self, start: date, until: date) -> tuple[tuple[RateStep, ...], date]:
        """Give the rates for interest that starts on a day, and until which day they are known.

        :raises NoFigure: the law says nothing for a day that is needed
        """
        law = jurisdictions.law(self.agreed.jurisdiction)
        try:
            return rates.steps(self.rule, start=start, last_day=until + _AHEAD, law=law), until + _AHEAD
        except NoFigure:
            return rates.steps(self.rule, start=start, last_day=max(start, until), law=law), until


def read(document: Any, *, jurisdiction: str) -> rules.Agreement:
    """Read what a document says is agreed.

    :raises AgreementNotReadable: it is not well formed
    :raises NotFound: it names a jurisdiction or a rule that there is not
    """
    day_count = None
    rule = rules.rule_of(document)
    if rule is not None:
        row = jurisdictions.law(document.get("jurisdiction") or jurisdiction).rule(rule).rows[-1]
        if not isinstance(row.value, Rate):
            raise rules.NotARate(rule=rule)
        day_count = row.value.day_count
    agreement = rules.read_agreement(
        document,
        jurisdiction=jurisdiction,
        kinds=KINDS,
        freezes=frozenset(map(str, Reason)),
        standard_freezes=FREEZES,
        day_count=day_count,
    )
    scales = [agreement.fixed_sum, *(fee.amount for fee in agreement.fees)]
    for named in (each for each in scales if isinstance(each, str)):
        row = jurisdictions.law(agreement.jurisdiction).rule(named).rows[-1]
        if not isinstance(row.value, Scale):
            raise rules.NotAScale(rule=named)
    return agreement


def in_force(*, client_ids: Sequence[int] | None = None) -> list[InForce]:
    """Give all agreements as they are applied, of some clients or of all, in the order in which they were set."""
    jurisdictions.refresh()
    found = Agreement.objects.select_related("client").order_by("client_id", "number")
    if client_ids is not None:
        found = found.filter(client_id__in=client_ids)
    return [
        InForce(
            each.pk,
            each.client_id,
            each.portfolio_id,
            each.number,
            each.from_on,
            read(each.document, jurisdiction=each.client.calendar),
            f"{each.client.name}, terms {each.number}",
        )
        for each in found
    ]


def choose(agreements: Sequence[InForce], *, client_id: int, portfolio_id: int, due_on: date) -> InForce | None:
    """Give the agreement that holds for an item by its due day.

    Twin: `register` of `sql/accrual.sql`.
    """
    day = due_on + timedelta(days=1)
    holding = [
        each
        for each in agreements
        if each.client_id == client_id and each.portfolio_id in {None, portfolio_id} and each.from_on <= day
    ]
    return max(holding, key=lambda each: (each.portfolio_id is not None, each.from_on, each.number), default=None)


def agreements_of(client_id: int) -> list[Agreement]:
    """Give what is agreed with a client, the last that was set first."""
    return list(Agreement.objects.select_related("portfolio").filter(client_id=client_id).order_by("-number"))


def asked(agreements: Sequence[InForce], day: date) -> dict[str, Any]:
    """Give agreements as the queries of `sql/accrual.sql` ask for them, with what each charges through on a day."""
    kinds = [(each.id, kind) for each in agreements for kind in sorted(each.agreed.kinds)]
    return {
        "clients": sorted({each.client_id for each in agreements}),
        "agreement": [each.id for each in agreements],
        "client": [each.client_id for each in agreements],
        "portfolio": [each.portfolio_id for each in agreements],
        "from_on": [each.from_on for each in agreements],
        "after_days": [each.agreed.after_days for each in agreements],
        "until_on": [each.agreed.charged.through(day) for each in agreements],
        "last_day": day,
        "law": [each.law_print for each in agreements],
        "kind_agreement": [agreement for agreement, _kind in kinds],
        "kind": [kind for _agreement, kind in kinds],
    }


def chosen() -> str:
    """Give the query that chooses the agreement of an item that is `late`: the twin of `choose`."""
    return sql.load("tallystick.charges", "accrual.sql", "chosen")


def chunks(client_ids: Sequence[int], *, size: int) -> list[tuple[int, int]]:
    """Cut the open accounts of some clients into ranges of so many: their first and last possible ids."""
    query = sql.load("tallystick.charges", "accrual.sql", "chunks")
    firsts = [row["id"] for row in sql.rows(query, {"clients": list(client_ids), "size": size})]
    return [(low, high - 1) for low, high in zip(firsts, [*firsts[1:], _LAST_ACCOUNT], strict=True)]
