"""The profile of a party follows what it is, and counts the ways to reach it, whoever writes them and several at once."""

from __future__ import annotations

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.builders import AT, TEST, TODAY
from tests.sessions import Hand
from tests.strategy.test_killed import _until, url_of_database

from tallystick.kernel import sql
from tallystick.parties import actions, queries
from tallystick.parties.models import ContactPoint, Party, Profile
from tallystick.parties.rules import ContactKind, ContactState, PartyKind


def add() -> Party:
    return actions.add_party(kind=PartyKind.PERSON, name="Amelia Hughes", at=AT, by=TEST)


def breaches() -> list[str]:
    (invariant,) = queries.INVARIANTS
    return [row["what"] for row in sql.rows(invariant.breaches)]


def counted(party: Party) -> tuple[int, int, int, int]:
    [row] = Profile.objects.filter(party_id=party.pk).values_list("emails", "mobiles", "phones", "addresses")
    return row


_POINT = st.fixed_dictionaries(
    {
        "party": st.integers(0, 1),
        "kind": st.sampled_from([*ContactKind]),
        "state": st.sampled_from([*ContactState]),
        "consent": st.sampled_from([None, True, False]),
    }
)
_STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("add"), st.lists(_POINT, min_size=1, max_size=4)),
        st.tuples(st.just("change"), st.tuples(st.integers(0, 9), _POINT)),
        st.tuples(st.just("remove"), st.integers(0, 9)),
        st.tuples(st.just("move"), st.integers(0, 1)),
        st.tuples(
            st.just("be"),
            st.fixed_dictionaries(
                {
                    "kind": st.sampled_from([*PartyKind]),
                    "country": st.sampled_from(["GB", "FR"]),
                    "language": st.sampled_from(["en", "cy"]),
                }
            ),
        ),
    ),
    max_size=8,
)


@pytest.mark.django_db
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(_STEPS)
def test_it_says_what_is_true_after_any_changes(steps):
    parties = [add(), add()]
    for number, (step, what) in enumerate(steps):
        points = [*ContactPoint.objects.filter(party__in=parties).order_by("pk")]
        match step:
            case "add":
                ContactPoint.objects.bulk_create(
                    ContactPoint(
                        **{**point, "party": parties[point["party"]]},
                        value=f"{number}-{place}",
                        value_key=f"{number}-{place}",
                        created_at=AT,
                    )
                    for place, point in enumerate(what)
                )
            case "change" if points:
                place, point = what
                ContactPoint.objects.filter(pk=points[place % len(points)].pk).update(
                    **{**point, "party": parties[point["party"]]}
                )
            case "remove" if points:
                points[what % len(points)].delete()
            case "be":
                Party.objects.filter(pk=parties[number % 2].pk).update(**what)
            case "move":
                actions.set_address(
                    party_id=parties[what].pk,
                    lines=[str(number)],
                    town="Leeds",
                    postcode="LS1 1AA",
                    from_on=TODAY,
                    at=AT,
                    by=TEST,
                )
        assert breaches() == []


@pytest.mark.django_db
def test_a_wrong_count_is_found():
    party = add()
    actions.add_contact_point(party_id=party.pk, kind=ContactKind.EMAIL, value="a@b.example", at=AT, by=TEST)
    assert counted(party) == (1, 0, 0, 0)

    Profile.objects.update(emails=2)

    assert breaches() == [f"party {party.pk}: 2 ways of kind email are counted, 1 found"]


@pytest.mark.django_db
def test_a_party_that_goes_takes_its_profile_along():
    party = add()
    Party.objects.filter(pk=party.pk).delete()

    assert not Profile.objects.filter(party_id=party.pk).exists()


@pytest.mark.django_db(transaction=True)
def test_two_who_write_at_once_are_both_counted():
    party = add()
    with psycopg.connect(url_of_database()) as one:
        one.execute(
            """
            INSERT INTO parties_contact_point (party_id, kind, value, value_key, label, state, preferred, created_at)
            VALUES (%s, 'mobile', '1', '1', '', 'unverified', false, now())
            """,
            [party.pk],
        )
        other = Hand(
            lambda: ContactPoint.objects.create(
                party=party, kind=ContactKind.MOBILE, value="2", value_key="2", created_at=AT
            )
        )
        _until(other.waits)
        one.commit()
        other.end()

    assert counted(party) == (0, 2, 0, 0)
    assert breaches() == []
