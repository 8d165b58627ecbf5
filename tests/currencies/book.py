"""A book in five currencies, brought in through the public doors, in which no two currencies share a figure.

Amounts are whole numbers below a thousand times the weight of their currency, see `reading`: two debtors owe in each.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.core.management import call_command
from tests import builders
from tests.builders import AT, TEST, TODAY
from tests.currencies.reading import WEIGHTS
from tests.payments.bank_files import bank_account, csv_of, import_file
from tests.reconciliations.ledgers import listed
from tests.strategy import ahead
from tests.strategy import builders as strategies

from tallystick.access import actions as access_actions
from tallystick.access.models import Team
from tallystick.accounts.models import Account, Client, Item
from tallystick.contact import actions as contact
from tallystick.disputes import actions as disputes
from tallystick.disputes.rules import Reason as DisputeReason
from tallystick.holds import actions as holds
from tallystick.holds.rules import Reason
from tallystick.insight import actions as insight
from tallystick.kernel.money import Money
from tallystick.parties import actions as parties
from tallystick.parties.rules import ContactKind
from tallystick.promises import actions as promises
from tallystick.reconciliations import actions as reconciliations
from tallystick.reconciliations.models import Reconciliation
from tallystick.reconciliations.rules import Level
from tallystick.strategy import actions as strategy
from tallystick.strategy.models import Foresight, Rehearsal, Run, Version
from tallystick.strategy.rules.foresight import assumptions as assumed
from tallystick.worklists import actions as worklists
from tallystick.worklists.rules import Kind

DUE = TODAY - timedelta(days=40)
TOMORROW = TODAY + timedelta(days=1)
#: Item: debtor, and how many times the weight of its currency it is.
ITEMS = {"INV-1": ("A-100", 211), "INV-2": ("A-100", 103), "INV-3": ("B-200", 151)}
DOCUMENT = ahead.DOCUMENT
CHANGED = ahead.CHANGED
#: What work costs is assumed by the house and no amount of the book.
_UNPAID = {**ahead.STILL, **{name: 0 for name in assumed.defaults() if name.split(".")[0] in ("cost", "hour_cost")}}


def money(count: int, currency: str) -> Money:
    """Give so many times the weight of a currency."""
    return Money(count * WEIGHTS[currency], currency)


@dataclass
class Book:
    """What the pages are asked about."""

    creditor: Client
    team: Team
    accounts: dict[tuple[str, str], Account]
    version: Version
    draft: Version
    rehearsal: Rehearsal
    foresight: Foresight
    run: Run
    reconciliation: Reconciliation

    def of(self, reference: str) -> list[Account]:
        """Give a debtor's accounts."""
        return [account for (name, _currency), account in self.accounts.items() if name == reference]


def receivables() -> str:
    """Write the creditor's ledger as a CSV file."""
    lines = ["Customer no,Name,Invoice no,Invoice date,Due date,Amount,Currency"]
    for reference, (account, count) in ITEMS.items():
        name = {"A-100": "Atlas Trading Ltd", "B-200": "Birch and Sons"}[account]
        for currency in WEIGHTS:
            amount = money(count, currency).amount
            lines.append(
                f"{account},{name},{currency}-{reference},{DUE - timedelta(days=30)},{DUE},{amount},{currency}"
            )
    return "\n".join(lines) + "\n"


def bring_in(creditor: Client, folder) -> dict[tuple[str, str], Account]:
    """Import the file by the command, and give each account by its debtor and currency."""
    file = folder / "ledger.csv"
    file.write_text(receivables())
    call_command(
        "import",
        "receivables",
        str(file),
        client=creditor.code,
        source="ledger",
        kind="invoices",
        days="ymd",
        workers=1,
    )
    found = Account.objects.filter(client=creditor, is_house=False).order_by("pk")
    return {(account.reference.split("/")[0], account.currency): account for account in found}


def pay(creditor: Client) -> None:
    """Have the first item of each currency be paid by a file of the bank; something else comes in that nobody knows."""
    for currency in WEIGHTS:
        into = bank_account(creditor, name=f"{currency} collections", currency=currency)
        rows = [
            ("20/02/2026", f"ATLAS TRADING {currency}-INV-1", str(money(211, currency).amount)),
            ("21/02/2026", "SOMEBODY UNKNOWN", str(money(37, currency).amount)),
        ]
        import_file(csv_of(rows), into, name=f"statement-{currency}.csv")


