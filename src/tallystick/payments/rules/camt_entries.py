"""An entry of a camt message as statement lines: posted amount, who, what for, and shares of a batch.

The posted amount is the entry's. Details are shares of it only when they say so in the account's currency and add up.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import pairwise
from typing import Any, NamedTuple

from lxml import etree

from tallystick.kernel.money import Money
from tallystick.payments.rules.amounts import read_decimal
from tallystick.payments.rules.kinds import kind_of_code, kind_of_domain
from tallystick.payments.rules.narratives import meaningful
from tallystick.payments.rules.statement import Document, Kind, Part, StatementLine, Status
from tallystick.payments.rules.warnings import ReadingWarning, WarningCode

_USTRD_WIDTH = 140
_STATUSES = {"BOOK": Status.BOOKED, "PDNG": Status.PENDING, "FUTR": Status.PENDING}


class Amount(NamedTuple):
    """An amount as delivered: digits and currency code."""

    digits: str
    currency: str


Node = dict[str, list[Any]]
"""An element's children by local name: text, `Amount` or nodes again."""


def plain(element: Any) -> Node | Amount | str:
    """Turn an element into plain values by local name, so that namespaces and versions are out of the way."""
    if len(element) == 0:
        said = (element.text or "").strip()
        currency = element.get("Ccy")
        return Amount(said, currency) if currency else said
    node: Node = {}
    for child in element:
        tag = child.tag
        if isinstance(tag, str):
            node.setdefault(tag.rpartition("}")[2], []).append(plain(child))
    return node


def first(value: Any, *path: str) -> Any:
    """Give the first value along a path of names; None where there is none."""
    for name in path:
        if not isinstance(value, dict) or name not in value:
            return None
        value = value[name][0]
    return value


def each(value: Any, *path: str) -> list[Any]:
    """Give all values of the last name, along the first values of the names before it."""
    holder = first(value, *path[:-1])
    return list(holder.get(path[-1], ())) if isinstance(holder, dict) else []


def text(value: Any) -> str:
    """Give a leaf as text; nothing for a missing one or a node."""
    if isinstance(value, Amount):
        return value.digits
    return value if isinstance(value, str) else ""


def money(value: Any) -> Money:
    """Read an amount with its currency.

    :raises ValueError: it is missing, negative, no number, or finer than its currency
    """
    if not isinstance(value, Amount):
        raise ValueError("there is no amount with a currency")
    exact = read_decimal(value.digits)
    if exact < 0:
        raise ValueError(f"{value.digits!r} is negative, which the format does not allow")
    return Money.of(exact, value.currency)


def day(value: Any) -> date | None:
    """Read a choice of day and instant; the day is the one the bank writes, in its own time zone."""
    said = text(first(value, "Dt")) or text(first(value, "DtTm"))
    try:
        return date.fromisoformat(said[:10])
    except ValueError:
        return None


def lines(element: Any, *, entry_number: int, assumed_on: date | None) -> Iterator[Part]:
    """Give an entry as one line, or as one line for each share of a batch."""
    entry = plain(element)
    line_number = element.sourceline or 0
    raw = etree.tostring(element, encoding="unicode", with_tail=False)
    try:
        whole, warning = _whole(entry, raw, line_number, entry_number, assumed_on)
    except ValueError as unreadable:
        yield ReadingWarning(WarningCode.LINE_UNREADABLE, line_number, raw, {"reason": str(unreadable)})
        return
    if warning is not None:
        yield warning
    details = each(entry, "NtryDtls", "TxDtls")
    for more in each(entry, "NtryDtls")[1:]:
        details.extend(each(more, "TxDtls"))
    shares = _shares(details, whole.amount)
    if len(details) > 1 and shares is None and _claims_shares(details, whole.amount.currency):
        yield ReadingWarning(WarningCode.SHARES_DIFFER, line_number, raw)
    if shares is None:
        yield _described(whole, entry, details)
        return
    for number, (detail, amount) in enumerate(zip(details, shares, strict=True), start=1):
        yield _described(whole, entry, [detail], amount=amount, share=number)


