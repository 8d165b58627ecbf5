"""What a file may hold, and the fields of each kind: names, types, and the headings that other systems give them."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tallystick.kernel.choices import Choice


class FileKind(Choice):
    """What the lines of a file are."""

    CUSTOMERS = "customers", _("Customers")
    INVOICES = "invoices", _("Invoices and credit notes")
    PLACEMENTS = "placements", _("Placements: accounts with their debtor and balance")
    CHARGES = "charges", _("Charges: penalties, interest, fees, costs")
    PAYMENTS = "payments", _("Payments made to the creditor directly")


#: Kinds of file whose lines say who a debtor is, bring items, and bring credits.
TELLS_OF_DEBTORS = frozenset({FileKind.CUSTOMERS, FileKind.PLACEMENTS})
BRINGS_ITEMS = frozenset({FileKind.INVOICES, FileKind.PLACEMENTS, FileKind.CHARGES})
BRINGS_CREDITS = frozenset({FileKind.INVOICES, FileKind.PAYMENTS})


class FieldType(Choice):
    """How the text of a field is read."""

    TEXT = "text", _("text")
    AMOUNT = "amount", _("amount")
    DAY = "day", _("day")
    TERMS = "terms", _("days of payment")
    CURRENCY = "currency", _("currency")
    KIND = "kind", _("kind")
    CONTACT = "contact", _("contact point")
    COUNTRY = "country", _("country")


@dataclass(frozen=True, slots=True)
class Field:
    """Something that a column can be mapped to. Its name is that of its column in the staging tables."""

    name: str
    label: str | Promise
    type: FieldType = FieldType.TEXT
    #: Headings it is known by, in the form of `heading_key`; the surest first.
    headings: tuple[str, ...] = ()
    longest: int = 200


def heading_key(text: str) -> str:
    """Give the form in which headings are compared: letters and digits only, lower case.

    >>> heading_key("*Invoice No."), heading_key("customerID"), heading_key("Due_Date")
    ('invoiceno', 'customerid', 'duedate')
    """
    return "".join(character for character in text.casefold() if character.isalnum())


def _words(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(heading_key(word) for word in text.split("|")))


_ALL = (
    Field(
        "account_ref",
        _("account reference"),
        headings=_words(
            "account ref|account reference|account number|account no|account code|account id|account|a c|a c ref|a c no"
            "|customer reference|customer ref|customer number|customer no|customer code|customer id|cust no"
            "|cust number|cust id|customer account|customer account number|sell to customer no"
            "|bill to customer no|client ref|client reference|client account number|debtor number|debtor ref|debtor no"
            "|debtor code|debtor id|ledger account|sales ledger account|kundennummer|debitor|kunnr|numero client|case id"
            "|agreement number|agreement no|loan number|loan id|policy number|contract number|case reference"
        ),
        longest=100,
    ),
    Field(
        "debtor_ref",
        _("debtor reference, when a debtor has several accounts"),
        headings=_words(
            "debtor reference|party id|party reference|person id|group customer|parent account|business partner"
        ),
        longest=100,
    ),
    Field(
        "name",
        _("name"),
        headings=_words(
            "name|customer name|company name|company|contact name|contact|customer|debtor name|debtor"
            "|account name|client name|full name|name 1|name customer|organisation|organization|bill to name"
            "|bill to customer name|trading name|business name|kunde|nom|name of debtor"
        ),
    ),
    Field("first_name", _("first name"), headings=_words("first name|forename|given name|first names")),
    Field("last_name", _("last name"), headings=_words("last name|surname|family name")),
    Field(
        "party_kind",
        _("person or company"),
        FieldType.KIND,
        _words("party kind|customer type|debtor type|entity type|legal form|party type"),
    ),
    Field(
        "company_number",
        _("company number"),
        headings=_words(
            "company number|company reg no|company registration number|registration number|company no|crn"
            "|reg no|companies house number"
        ),
        longest=20,
    ),
    Field(
        "born_on",
        _("date of birth"),
        FieldType.DAY,
        _words("date of birth|dob|birth date|born|birthdate|born on"),
    ),
    Field("language", _("language"), headings=_words("language|language code|preferred language"), longest=10),
    Field(
        "group_name", _("group"), headings=_words("group|group name|parent company|parent|ultimate parent|head office")
    ),
    Field(
        "address_1",
        _("address, line 1"),
        headings=_words(
            "address line 1|address 1|address|street|street address|posaddressline1|saaddressline1"
            "|regaddress addressline1|billing address|billing street|invoice address 1"
        ),
    ),
    Field(
        "address_2",
        _("address, line 2"),
        headings=_words("address line 2|address 2|posaddressline2|regaddress addressline2|street 2"),
    ),
    Field(
        "address_3",
        _("address, line 3"),
        headings=_words("address line 3|address 3|posaddressline3|locality|district"),
    ),
    Field(
        "town",
        _("town"),
        headings=_words("town|city|post town|poscity|sacity|billing city|regaddress posttown|ort|ville"),
    ),
    Field(
        "county",
        _("county"),
        headings=_words("county|state|region|province|posregion|regaddress county|billing state"),
    ),
    Field(
        "postcode",
        _("postcode"),
        headings=_words(
            "postcode|post code|postal code|zip|zip code|pospostalcode|sapostalcode|regaddress postcode"
            "|billing postcode|billing zip|plz|code postal"
        ),
        longest=20,
    ),
    Field(
        "country",
        _("country"),
        FieldType.COUNTRY,
        _words("country|country code|poscountry|sacountry|billing country|regaddress country"),
        longest=60,
    ),
    Field(
        "email",
        _("e-mail"),
        FieldType.CONTACT,
        _words("email|e mail|email address|e mail address|contact email|invoice email|accounts email"),
    ),
    Field(
        "phone",
        _("telephone"),
        FieldType.CONTACT,
        _words("phone|telephone|tel|phone number|telephone number|tel no|landline|home phone|work phone|telephone 1"),
    ),
    Field(
        "mobile",
        _("mobile"),
        FieldType.CONTACT,
        _words("mobile|mobile number|mobile phone|cell|cell phone|mobile no|telephone 2"),
    ),
    Field(
        "portfolio",
        _("portfolio"),
        headings=_words("portfolio|portfolio code|book|product|product code|business code|company code|segment"),
        longest=60,
    ),
    Field(
        "item_ref",
        _("document number"),
        headings=_words(
            "invoice number|invoice no|invoice ref|invoice reference|invoice|inv no|inv number|document number"
            "|document no|doc no|doc id|doc number|reference|ref|no|number|num|reference number|transaction number"
            "|transaction reference|belegnummer|rechnungsnummer|numero de facture|charge id|charge reference|penalty id"
            "|payment reference|payment id|receipt number"
        ),
        longest=100,
    ),
    Field(
        "item_kind",
        _("kind of document"),
        FieldType.KIND,
        _words(
            "type|transaction type|document type|doc type|kind|invoice type|charge type|charge kind|posting type|trans type"
            "|belegart"
        ),
    ),
    Field(
        "issued_on",
        _("issued on"),
        FieldType.DAY,
        _words(
            "invoice date|date|document date|doc date|issue date|issued|issued on|date issued|dated on"
            "|transaction date|tax point|posting date|bill date|created|charge date|charged on|date of charge|payment date"
            "|paid on|date paid|default date|date of default|baseline create date|rechnungsdatum|date of issue"
        ),
    ),
    Field(
        "due_on",
        _("due on"),
        FieldType.DAY,
        _words(
            "due date|due|due on|date due|net due date|payment due|payment due date|due in date|expected date"
            "|faelligkeit|fälligkeit|date d echeance"
        ),
    ),
    Field(
        "terms_days",
        _("days of payment"),
        FieldType.TERMS,
        _words("terms|payment terms|terms of payment|cust payment terms|credit days|days credit|term|days of payment"),
    ),
    Field(
        "settled_on",
        _("settled on"),
        FieldType.DAY,
        _words("settled date|settled on|clear date|clearing date|fully paid on|fullypaidondate|cleared on"),
    ),
    Field(
        "amount",
        _("amount"),
        FieldType.AMOUNT,
        _words(
            "amount|invoice amount|total|total value|invoice total|gross|gross amount|gross value|value"
            "|original amount|document amount|amount in doc curr|amount in document currency|amount in local currency"
            "|document gross value|total amount|principal|principal amount|balance placed"
            "|placed amount|placed balance|debt amount|amount owed|amount placed|converted usd|betrag|montant|penalty amount"
            "|charge amount|amount paid|payment amount|paid"
        ),
    ),
    Field(
        "open_amount",
        _("amount still open"),
        FieldType.AMOUNT,
        _words(
            "open balance|open amount|outstanding|amount outstanding|outstanding amount|balance|balance due|amount due"
            "|remaining|remaining amount|invoice balance|document outstanding value"
            "|unpaid|still due|due amount|outstanding balance|invoiceamountdue|invoice amount due"
        ),
    ),
    Field(
        "currency",
        _("currency"),
        FieldType.CURRENCY,
        _words(
            "currency|currency code|curr|ccy|document currency|doc currency|invoice currency|local currency"
            "|waehrung|währung|devise|iso currency"
        ),
    ),
    Field(
        "description",
        _("description"),
        headings=_words(
            "description|details|narrative|memo|text|item text|particulars|article|subject|description of charge|notes"
        ),
        longest=500,
    ),
    Field("interest", _("interest placed"), FieldType.AMOUNT, _words("interest|interest amount|interest balance")),
    Field("fees", _("fees placed"), FieldType.AMOUNT, _words("fees|fee|fees amount|charges|admin fee")),
    Field("costs", _("costs placed"), FieldType.AMOUNT, _words("costs|cost|expense|expenses|court costs|costs amount")),
)

FIELDS: dict[str, Field] = {field.name: field for field in _ALL}

#: Fields that say who a debtor is and how to reach them.
DEBTOR_FIELDS = (
    "name first_name last_name party_kind company_number born_on language group_name address_1 address_2 address_3 town"
    " county postcode country email phone mobile"
).split()


@dataclass(frozen=True, slots=True)
class Shape:
    """The fields of a kind of file, in the order people see them, and those it cannot do without."""

    fields: tuple[str, ...]
    required: tuple[str, ...]


SHAPES: dict[FileKind, Shape] = {
    FileKind.CUSTOMERS: Shape(
        ("account_ref", "debtor_ref", *DEBTOR_FIELDS, "portfolio", "currency"), ("account_ref", "name", "currency")
    ),
    FileKind.INVOICES: Shape(
        (
            "account_ref",
            "item_ref",
            "item_kind",
            "issued_on",
            "due_on",
            "terms_days",
            "amount",
            "open_amount",
            "currency",
            "settled_on",
            "description",
            "portfolio",
            "debtor_ref",
            *DEBTOR_FIELDS,
        ),
        ("account_ref", "item_ref", "issued_on", "amount", "currency"),
    ),
    FileKind.PLACEMENTS: Shape(
        (
            "account_ref",
            "debtor_ref",
            *DEBTOR_FIELDS,
            "amount",
            "interest",
            "fees",
            "costs",
            "currency",
            "issued_on",
            "due_on",
            "terms_days",
            "item_ref",
            "description",
            "portfolio",
        ),
        ("account_ref", "name", "amount", "currency", "issued_on"),
    ),
    FileKind.CHARGES: Shape(
        (
            "account_ref",
            "item_ref",
            "item_kind",
            "issued_on",
            "due_on",
            "terms_days",
            "amount",
            "currency",
            "description",
        ),
        ("account_ref", "item_ref", "item_kind", "issued_on", "amount", "currency"),
    ),
    FileKind.PAYMENTS: Shape(
        ("account_ref", "item_ref", "issued_on", "amount", "currency", "description"),
        ("account_ref", "item_ref", "issued_on", "amount", "currency"),
    ),
}


def fields_of(kind: str) -> list[Field]:
    """Give the fields of a kind of file, in the order people see them."""
    return [FIELDS[name] for name in SHAPES[FileKind(kind)].fields]


def is_required(kind: str, field: str) -> bool:
    """Test if a kind of file cannot be loaded without a field.

    >>> is_required("invoices", "amount"), is_required("invoices", "due_on")
    (True, False)
    """
    return field in SHAPES[FileKind(kind)].required
