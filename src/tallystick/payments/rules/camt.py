"""Read ISO 20022 camt.052, camt.053 and camt.054, any version, by local name, one entry in memory at a time.

Source: ISO 20022 message definitions BankToCustomerAccountReport, BankToCustomerStatement and
BankToCustomerDebitCreditNotification, versions 01 to 14.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any, BinaryIO

from lxml import etree

from tallystick.kernel.money import Money
from tallystick.payments.rules import camt_entries
from tallystick.payments.rules.amounts import read_decimal
from tallystick.payments.rules.camt_entries import Node, first, money, plain, text
from tallystick.payments.rules.refusals import FileBroken, FileUnsafe
from tallystick.payments.rules.statement import Balance, Closing, Opening, Part, Report, Total
from tallystick.payments.rules.warnings import ReadingWarning, WarningCode

_REPORTS = {"Stmt": Report.STATEMENT, "Rpt": Report.INTRADAY, "Ntfctn": Report.NOTICE}
_TAGS = ("{*}Document", *(f"{{*}}{name}" for name in _REPORTS), "{*}Ntry")


def recognizes(head: str) -> bool:
    """Test if a file that begins like this is a camt.052, 053 or 054.

    >>> recognizes('<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"><BkToCstmrStmt>')
    True
    """
    return "<" in head and any(word in head for word in ("BkToCstmr", "camt.052", "camt.053", "camt.054"))


def read(file: BinaryIO, *, encoding: str | None = None, currency: str | None = None) -> Iterator[Part]:
    """Read a file part by part. XML says its own encoding and every amount its currency, so both are unused.

    :raises FileUnsafe: the file declares a document type or entities
    :raises FileBroken: the file is not well-formed; parts already given must be thrown away
    """
    del encoding, currency
    events = etree.iterparse(
        file,
        events=("start", "end"),
        tag=_TAGS,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        yield from _parts(events)
    except etree.XMLSyntaxError as broken:
        if _declares_document_type(events):
            raise FileUnsafe from broken
        raise FileBroken(line_number=broken.lineno or 0, reason=broken.msg or "") from broken


def _declares_document_type(events: Any) -> bool:
    root = events.root
    return root is not None and bool(root.getroottree().docinfo.doctype)


def _parts(events: Any) -> Iterator[Part]:
    statement: _Statement | None = None
    is_first = True
    for event, element in events:
        if is_first and element.getroottree().docinfo.doctype:
            raise FileUnsafe
        is_first = False
        name = etree.QName(element).localname
        if name in _REPORTS:
            if event == "start":
                statement = _Statement(element, _REPORTS[name])
            elif statement is not None:
                yield from statement.close()
                statement = None
                element.clear()
        elif name == "Ntry" and event == "end" and statement is not None:
            yield from statement.take(element)
            parent = element.getparent()
            if parent is not None:
                parent.remove(element)


class _Statement:
    """One statement, report or notification while its entries pass."""

    def __init__(self, element: Any, report: Report) -> None:
        self.element = element
        self.report = report
        self.head: Node | None = None
        self.assumed_on: date | None = None
        self.entries = 0

    def take(self, entry: Any) -> Iterator[Part]:
        yield from self._open()
        self.entries += 1
        yield from camt_entries.lines(entry, entry_number=self.entries, assumed_on=self.assumed_on)

    def close(self) -> Iterator[Part]:
        yield from self._open()
        # Some banks put balances behind the entries, so the foot is read again.
        head = plain(self.element)
        assert isinstance(head, dict)  # noqa: S101
        balances, _ = _balances(head)
        summary = first(head, "TxsSummry")
        yield Closing(
            line_number=self.element.sourceline or 0,
            balance=_closing(balances),
            credits=_total(summary, "TtlCdtNtries", balances),
            debits=_total(summary, "TtlDbtNtries", balances),
        )

    def _open(self) -> Iterator[Part]:
        if self.head is not None:
            return
        found = plain(self.element)
        self.head = found if isinstance(found, dict) else {}
        balances, unread = _balances(self.head)
        opening = _opening(balances)
        self.assumed_on = _assumed_day(self.head, balances)
        line_number = self.element.sourceline or 0
        yield Opening(
            account=text(first(self.head, "Acct", "Id", "IBAN"))
            or text(first(self.head, "Acct", "Id", "Othr", "Id"))
            or text(first(self.head, "Acct", "Id", "PrtryAcct", "Id")),
            line_number=line_number,
            report=self.report,
            currency=text(first(self.head, "Acct", "Ccy")) or (opening.amount.currency if opening else None),
            number=text(first(self.head, "ElctrncSeqNb"))
            or text(first(self.head, "LglSeqNb"))
            or text(first(self.head, "Id")),
            page=text(first(self.head, "StmtPgntn", "PgNb")),
            balance=opening,
        )
        for said in unread:
            yield ReadingWarning(WarningCode.BALANCE_UNREADABLE, line_number, said)


def _balances(head: Node) -> tuple[dict[str, list[Balance]], list[str]]:
    found: dict[str, list[Balance]] = {}
    unread: list[str] = []
    for balance in head.get("Bal", ()):
        code = text(first(balance, "Tp", "CdOrPrtry", "Cd")) or text(first(balance, "Tp", "Cd"))
        try:
            amount = money(first(balance, "Amt"))
        except ValueError:
            unread.append(f"{code} {text(first(balance, 'Amt'))}".strip())
            continue
        if text(first(balance, "CdtDbtInd")) == "DBIT":
            amount = -amount
        found.setdefault(code, []).append(Balance(amount, camt_entries.day(first(balance, "Dt"))))
    return found, unread


def _opening(balances: dict[str, list[Balance]]) -> Balance | None:
    """Opening booked, else the last closing, else the first interim balance of a page."""
    for code in ("OPBD", "PRCD"):
        if code in balances:
            return balances[code][0]
    interim = balances.get("ITBD", [])
    return interim[0] if interim and ("CLBD" in balances or len(interim) > 1) else None


def _closing(balances: dict[str, list[Balance]]) -> Balance | None:
    """Closing booked, else the last interim balance of a page."""
    if "CLBD" in balances:
        return balances["CLBD"][-1]
    interim = balances.get("ITBD", [])
    opens = "OPBD" in balances or "PRCD" in balances
    return interim[-1] if interim and (opens or len(interim) > 1) else None


def _total(summary: Any, name: str, balances: dict[str, list[Balance]]) -> Total | None:
    declared = first(summary, name)
    if declared is None:
        return None
    count = text(first(declared, "NbOfNtries"))
    amount = None
    known = _closing(balances) or _opening(balances)
    if known is not None and (said := text(first(declared, "Sum"))):
        try:
            amount = Money.of(read_decimal(said), known.amount.currency)
        except ValueError:
            amount = None
    return Total(int(count) if count.isdigit() else None, amount)


def _assumed_day(head: Node, balances: dict[str, list[Balance]]) -> date | None:
    """The day for entries that have none: that of the closing balance, else the day the message was made."""
    closing = _closing(balances)
    if closing is not None and closing.on is not None:
        return closing.on
    return camt_entries.day({"DtTm": [first(head, "CreDtTm")]})