def _whole(
    entry: Any, raw: str, line_number: int, entry_number: int, assumed_on: date | None
) -> tuple[StatementLine, ReadingWarning | None]:
    amount = money(first(entry, "Amt"))
    direction = text(first(entry, "CdtDbtInd"))
    if direction not in ("CRDT", "DBIT"):
        raise ValueError("it does not say whether it is a credit or a debit")
    booked_on, value_on = day(first(entry, "BookgDt")), day(first(entry, "ValDt"))
    warning = None
    if booked_on is None:
        booked_on = value_on or assumed_on
        if booked_on is None:
            raise ValueError("it has no day")
        taken = {"taken": booked_on.isoformat()}
        warning = ReadingWarning(WarningCode.DAY_ASSUMED, line_number, raw, taken)
    state = text(first(entry, "Sts")) or text(first(entry, "Sts", "Cd")) or text(first(entry, "Sts", "Prtry"))
    return StatementLine(
        booked_on=booked_on,
        value_on=value_on,
        amount=amount if direction == "CRDT" else -amount,
        line_number=line_number,
        entry=entry_number,
        status=_STATUSES.get(state, Status.INFORMATION) if state else Status.BOOKED,
        bank_reference=meaningful(text(first(entry, "AcctSvcrRef"))),
        raw=raw,
    ), warning


_SHARE_PATHS: tuple[tuple[str, ...], ...] = (
    ("Amt",),
    ("AmtDtls", "TxAmt", "Amt"),
    ("AmtDtls", "InstdAmt", "Amt"),
)


def _shares(details: Sequence[Any], whole: Money) -> list[Money] | None:
    """Give the signed shares of a batch; None unless they are in the same currency and add up to it exactly."""
    if len(details) < 2:
        return None
    for path in _SHARE_PATHS:
        try:
            shares = [_signed(detail, path, whole) for detail in details]
        except ValueError:
            continue
        if all(share.currency == whole.currency and share for share in shares) and (
            sum(share.minor for share in shares) == whole.minor
        ):
            return shares
    return None


def _signed(detail: Any, path: tuple[str, ...], whole: Money) -> Money:
    amount = money(first(detail, *path))
    direction = text(first(detail, "CdtDbtInd"))
    is_debit = direction == "DBIT" if direction else whole.minor < 0
    return -amount if is_debit else amount


def _claims_shares(details: Sequence[Any], currency: str) -> bool:
    said = [first(detail, *path) for detail in details for path in _SHARE_PATHS[:2]]
    return any(isinstance(amount, Amount) and amount.currency == currency for amount in said)


def _described(
    whole: StatementLine, entry: Any, details: Sequence[Any], *, amount: Money | None = None, share: int = 0
) -> StatementLine:
    """Complete a line with what its details say about who paid and what for."""
    amount = whole.amount if amount is None else amount
    detail: Any = details[0] if details else {}
    reason = _return_reason(detail)
    kind, code = _kind(entry, detail, is_return=bool(reason))
    counterparty, its_account = _counterparty(detail, is_credit=amount.minor >= 0 or kind is Kind.RETURN)
    own_reference = meaningful(text(first(detail, "Refs", "AcctSvcrRef")))
    return StatementLine(
        booked_on=whole.booked_on,
        value_on=whole.value_on,
        amount=amount,
        line_number=whole.line_number,
        entry=whole.entry,
        share=share,
        status=whole.status,
        kind=kind,
        code=code,
        narrative=_narrative(entry, details),
        counterparty=counterparty,
        counterparty_account=its_account,
        reference=_reference(detail),
        mandate=meaningful(text(first(detail, "Refs", "MndtId"))),
        return_reason=reason,
        bank_reference=(own_reference if share else "") or whole.bank_reference or own_reference,
        documents=tuple(document for each_ in details for document in _documents(each_, amount)),
        raw=whole.raw if share <= 1 else "",
    )


