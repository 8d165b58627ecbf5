"""What systems call their kinds of documents and of debtors."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tallystick.accounts.rules import ItemKind
from tallystick.intake.rules.kinds import FileKind


def _spread(meanings: dict[str, str]) -> dict[str, str]:
    return {word.strip(): meaning for meaning, words in meanings.items() for word in words.split("|")}


#: Words for documents, in lower case: an item's kind (`accounts.rules.ItemKind`), or a credit: a note or a payment.
ITEM_WORDS = _spread(
    {
        "invoice": "invoice|inv|si|sales invoice|tax invoice|bill|rv|dr|ri|accrec|debit note|debit memo|dn|dm|rechnung|facture"
        "|opening balance|journal debit|jd|service invoice|retainer",
        "credit_note": "credit note|credit memo|credit|cn|cm|sc|dg|accreccredit|sales credit|sales credit note|gutschrift|avoir"
        "|journal credit|jc|refund",
        "payment": "payment|receipt|sa|sr|sp|dz|zp|customer payment|payment on account|cash|prepayment|overpayment"
        "|sales receipt on account|zahlung|paiement|deposit|bank receipt",
        "instalment": "instalment|installment",
        "penalty": "penalty|fine|surcharge|late payment penalty|penalty charge",
        "interest": "interest|late payment interest|finance charge",
        "fee": "fee|fees|charge|admin fee|late fee|compensation|collection fee",
        "cost": "cost|costs|court fee|court costs|solicitor costs|expense|postage",
    }
)

#: Meanings of `ITEM_WORDS` that lessen what is owed.
CREDIT_MEANINGS = ("credit_note", "payment")

#: Kinds that the lines of a file may have, and the one they have where they name none.
ITEM_KINDS: dict[FileKind, tuple[str, ...]] = {
    FileKind.INVOICES: (*(kind for kind in ItemKind if kind != ItemKind.BALANCE), *CREDIT_MEANINGS),
    FileKind.PLACEMENTS: (ItemKind.BALANCE,),
    FileKind.CHARGES: (ItemKind.PENALTY, ItemKind.INTEREST, ItemKind.FEE, ItemKind.COST),
    FileKind.PAYMENTS: ("payment",),
    FileKind.CUSTOMERS: (),
}
DEFAULT_KINDS: dict[FileKind, str] = {
    FileKind.INVOICES: ItemKind.INVOICE,
    FileKind.PLACEMENTS: ItemKind.BALANCE,
    FileKind.PAYMENTS: "payment",
}

#: What people call the kinds of documents.
KIND_LABELS: dict[str, str | Promise] = {
    **{str(kind): kind.label for kind in ItemKind},
    "credit_note": _("Credit note"),
    "payment": _("Payment"),
}

#: Words for debtors, in lower case.
PARTY_WORDS = _spread(
    {
        "person": "person|individual|consumer|private|private individual|sole trader|p|i|natural person|b2c|residential",
        "company": "company|business|organisation|organization|limited|ltd|plc|llp|partnership|corporate|commercial|c|b"
        "|legal person|b2b|charity|public body|local authority",
    }
)
