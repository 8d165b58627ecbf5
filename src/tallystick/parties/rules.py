"""How names, numbers and postcodes are compared."""

from __future__ import annotations

import re
import unicodedata

import phonenumbers
from django.utils.translation import gettext_lazy as _

from tallystick.kernel.choices import Choice
from tallystick.kernel.refusals import Refusal


class PartyKind(Choice):
    """What a party is in law."""

    PERSON = "person", _("Person")
    COMPANY = "company", _("Company")


class ContactKind(Choice):
    """Ways to reach a party that have a value of one line; postal addresses are a table of their own."""

    EMAIL = "email", _("E-mail")
    MOBILE = "mobile", _("Mobile")
    PHONE = "phone", _("Telephone")


class ContactState(Choice):
    """What is known of a contact point."""

    UNVERIFIED = "unverified", _("Not yet confirmed")
    CONFIRMED = "confirmed", _("Confirmed")
    BAD = "bad", _("Does not work")


class NameMissing(Refusal):
    """Everybody has a name."""

    code = "parties.name_missing"
    sentence = _("Write down a name.")
    status = 422


class ContactPointUnreadable(Refusal):
    """The text is no address or number of its kind."""

    code = "parties.contact_point_unreadable"
    sentence = _("“{value}” cannot be read as {kind}.")
    status = 422


_NOT_WORD = re.compile(r"[^\w]+")
_EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")


def name_key(name: str) -> str:
    """Give the form in which names are compared: lower case, no accents, no punctuation, single blanks.

    >>> name_key("  O’Brien & Söhne Ltd. ")
    'o brien sohne ltd'
    """
    plain = name
    if not name.isascii():
        plain = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))
    return _NOT_WORD.sub(" ", plain.casefold()).strip()


def postcode_key(postcode: str) -> str:
    """Give the form in which postcodes are compared.

    >>> postcode_key("sw1a 1aa")
    'SW1A1AA'
    """
    return "".join(postcode.split()).upper()


def contact_key(kind: str, value: str, *, country: str = "GB") -> str:
    """Give the form in which contact points are compared: lower-case e-mail, E.164 number.

    :raises ContactPointUnreadable: the text is no address or number

    >>> contact_key("mobile", "07700 900123"), contact_key("email", "Ann@Example.org")
    ('+447700900123', 'ann@example.org')
    """
    if kind == ContactKind.EMAIL:
        if not _EMAIL.fullmatch(value.strip()):
            raise ContactPointUnreadable(value=value, kind=ContactKind.EMAIL.label)
        return value.strip().casefold()
    try:
        number = phonenumbers.parse(value, country)
    except phonenumbers.NumberParseException as unreadable:
        raise ContactPointUnreadable(value=value, kind=ContactKind(kind).label) from unreadable
    if not phonenumbers.is_possible_number(number):
        raise ContactPointUnreadable(value=value, kind=ContactKind(kind).label)
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
