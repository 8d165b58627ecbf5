"""What the desk announces: what people find out about how somebody can be reached, told to the account they found it on."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ContactPointAdded:
    """Another e-mail address or number of the debtor became known."""

    account_id: int
    contact_point_id: int
    kind: str
    value: str


@dataclass(frozen=True, slots=True)
class ContactPointChanged:
    """What is known of an e-mail address or number changed: if it works, if it may be used, if it is preferred."""

    account_id: int
    contact_point_id: int
    kind: str
    value: str
    state: str
    consent: bool | None
    preferred: bool


@dataclass(frozen=True, slots=True)
class AddressChanged:
    """The debtor has another postal address."""

    account_id: int
    address: str