def make(folder) -> Book:
    """Make the book: owed, paid in part, promised, disputed, on hold, decided about and looked ahead at."""
    contact.load_templates(at=AT, by=TEST)
    unit = access_actions.open_business_unit(code="N", name="North", at=AT, by=TEST)
    team = access_actions.open_team(business_unit_id=unit.pk, name="North team", at=AT, by=TEST)
    details = {
        "phone": "0113 496 0000",
        "email": "a@example.org",
        "lines": ["1 Mill Lane"],
        "imprint": "Northgate Ltd.",
    }
    creditor = builders.client(
        code="MULTI", name="Multi Currency Ltd", business_unit_id=unit.pk, team_id=team.pk, details=details
    )
    builders.portfolio(creditor)
    accounts = bring_in(creditor, folder)
    for account in accounts.values():
        _reach(account)
    pay(creditor)
    version = strategies.publish(DOCUMENT)
    strategies.refresh(*(account.pk for account in accounts.values()))
    strategies.run(TODAY)
    contact.send_due(at=AT, by=TEST)
    for (reference, currency), account in accounts.items():
        _work(account, reference, currency)
    strategies.run(TOMORROW)
    insight.close_months(month_on=TODAY.replace(day=1) - timedelta(days=1), today=TODAY, at=AT, by=TEST)
    reconciliation = _reconcile(creditor, accounts)
    draft = strategy.draft(document=CHANGED, at=AT, by=TEST)
    rehearsal = strategy.rehearse(version_id=draft.pk, today=TODAY, at=AT, by=TEST)
    foresight = strategy.foresee(version_id=draft.pk, today=TODAY, days=5, asked=_UNPAID, at=AT, by=TEST)
    return Book(
        creditor, team, accounts, version, draft, rehearsal, foresight, Run.objects.latest("pk"), reconciliation
    )


def _reconcile(creditor: Client, accounts: dict[tuple[str, str], Account]) -> Reconciliation:
    """Hold a list of the finance ledger against the book: in each currency an amount is another, and an invoice unknown."""
    lines = [
        (account.reference, f"{currency}-{item}", str(money(count, currency).amount), currency)
        for (debtor, currency), account in accounts.items()
        if debtor == "A-100"
        for item, count in (("INV-2", 89), ("INV-9", 17))
    ]
    return reconciliations.reconcile(
        client_code=creditor.code,
        level=Level.ITEMS,
        on=TODAY,
        content=listed(*lines),
        name="open-items.csv",
        at=AT,
        by=TEST,
    )


def _reach(account: Account) -> None:
    parties.set_address(
        party_id=account.party_id,
        lines=["1 High Street"],
        town="Leeds",
        postcode="LS1 1AA",
        from_on=TODAY,
        at=AT,
        by=TEST,
    )
    parties.add_contact_point(
        party_id=account.party_id, kind=ContactKind.EMAIL, value=f"a{account.pk}@example.org", at=AT, by=TEST
    )


def _work(account: Account, reference: str, currency: str) -> None:
    worklists.open_task(account_id=account.pk, kind=Kind.CALL, title="Call", due_on=TODAY, at=AT, by=TEST)
    item = Item.objects.filter(account=account, open_minor__gt=0).order_by("pk").last()
    if reference == "A-100":
        promises.record_promise(
            account_id=account.pk, amount=money(53, currency), pay_on=TODAY + timedelta(days=4), at=AT, by=TEST
        )
        return
    disputes.raise_dispute(
        account_id=account.pk,
        item_id=item.pk,
        amount=money(29, currency),
        reason=DisputeReason.QUALITY,
        note="Leaked.",
        at=AT,
        by=TEST,
    )
    holds.hold_items(
        account_id=account.pk,
        item_ids=[item.pk],
        reason=Reason.MANUAL,
        amount=money(41, currency),
        until_on=TODAY + timedelta(days=30),
        note="Query",
        at=AT,
        by=TEST,
    )
