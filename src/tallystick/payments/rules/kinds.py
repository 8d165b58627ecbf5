"""Which sort of money movement a bank's code means. Bank-specific meanings exist: the raw code stays on the line.

Source: ISO 20022 external bank transaction codes; SWIFT MT940 field 61 subfield 6; German GVC list; UK export codes.
"""

from __future__ import annotations

from tallystick.payments.rules.statement import Kind

_BY_FAMILY = {
    "RCDT": Kind.TRANSFER,
    "ICDT": Kind.TRANSFER,
    "RRCT": Kind.TRANSFER,
    "IRCT": Kind.TRANSFER,
    "IDDT": Kind.DIRECT_DEBIT,
    "RDDT": Kind.DIRECT_DEBIT,
    "RCHQ": Kind.CHEQUE,
    "ICHQ": Kind.CHEQUE,
    "CCRD": Kind.CARD,
    "MCRD": Kind.CARD,
    "CNTR": Kind.CASH,
}
_BY_SUB_FAMILY = {
    "UPDD": Kind.RETURN,
    "UPCT": Kind.RETURN,
    "UPCQ": Kind.RETURN,
    "PRDD": Kind.RETURN,
    "RRTN": Kind.RETURN,
    "RPCR": Kind.RETURN,
    "RCDD": Kind.RETURN,
    "STDO": Kind.STANDING_ORDER,
    "CHRG": Kind.CHARGE,
    "FEES": Kind.CHARGE,
    "COMM": Kind.CHARGE,
    "INTR": Kind.INTEREST,
}
_BY_CODE: dict[str, Kind] = {
    code: kind
    for kind, codes in {
        Kind.TRANSFER: "TRF BGC BAC FPI FPO FP TFR CHP CHAPS C/L BP 116 152 153 166 169 177 191",
        Kind.STANDING_ORDER: "STO SO S/O 117",
        Kind.DIRECT_DEBIT: "DDT COL DD D/D DDR DDC 104 105 171 174 192",
        Kind.RETURN: "RTI RET RTN ARU UNP 108 109 159 899",
        Kind.CARD: "DEB CPT POS CRD VIS DPC",
        Kind.CHEQUE: "CHK CHQ CQ",
        Kind.CASH: "ATM CDM CSH",
        Kind.CHARGE: "CHG COM FEE SRV 805 806 808 809",
        Kind.INTEREST: "INT 814",
    }.items()
    for code in codes.split()
}
#: What exports for people say instead of a code; the first phrase that is found counts.
_BY_PHRASE: tuple[tuple[str, Kind], ...] = (
    ("RETURN", Kind.RETURN),
    ("UNPAID", Kind.RETURN),
    ("DIRECT DEBIT", Kind.DIRECT_DEBIT),
    ("LASTSCHRIFT", Kind.DIRECT_DEBIT),
    ("STANDING ORDER", Kind.STANDING_ORDER),
    ("CARD", Kind.CARD),
    ("CHEQUE", Kind.CHEQUE),
    ("CASH", Kind.CASH),
    ("INTEREST", Kind.INTEREST),
    ("CHARGE", Kind.CHARGE),
    ("FEE", Kind.CHARGE),
    ("FASTER PAYMENT", Kind.TRANSFER),
    ("BANK CREDIT", Kind.TRANSFER),
    ("TRANSFER", Kind.TRANSFER),
    ("UEBERWEISUNG", Kind.TRANSFER),
    ("ÜBERWEISUNG", Kind.TRANSFER),
)


def kind_of_domain(family: str, sub_family: str) -> Kind:
    """Give the kind that an ISO 20022 family and sub-family mean.

    >>> kind_of_domain("IDDT", "UPDD"), kind_of_domain("RCDT", "DMCT"), kind_of_domain("NTAV", "NTAV")
    (<Kind.RETURN: 'return'>, <Kind.TRANSFER: 'transfer'>, <Kind.OTHER: 'other'>)
    """
    return _BY_SUB_FAMILY.get(sub_family) or _BY_FAMILY.get(family, Kind.OTHER)


def kind_of_code(code: str) -> Kind:
    """Give the kind that a bank's own code means: a SWIFT type, a German GVC, a UK narrative code or a plain phrase.

    >>> kind_of_code("NRTI"), kind_of_code("FPI"), kind_of_code("Direct debit"), kind_of_code("XYZ")
    (<Kind.RETURN: 'return'>, <Kind.TRANSFER: 'transfer'>, <Kind.DIRECT_DEBIT: 'direct_debit'>, <Kind.OTHER: 'other'>)
    """
    bare = code.strip().upper()
    known = _BY_CODE.get(bare) or (_BY_CODE.get(bare[1:]) if len(bare) == 4 and bare[0] in "NSF" else None)
    if known is not None or len(bare) < 5:
        return known or Kind.OTHER
    return next((kind for phrase, kind in _BY_PHRASE if phrase in bare), Kind.OTHER)
