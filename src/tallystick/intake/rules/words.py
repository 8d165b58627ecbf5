"""What systems call their kinds of documents and of debtors."""

from __future__ import annotations


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

#: Words for debtors, in lower case.
PARTY_WORDS = _spread(
    {
        "person": "person|individual|consumer|private|private individual|sole trader|p|i|natural person|b2c|residential",
        "company": "company|business|organisation|organization|limited|ltd|plc|llp|partnership|corporate|commercial|c|b"
        "|legal person|b2b|charity|public body|local authority",
    }
)
