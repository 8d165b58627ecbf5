"""No fact without a proof, and no proof that proves nothing."""

from __future__ import annotations

import os
from importlib import import_module
from pathlib import Path

import pytest
from tests.strategy.builders import DAY
from tests.strategy.facts.proofs import PROOFS, plain, proves, reads_the_account, values
from tests.strategy.facts.stories import account, gbp

from tallystick.kernel import sql
from tallystick.kernel.facts import FactType
from tallystick.strategy.queries import catalogue

for file in sorted(Path(__file__).parent.glob("test_*.py")):
    if file != Path(__file__):
        import_module(f"tests.strategy.facts.{file.stem}")


@pytest.mark.django_db
def test_every_fact_is_proven_by_a_story_in_which_something_happens_to_it():
    blank = values(account(on=DAY), day=DAY)
    unproven = []
    for name in (fact.name for fact in catalogue.facts()):
        found = {plain(proof.expected[name]) for proof in PROOFS if name in proof.expected}
        # A fact of the day alone is the same for a blank account: it must differ from one day to another.
        is_proven = found - {blank[name]} if reads_the_account(name) else len(found) > 1
        if not is_proven:
            unproven.append(name)

    assert not unproven, f"prove in tests/strategy/facts, by a value it has not by itself: {', '.join(unproven)}"


def test_a_proof_is_about_facts_that_there_are():
    with pytest.raises(ValueError, match="a fact at least"):
        proves({})
    with pytest.raises(ValueError, match=r"no facts named accounts\.luck"):
        proves({"accounts.luck": 7})


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("expected", "said"),
    [
        pytest.param({"accounts.open_items": 1}, "accounts.open_items is 0, not 1", id="another number"),
        pytest.param({"accounts.overdue": gbp("0.01")}, "accounts.overdue is 0, not 1", id="a penny more"),
        pytest.param({"parties.has_email": 0}, "parties.has_email is False, not 0", id="a number for a yes or no"),
        pytest.param({"accounts.days_past_due": 0}, "accounts.days_past_due is None, not 0", id="nothing for unknown"),
    ],
)
def test_a_proof_falls_when_a_fact_has_another_value(expected, said):
    proof = proves(expected)(account)
    PROOFS.pop()

    with pytest.raises(AssertionError, match=said):
        proof()


@pytest.mark.django_db
def test_a_proof_falls_when_its_story_forgets_to_give_the_account():
    def forget():
        account()

    proof = proves({"accounts.open_items": 0})(forget)
    PROOFS.pop()

    with pytest.raises(AssertionError, match="gives its account"):
        proof()


@pytest.mark.skipif(
    "DATABASE_URL" in os.environ, reason="what that server knows of sizes is left over from other tests"
)
@pytest.mark.django_db
def test_what_is_asked_of_a_table_is_found_there_by_an_index():
    """Else a condition of the night would read a whole table for each account."""
    sql.execute("SET LOCAL enable_seqscan = off")
    for index in indexes_of_another_order():
        sql.execute(f"DROP INDEX {index}")
    for fact in (fact for fact in catalogue.facts() if not fact.is_stored):
        asked = f"SELECT {catalogue.expression(fact, DAY)} FROM strategy_book AS book WHERE account_id = 1"  # noqa: S608
        (plan,) = sql.value(f"EXPLAIN (FORMAT JSON) {asked}")
        scans = [node for node in nodes(plan["Plan"]) if "Scan" in node["Node Type"]]

        blind = [
            node.get("Relation Name", "")
            for node in scans
            if node["Node Type"] == "Seq Scan" or ("Index" in node["Node Type"] and "Index Cond" not in node)
        ]
        assert len(scans) > 1, f"{fact.name} asks a table beside the book"
        assert not blind, f"{fact.name} reads {', '.join(blind)} without an index"


def indexes_of_another_order():
    """Give the indexes by which rows are found otherwise than by account or party: the planner takes any of an empty table."""
    found = sql.rows(
        """
        SELECT index.indexrelid::regclass::text AS name
        FROM pg_index AS index
        JOIN pg_attribute AS first ON first.attrelid = index.indexrelid AND first.attnum = 1
        JOIN pg_attribute AS owner ON owner.attrelid = index.indrelid
            AND owner.attname = CASE WHEN index.indrelid::regclass::text ~ '^parties_' THEN 'party_id' ELSE 'account_id' END
        WHERE NOT index.indisunique AND first.attname <> owner.attname
          AND index.indrelid::regclass::text ~ '^(parties|accounts|contact|disputes|promises|worklists|payments|holds)_'
        """
    )
    return [row["name"] for row in found]


def nodes(plan):
    """Give a plan and all plans below it."""
    return [plan, *(node for below in plan.get("Plans", ()) for node in nodes(below))]


def test_what_follows_the_room_names_one_fact():
    """A published document may use it: a second fact of the same short name would have it refused."""
    ambiguous = {short for short, names in catalogue.rooms_catalogue().short.items() if len(names) > 1}

    assert ambiguous == {"open_amount"}


def test_every_fact_reads_like_the_others():
    for fact in catalogue.facts():
        assert fact.meaning.endswith("."), fact.name
        assert fact.unit or fact.type is FactType.NUMBER, fact.name
        assert fact.meaning[0].isupper(), fact.name
