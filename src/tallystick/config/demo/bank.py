"""Bank files of the demo: what a day's payments look like in the file of each creditor's bank."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from xml.sax.saxutils import escape

from tallystick.kernel.money import Money


@dataclass(frozen=True, slots=True)
class Bank:
    """A creditor's bank account, and the format its bank sends."""

    creditor: str
    name: str
    iban: str
    currency: str
    format: str


BANKS = (
    Bank("SEVERN", "Severn Vale Water, collections", "GB82WEST12345698765432", "GBP", "camt.053"),
    Bank("KESTREL", "Kestrel Fibre, collections", "GB29NWBK60161331926819", "GBP", "mt940"),
    Bank("NORTHGATE", "Northgate Trade Supplies", "GB33BUKB20201555555555", "GBP", "csv"),
    Bank("MERIDIAN", "Meridian Components", "IE29AIBK93115212345678", "EUR", "camt.053"),
)


@dataclass(frozen=True, slots=True)
class Receipt:
    """Money that came in: how much, from whom, and what the payer wrote."""

    amount_minor: int
    payer: str
    narrative: str


def statement(bank: Bank, receipts: Sequence[Receipt], *, day: date, number: int, opening_minor: int) -> bytes:
    """Write the statement of a day. `number` counts the statements of the account; the balance goes on from `opening_minor`."""
    writers = {"camt.053": _camt, "mt940": _mt940, "csv": _csv}
    return writers[bank.format](bank, receipts, day, number, opening_minor).encode()


def _amount(minor: int, currency: str) -> Decimal:
    return Money(minor, currency).amount


def _camt(bank: Bank, receipts: Sequence[Receipt], day: date, number: int, opening_minor: int) -> str:
    def balance(code: str, minor: int) -> str:
        return (
            f"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>"
            f'<Amt Ccy="{bank.currency}">{_amount(minor, bank.currency)}</Amt><CdtDbtInd>CRDT</CdtDbtInd>'
            f"<Dt><Dt>{day}</Dt></Dt></Bal>"
        )

    entries = "".join(
        f'<Ntry><Amt Ccy="{bank.currency}">{_amount(receipt.amount_minor, bank.currency)}</Amt><CdtDbtInd>CRDT</CdtDbtInd>'
        f"<Sts>BOOK</Sts><BookgDt><Dt>{day}</Dt></BookgDt><ValDt><Dt>{day}</Dt></ValDt>"
        f"<AcctSvcrRef>{day:%Y%m%d}{position:05}</AcctSvcrRef><BkTxCd><Prtry><Cd>NTRF</Cd></Prtry></BkTxCd>"
        f"<NtryDtls><TxDtls><Refs><EndToEndId>NOTPROVIDED</EndToEndId></Refs>"
        f"<RltdPties><Dbtr><Nm>{escape(receipt.payer)}</Nm></Dbtr></RltdPties>"
        f"<RmtInf><Ustrd>{escape(receipt.narrative)}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>"
        for position, receipt in enumerate(receipts, 1)
    )
    closing = opening_minor + sum(receipt.amount_minor for receipt in receipts)
    return (
        '<?xml version="1.0" encoding="UTF-8"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02">'
        f"<BkToCstmrStmt><GrpHdr><MsgId>{bank.creditor}-{number}</MsgId><CreDtTm>{day}T23:00:00</CreDtTm></GrpHdr>"
        f"<Stmt><Id>{bank.creditor}-{number}</Id><ElctrncSeqNb>{number}</ElctrncSeqNb><CreDtTm>{day}T23:00:00</CreDtTm>"
        f"<Acct><Id><IBAN>{bank.iban}</IBAN></Id><Ccy>{bank.currency}</Ccy></Acct>"
        f"{balance('OPBD', opening_minor)}{balance('CLBD', closing)}{entries}</Stmt></BkToCstmrStmt></Document>"
    )


def _mt940(bank: Bank, receipts: Sequence[Receipt], day: date, number: int, opening_minor: int) -> str:
    def comma(minor: int) -> str:
        return str(_amount(minor, bank.currency)).replace(".", ",")

    closing = opening_minor + sum(receipt.amount_minor for receipt in receipts)
    lines = [
        ":20:STATEMENT",
        f":25:{bank.iban}",
        f":28C:{number}/1",
        f":60F:C{day:%y%m%d}{bank.currency}{comma(opening_minor)}",
    ]
    for position, receipt in enumerate(receipts, 1):
        lines.append(f":61:{day:%y%m%d}{day:%m%d}C{comma(receipt.amount_minor)}NTRFNONREF//{day:%Y%m%d}{position:05}")
        lines.append(f":86:{receipt.payer} {receipt.narrative}"[:65])
    lines += [f":62F:C{day:%y%m%d}{bank.currency}{comma(closing)}", "-"]
    return "\r\n".join(lines) + "\r\n"


def _csv(bank: Bank, receipts: Sequence[Receipt], day: date, number: int, opening_minor: int) -> str:
    lines = ["Date,Description,Reference,Paid out,Paid in,Balance"]
    balance = opening_minor
    for receipt in receipts:
        balance += receipt.amount_minor
        payer = receipt.payer.replace('"', "'")
        lines.append(
            f'{day:%d/%m/%Y},"{payer}","{receipt.narrative}",,'
            f"{_amount(receipt.amount_minor, bank.currency)},{_amount(balance, bank.currency)}"
        )
    return "\r\n".join(lines) + "\r\n"
