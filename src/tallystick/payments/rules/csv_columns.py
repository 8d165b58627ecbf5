"""What the columns of a bank's CSV mean, by the words banks head them with."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from tallystick.kernel.currencies import is_currency


class Column(StrEnum):
    """What a column can hold."""

    DAY = "day"
    VALUE_DAY = "value_day"
    AMOUNT = "amount"
    OUT = "out"
    IN = "in"
    FEE = "fee"
    BALANCE = "balance"
    DIRECTION = "direction"
    TYPE = "type"
    NAME = "name"
    TEXT = "text"
    REFERENCE = "reference"
    BANK_REFERENCE = "bank_reference"
    COUNTERPARTY_ACCOUNT = "counterparty_account"
    ACCOUNT = "account"
    SORT_CODE = "sort_code"
    CURRENCY = "currency"
    STATE = "state"


#: Places of the columns from 0; several where a meaning is spread over columns.
Places = Mapping[Column, tuple[int, ...]]

#: Words by meaning, the best word for it first. English first, then what exports of other countries say.
_WORDS: dict[Column, tuple[str, ...]] = {
    Column.DAY: (
        *("booking date", "posting date", "completed date", "date", "transaction date", "posted date", "created"),
        *("date processed", "started date", "buchungstag", "buchungsdatum", "datum zaúčtování", "datum"),
        *("tranzakció dátuma", "dato", "fecha", "date d'opération", "transactiedatum", "boekdatum"),
        *("uitvoeringsdatum", "datum provedení"),
    ),
    Column.VALUE_DAY: ("value date", "valutadatum", "wertstellung", "értéknap", "valuta", "execution date"),
    Column.AMOUNT: (
        *("amount", "value", "transaction amount", "buchungsbetrag", "betrag", "bedrag", "zaúčtovaná částka"),
        *("částka", "tranzakció összege", "beløb", "importe", "montant", "umsatz", "posted amount"),
    ),
    Column.OUT: (
        *("debit amount", "debit", "debits", "paid out", "money out", "withdrawals", "withdrawal", "debet"),
        *("outflow", "amount debited", "payments", "soll", "belastung", "out"),
    ),
    Column.IN: (
        *("credit amount", "credit", "credits", "paid in", "money in", "deposits", "deposit", "inflow"),
        *("amount credited", "receipts", "haben", "gutschrift", "in"),
    ),
    Column.FEE: ("fee",),
    Column.BALANCE: ("balance", "running balance", "account balance", "saldo", "egyenleg", "closing balance"),
    Column.DIRECTION: (
        *("debit/credit", "credit/debit", "dr/cr", "cr/dr", "d/c", "c/d", "af bij", "bevétel/kiadás"),
        *("creditdebet", "credit or debit", "direction", "soll/haben"),
    ),
    Column.TYPE: (
        *("transaction type", "type", "subcategory", "buchungstext", "transaktionstyp", "typ transakce"),
        *("tranzakció típusa", "code", "type verrichting", "mutatiesoort", "transaction code"),
    ),
    Column.NAME: (
        *("counter party", "counterparty", "name", "payee", "merchant name", "beneficiary", "payer"),
        *("beguenstigter/zahlungspflichtiger", "begünstigter/zahlungspflichtiger", "empfänger", "naam"),
        *("název protiúčtu", "counteraccount name", "partner neve", "naam tegenpartij", "naam / omschrijving"),
        *("auftraggeber / begünstigter", "counterparty name"),
    ),
    Column.TEXT: (
        *("transaction description", "description", "details", "memo", "narrative", "notes and #tags", "notes"),
        *("particulars", "verwendungszweck", "omschrijving", "zpráva", "zpráva pro příjemce", "message for payee"),
        *("message for me", "zpráva pro mě", "poznámka", "részletek", "közlemény", "vrije mededeling"),
        *("gestructureerde mededeling", "mededelingen", "transaktionsbeschreibung", "transaktionsbeschreibung zusatz"),
        *("text", "tekst", "concepto", "libellé", "transaction details", "bank account details", "bankovní spojení"),
    ),
    Column.REFERENCE: (
        *("reference", "payment reference", "customer reference", "variable symbol 1", "variabilní symbol 1", "vs"),
        *("your reference", "referentie", "end to end reference"),
    ),
    Column.BANK_REFERENCE: (
        *("transaction id", "id", "id transakce", "transaction reference number", "referenční číslo transakce"),
        *("bank reference", "buchungsreferenz", "transaction reference", "fitid", "unique id"),
    ),
    Column.COUNTERPARTY_ACCOUNT: (
        *("counterparty account", "tegenrekening", "kontonummer", "číslo protiúčtu", "partner számlaszáma"),
        *("rekeningnummer tegenpartij", "counter account", "counterparty iban", "beneficiary account"),
    ),
    Column.ACCOUNT: (
        *("account number", "account", "auftragskonto", "rekening", "rekeningnummer", "číslo účtu", "számlaszám"),
        *("iban", "account no", "account iban"),
    ),
    Column.SORT_CODE: ("sort code", "sortcode"),
    Column.CURRENCY: (
        *("currency", "account currency", "waehrung", "währung", "buchungswährung", "munt", "měna účtu"),
        *("devizanem", "valutacode", "ccy"),
    ),
    Column.STATE: ("state", "status"),
}
_MEANINGS = {word: (column, rank) for column, words in _WORDS.items() for rank, word in enumerate(words)}
#: Meanings that several columns may share; of the others only the column with the best word counts.
SPREAD = frozenset({Column.TEXT, Column.REFERENCE})
_IN_BRACKETS = re.compile(r"^(?P<word>.*?) ?\((?P<currency>[A-Za-z]{3})\)$")
_AT_END = re.compile(r"^(?P<word>.+) (?P<currency>[A-Z]{3})$")


@dataclass(frozen=True, slots=True)
class Headings:
    """The meaning of a header row."""

    places: Places
    #: The currency that a heading names, as in "Amount (GBP)".
    currency: str | None = None

    @property
    def suffices(self) -> bool:
        """Whether lines can be made of the columns: a day, and an amount in one column or two."""
        amounts = Column.AMOUNT in self.places or (Column.IN in self.places and Column.OUT in self.places)
        return Column.DAY in self.places and amounts


def bare_word(heading: str) -> tuple[str, str | None]:
    """Give a heading in the spelling of the word lists, and the currency it names.

    >>> bare_word("Amount (GBP)"), bare_word(" Paid out "), bare_word("Amount CZK")
    (('amount', 'GBP'), ('paid out', None), ('amount', 'CZK'))
    """
    heading = " ".join(heading.strip("\ufeff'\"* :,").split())
    for pattern in (_IN_BRACKETS, _AT_END):
        found = pattern.match(heading)
        if found and is_currency(found["currency"].upper()):
            return found["word"].casefold(), found["currency"].upper()
    return heading.casefold(), None


def read_headings(row: Sequence[str]) -> Headings:
    """Give what a row means as a header.

    >>> read_headings(["Date", "Paid out", "Paid in", "Balance"]).suffices
    True
    >>> read_headings(["12/03/2026", "ACME LTD", "12.50"]).suffices
    False
    """
    places: dict[Column, list[tuple[int, int]]] = {}
    currency = None
    for place, heading in enumerate(row):
        word, named = bare_word(heading)
        if word in _MEANINGS:
            column, rank = _MEANINGS[word]
            places.setdefault(column, []).append((rank, place))
            if column in (Column.AMOUNT, Column.IN, Column.OUT):
                currency = currency or named
    return Headings({column: _chosen(column, found) for column, found in places.items()}, currency)


def _chosen(column: Column, found: list[tuple[int, int]]) -> tuple[int, ...]:
    """Give the places of a meaning: all in their order for text, the best word first for the day, else the best."""
    if column in SPREAD:
        return tuple(sorted(place for _, place in found))
    if column is Column.DAY:
        return tuple(place for _, place in sorted(found))
    return (min(found)[1],)