def _reference(detail: Any) -> str:
    for name in ("EndToEndId", "InstrId", "ChqNb", "TxId"):
        if found := meaningful(text(first(detail, "Refs", name))):
            return found
    return ""


def _return_reason(detail: Any) -> str:
    reason = first(detail, "RtrInf", "Rsn")
    return text(first(reason, "Cd")) or text(first(reason, "Prtry")) or text(first(detail, "RtrInf", "AddtlInf"))


def _kind(entry: Any, detail: Any, *, is_return: bool) -> tuple[Kind, str]:
    """Give kind and code: return information first, then the ISO domain, then the bank's own code."""
    kind, code = Kind.OTHER, ""
    for holder in (detail, entry):
        own = text(first(holder, "BkTxCd", "Prtry", "Cd"))
        family = text(first(holder, "BkTxCd", "Domn", "Fmly", "Cd"))
        sub_family = text(first(holder, "BkTxCd", "Domn", "Fmly", "SubFmlyCd"))
        code = code or own or "-".join(filter(None, (family, sub_family)))
        if kind is Kind.OTHER:
            kind = kind_of_domain(family, sub_family)
        if kind is Kind.OTHER:
            kind = kind_of_code(own.split("+")[0])
    return (Kind.RETURN if is_return else kind), code


def _counterparty(detail: Any, *, is_credit: bool) -> tuple[str, str]:
    """Give name and account of the other side: for money that came, and for our own debits sent back, the debtor."""
    parties = first(detail, "RltdPties")
    sides = ("Dbtr", "Cdtr") if is_credit else ("Cdtr", "Dbtr")
    for side in sides:
        name = _name(first(parties, f"Ultmt{side}")) or _name(first(parties, side))
        account = first(parties, f"{side}Acct", "Id")
        number = text(first(account, "IBAN")) or text(first(account, "Othr", "Id"))
        if name or number:
            return name or text(first(parties, f"{side}Acct", "Nm")), number
    return "", ""


def _name(party: Any) -> str:
    return text(first(party, "Nm")) or text(first(party, "Pty", "Nm")) or text(first(party, "Agt", "FinInstnId", "Nm"))


def _narrative(entry: Any, details: Sequence[Any]) -> str:
    said = [text(part) for detail in details for part in each(detail, "RmtInf", "Ustrd")]
    joined = said[0] if said else ""
    for before, after in pairwise(said):
        joined += after if len(before) >= _USTRD_WIDTH else " " + after
    for detail in details:
        for structured in each(detail, "RmtInf", "Strd"):
            joined += "".join(" " + text(more) for more in each(structured, "AddtlRmtInf"))
    if not joined.strip():
        joined = text(first(details[0], "AddtlTxInf")) if details else ""
    return " ".join((joined or text(first(entry, "AddtlNtryInf"))).split())


def _documents(detail: Any, amount: Money) -> Iterator[Document]:
    """Give the documents that structured remittance information names, with what of each is paid."""
    for structured in each(detail, "RmtInf", "Strd"):
        paid = first(structured, "RfrdDocAmt")
        credit_note, remitted = first(paid, "CdtNoteAmt"), first(paid, "RmtdAmt") or first(paid, "DuePyblAmt")
        for referred in each(structured, "RfrdDocInf"):
            if number := text(first(referred, "Nb")):
                is_credit = text(first(referred, "Tp", "CdOrPrtry", "Cd")) == "CREN"
                said = _readable(credit_note if is_credit and credit_note else remitted)
                yield Document(number, -said if is_credit and said else said)
        if reference := text(first(structured, "CdtrRefInf", "Ref")):
            yield Document(reference, _readable(remitted))


def _readable(value: Any) -> Money | None:
    try:
        return money(value)
    except ValueError:
        return None
