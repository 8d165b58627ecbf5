"""Who the debtor is, how it can be reached, and what else it owes."""

from __future__ import annotations

from datetime import date

from tests import builders
from tests.builders import TEST
from tests.strategy.builders import DAY, at
from tests.strategy.facts.proofs import live_until, proves
from tests.strategy.facts.stories import account, gbp, owes, party, pays

from tallystick.accounts.models import Account
from tallystick.desk import actions as desk_actions
from tallystick.kernel import sql
from tallystick.parties import actions as party_actions
from tallystick.parties.rules import ContactKind, ContactState, PartyKind

JANUARY = {"issued_on": date(2026, 1, 1), "due_on": date(2026, 1, 31)}


def learn(of: Account, kind: ContactKind, value: str, *, state=ContactState.UNVERIFIED, consent=None, preferred=False):
    """Learn of a way to reach the debtor, and what is known of it."""
    point = desk_actions.add_contact_point(account_id=of.pk, kind=kind, value=value, at=at(DAY), by=TEST)
    desk_actions.change_contact_point(
        account_id=of.pk,
        contact_point_id=point.pk,
        state=state,
        consent=consent,
        preferred=preferred,
        at=at(DAY),
        by=TEST,
    )


def move(of: Account, postcode: str, town: str, *, on: date) -> None:
    """Have the debtor live somewhere from a day on."""
    desk_actions.set_address(account_id=of.pk, lines=["1 Mill Lane"], town=town, postcode=postcode, at=at(on), by=TEST)
    live_until(on)


@proves(
    {
        "parties.debtor_accounts": 3,  # this one, its sibling, and the one in euros
        "parties.debtor_balance": gbp("135.00"),  # 100, and 40 and 5 less 10 on account
        "parties.debtor_overdue": gbp("140.00"),
        "parties.debtor_days_past_due": 121,  # the one in euros, due 1 November
        "parties.group": "Hughes Group",
        "parties.group_accounts": 4,
        "parties.group_balance": gbp("195.00"),
        "parties.group_overdue": gbp("200.00"),
        "accounts.balance": gbp("100.00"),
    }
)
def test_what_the_debtor_and_its_group_owe_on_other_accounts():
    portfolio = builders.portfolio()
    debtor, relative = party(name="Hughes Ltd"), party(name="Hughes Export Ltd")
    made = account(portfolio, debtor=debtor)
    owes(made, "100.00", **JANUARY)

    sibling = account(portfolio, debtor=debtor)
    owes(sibling, "30.00", issued_on=date(2025, 12, 1), due_on=date(2025, 12, 20))
    pays(sibling, "40.00", on=date(2026, 1, 5))
    owes(sibling, "40.00", issued_on=date(2025, 12, 1), due_on=date(2025, 12, 31))
    owes(sibling, "5.00", issued_on=date(2026, 2, 20), due_on=date(2026, 3, 20))
    in_euros = account(portfolio, debtor=debtor, currency="EUR")
    owes(in_euros, "7.00", issued_on=date(2025, 10, 1), due_on=date(2025, 11, 1))
    owes(account(debtor=debtor), "1000.00", **JANUARY)  # of another client
    owes(account(portfolio, debtor=relative), "60.00", **JANUARY)
    owes(account(portfolio), "500.00", **JANUARY)  # of a stranger
    members = sql.Rows(
        "SELECT unnest(%(ids)s::bigint[]) AS party_id, 'Hughes Group' AS name", {"ids": [debtor.pk, relative.pk]}
    )
    party_actions.join_groups(members, at=at(DAY), by=TEST)
    return made


@proves(
    {
        "parties.debtor_accounts": 1,
        "parties.group": None,
        "parties.group_balance": None,
        "parties.group_accounts": None,
        "parties.group_overdue": None,
        "parties.debtor_days_past_due": None,
        "parties.age_years": None,
        "parties.postcode_area": None,
    }
)
def test_a_debtor_of_whom_nothing_is_known():
    return account()


@proves(
    {
        "parties.kind": "company",
        "parties.country": "IE",
        "parties.language": "de",
        "parties.has_company_number": True,
    }
)
def test_a_company_abroad():
    return account(
        debtor=party(kind=PartyKind.COMPANY, name="Liffey Ltd", company_number="IE 123", country="IE", language="de")
    )


@proves({"parties.age_years": 35, "parties.kind": "person"})
def test_a_person_is_as_old_as_the_last_birthday_made_it():
    return account(debtor=party(born_on=date(1990, 3, 3)))


@proves({"parties.age_years": 36}, on=date(2026, 3, 3))
def test_a_birthday_counts_from_its_own_day():
    return account(debtor=party(born_on=date(1990, 3, 3)))


@proves(
    {
        "parties.has_address": True,
        "parties.postcode_area": "SW",
        "parties.postcode_district": "SW1A",
        "parties.town": "London",
        "parties.address_state": "unverified",
        "parties.days_at_address": 19,
    }
)
def test_the_current_address_is_the_last():
    made = account()
    move(made, "LS6 2AB", "Leeds", on=date(2026, 1, 5))
    move(made, "sw1a 1aa", "London", on=date(2026, 2, 11))
    return made


@proves({"parties.postcode_area": "M", "parties.postcode_district": "M1"})
def test_a_postcode_of_one_letter():
    made = account()
    move(made, "M1 1AE", "Manchester", on=date(2026, 2, 11))
    return made


@proves(
    {
        "parties.has_email": True,
        "parties.has_bad_email": True,
        "parties.has_mobile": True,
        "parties.has_phone": True,
        "parties.has_bad_number": False,
        "parties.has_refused": False,
        "parties.preferred_way": "mobile",
    }
)
def test_an_address_that_bounces_beside_one_that_works():
    made = account()
    learn(made, ContactKind.EMAIL, "old@debtor.example", state=ContactState.BAD)
    learn(made, ContactKind.EMAIL, "new@debtor.example")
    learn(made, ContactKind.MOBILE, "07700 900123", state=ContactState.CONFIRMED, preferred=True)
    return made


@proves(
    {
        "parties.has_email": False,
        "parties.has_refused": True,
        "parties.has_mobile": False,
        "parties.has_phone": False,
        "parties.has_bad_number": True,
        "parties.has_bad_email": False,
    }
)
def test_a_debtor_who_refused_and_whose_number_is_dead():
    made = account()
    learn(made, ContactKind.EMAIL, "amelia@debtor.example", consent=False)
    learn(made, ContactKind.PHONE, "0113 496 0000", state=ContactState.BAD)
    return made
