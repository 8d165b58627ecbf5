"""What a change of the law does, for people and for programs: sentences, and plain values."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import yaml
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tallystick.charges.queries.law_changes import Effect
from tallystick.jurisdictions.queries.applied import Difference
from tallystick.jurisdictions.rules.review import Concern
from tallystick.kernel.money import Money


def written(value: object) -> str:
    """Give what a row holds as its file has it, on one line."""
    said = yaml.safe_dump(value, default_flow_style=True, width=10_000, sort_keys=False, allow_unicode=True)
    return said.removesuffix("...\n").strip()


def sentences(effect: Effect) -> Iterator[str]:
    """Say in sentences what a change of the law does to the book."""
    for interest in effect.interest:
        yield _(
            "{source}: interest on {items} of {accounts}: {gone_by} charged so far, {ahead} until {last_day}."
        ).format(
            source=interest.agreement.source,
            items=_items(interest.items),
            accounts=_accounts(interest.accounts),
            gone_by=_signed(interest.gone_by),
            ahead=_signed(interest.ahead),
            last_day=effect.last_day,
        )
    for without in effect.without_rate:
        yield _("{source}: {items} of {accounts} would be without a rate, and nothing is charged on them.").format(
            source=without.agreement.source, items=_items(without.items), accounts=_accounts(without.accounts)
        )
    for sums in effect.sums:
        yield _("{source}: fixed sums of {items} come to {now} instead of {was}.").format(
            source=sums.agreement.source, items=_items(sums.items), was=sums.was, now=sums.now
        )
    for period in effect.periods:
        yield _("{jurisdiction}, {title}: {least} to {most} days for {items} of {accounts}, {owed} open.").format(
            jurisdiction=period.jurisdiction,
            title=period.title,
            least=f"{period.least:+}",
            most=f"{period.most:+}",
            items=_items(period.items),
            accounts=_accounts(period.accounts),
            owed=period.owed,
        )
    for order in effect.orders:
        yield _("{title}: money is shared out otherwise on {accounts}.").format(
            title=order.title, accounts=_accounts(order.accounts)
        )
    if effect.is_nothing:
        yield _("Nothing on the book is touched.")


def _items(count: int) -> str:
    return ngettext("{count} item", "{count} items", count).format(count=f"{count:,}")


def _accounts(count: int) -> str:
    return ngettext("{count} account", "{count} accounts", count).format(count=f"{count:,}")


def _signed(money: Money) -> str:
    return f"{'+' if money.minor > 0 else ''}{money}"


def concern(of: Concern) -> dict[str, Any]:
    """Give what a person has to look at, for a program."""
    return {
        "why": of.urgency.name.lower(),
        "jurisdiction": of.jurisdiction,
        "rule": of.rule or None,
        "title": of.title,
        "from": of.first_day,
        "source": of.source,
        "note": of.note,
        "reviewed": of.reviewed,
        "review_by": of.review_by,
        "owner": of.owner or None,
    }


def comparison(change: Difference, effect: Effect) -> dict[str, Any]:
    """Give what a pack would change, for a program. Amounts are in minor units of their currency."""
    return {
        "pack": change.pack.id,
        "jurisdiction": change.pack.jurisdiction,
        "reaches": change.reaches,
        "rows": [
            {
                "change": row.change,
                "rule": row.rule,
                "from": row.first_day,
                "until": row.until,
                "was": row.was,
                "now": row.now,
                "source": row.source,
                "status": row.status or None,
                "is_evidence": row.is_evidence,
            }
            for row in change.rows
        ],
        "answers": [
            {"rule": each.rule, "given": each.given, "name": each.name, "was": each.was, "now": each.now}
            for each in change.answers
        ],
        "until": effect.last_day,
        "interest": [
            {
                "agreement": each.agreement.source,
                "currency": each.currency,
                "accounts": each.accounts,
                "items": each.items,
                "charged_so_far_minor": each.gone_by.minor,
                "ahead_minor": each.ahead.minor,
            }
            for each in effect.interest
        ],
        "without_rate": [
            {"agreement": each.agreement.source, "accounts": each.accounts, "items": each.items}
            for each in effect.without_rate
        ],
        "fixed_sums": [
            {
                "agreement": each.agreement.source,
                "currency": each.now.currency,
                "accounts": each.accounts,
                "items": each.items,
                "was_minor": each.was.minor,
                "now_minor": each.now.minor,
            }
            for each in effect.sums
        ],
        "periods": [
            {
                "jurisdiction": each.jurisdiction,
                "rule": each.rule,
                "accounts": each.accounts,
                "items": each.items,
                "currency": each.owed.currency,
                "owed_minor": each.owed.minor,
                "least_days": each.least,
                "most_days": each.most,
            }
            for each in effect.periods
        ],
        "orders": [{"rule": each.rule, "clients": each.clients, "accounts": each.accounts} for each in effect.orders],
    }
