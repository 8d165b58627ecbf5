"""Policies of before they were papers, with all that was done with them, are found again after the migration."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.utils import DatabaseError
from tests.strategy.builders import BY, DAY, at
from tests.strategy.test_lifecycle import STEPS
from tests.strategy.test_policy_actions import GROUPS, RISK

from tallystick.kernel import sql
from tallystick.strategy import actions
from tallystick.strategy.models import Act, Score, Version
from tallystick.strategy.queries import catalogue, life, versions
from tallystick.strategy.rules import lifecycle

pytestmark = pytest.mark.django_db(transaction=True)

AT = at(DAY)
TERMS = "created_at, created_by, author_id, is_by_system, published_at, published_by, retired_at"


@pytest.fixture
def before():
    """The connection, moved to a database of its own as it was before the migration, and back afterwards."""
    here = connection.settings_dict["NAME"]
    there = f"{here}_before"
    with connection._nodb_cursor() as cursor:
        cursor.execute(f'CREATE DATABASE "{there}"')
    connection.close()
    connection.settings_dict["NAME"] = there
    MigrationExecutor(connection).migrate([("strategy", "0014_room_in_pages")])
    yield
    connection.close()
    connection.settings_dict["NAME"] = here
    with connection._nodb_cursor() as cursor:
        cursor.execute(f'DROP DATABASE "{there}" WITH (FORCE)')


def _lived() -> None:
    """Fill in a strategy, a scorecard of its name, and segments; their numbers are each other's on purpose."""
    sql.execute("INSERT INTO strategy_strategy VALUES (1, 'risk', 'A strategy', %s, 'ann')", [AT])
    sql.execute(
        f"INSERT INTO strategy_version (id, strategy_id, number, document, state, {TERMS})"  # noqa: S608
        " VALUES (1, 1, 1, %s, 'published', %s, 'ann', 7, false, %s, 'ann', NULL)",
        [STEPS.replace("name: test", "name: risk"), AT, AT],
    )
    for id_, name, kind in ((1, "groups", "segments"), (2, "risk", "scorecard"), (9, "later", "segments")):
        sql.execute("INSERT INTO strategy_policy VALUES (%s, %s, %s, 'Title', %s, 'bob')", [id_, name, kind, AT])
    rows = [
        (1, 1, 1, GROUPS, "retired", AT, AT + timedelta(days=1)),
        (2, 2, 1, RISK, "published", AT, None),
        (3, 1, 2, GROUPS.replace("> 30", "> 20"), "published", AT + timedelta(days=1), None),
        (4, 1, 3, GROUPS.replace("> 30", "> 10"), "approved", None, None),
        (12, 9, 1, GROUPS.replace("name: groups", "name: later"), "sent_back", None, None),
    ]
    for id_, policy, number, document, state, published_at, retired_at in rows:
        sql.execute(
            f"INSERT INTO strategy_policy_version (id, policy_id, number, document, state, {TERMS})"  # noqa: S608
            " VALUES (%s, %s, %s, %s, %s, %s, 'bob', 8, false, %s, %s, %s)",
            [id_, policy, number, document, state, AT, published_at, "bob" if published_at else "", retired_at],
        )
        details = json.dumps({"document": life.digest(document), "is_own": False})
        for kind in ("drafted", "approved"):
            sql.execute(
                "INSERT INTO strategy_policy_act (version_id, kind, at, by, by_id, comment, details)"
                " VALUES (%s, %s, %s, 'eve', 5, 'Fits.', %s::jsonb)",
                [id_, kind, AT, details],
            )
    for account_id in range(1, 40):
        sql.execute(
            "INSERT INTO strategy_score (account_id, policy_id, version_id, scored_at, scored_on, score, currency,"
            " contributions, inputs) VALUES (%s, 2, 2, %s, %s, 44, 'GBP', '{\"age\": 40, \"owed\": 4}', '{}')",
            [account_id, AT, DAY],
        )


def test_nothing_of_a_policy_is_lost_and_its_life_goes_on(before):
    _lived()
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())

    groups, risk = versions.get_policy("groups"), versions.get_policy("risk")
    assert (groups.kind, risk.kind, versions.get_policy("later").kind) == ("segments", "scorecard", "segments")
    assert versions.get_strategy("risk").title == "A strategy"
    assert [version.pk for version in versions.live()] == [1]
    first, second, third = versions.versions_of(groups).order_by("number")
    assert [each.state for each in (first, second, third)] == ["retired", "published", "approved"]
    assert (first.document, first.published_at, first.retired_at) == (GROUPS, AT, AT + timedelta(days=1))
    assert (first.created_by, first.author_id, first.published_by) == ("bob", 8, "bob")
    assert [(act.kind, act.by_id, act.comment) for act in life.acts(third)] == [
        ("approved", 5, "Fits."),
        ("drafted", 5, "Fits."),
    ]
    assert Act.objects.count() == 10
    # No number of a policy was ever one of another table's: who kept one somewhere finds nothing, and no other policy.
    assert min(Version.objects.exclude(pk=1).values_list("pk", flat=True)) > 12

    published = versions.published_version(risk)
    assert set(Score.objects.values_list("policy_id", "version_id")) == {(risk.pk, published.pk)}
    assert Score.objects.count() == 39
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        sql.execute("UPDATE strategy_score SET score = 0")
    sql.execute("GRANT UPDATE ON strategy_score TO CURRENT_USER")
    with pytest.raises(DatabaseError, match="is append-only"), transaction.atomic():
        sql.execute("UPDATE strategy_score SET score = 0")

    assert {name: word.version for name, word in catalogue.words().items()} == {"segment.groups": 2, "score.risk": 1}
    assert sql.rows(sql.load("tallystick.strategy", "invariants.sql", "unapproved")) == []
    # What somebody approved before can be published, and what it replaces comes back.
    actions.publish(version_id=third.pk, at=AT + timedelta(days=2), by=BY)
    restored = actions.roll_back(version_id=third.pk, reason="No", at=AT + timedelta(days=3), by=BY)
    assert (restored.number, restored.restores) == (4, second)
    with pytest.raises(lifecycle.NotApproved):
        actions.publish(version_id=versions.get_policy("later").versions.get().pk, at=AT, by=BY)
