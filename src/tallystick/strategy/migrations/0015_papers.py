"""Strategies and policies become papers of one life: what there is of policies moves into the tables of strategies.

What moves gets numbers above all that were given on either side, so that none is ever mistaken for another; kept scores follow.
"""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q

MOVE = """
SELECT setval(sequence, greatest(nextval(sequence), (SELECT max(id) FROM strategy_policy)))
FROM pg_get_serial_sequence('strategy_paper', 'id') AS sequence WHERE EXISTS (SELECT FROM strategy_policy);
SELECT setval(sequence, greatest(nextval(sequence), (SELECT max(id) FROM strategy_policy_version)))
FROM pg_get_serial_sequence('strategy_version', 'id') AS sequence WHERE EXISTS (SELECT FROM strategy_policy_version);

CREATE TEMPORARY TABLE moved_paper ON COMMIT DROP AS
SELECT was, nextval(pg_get_serial_sequence('strategy_paper', 'id')) AS id
FROM (SELECT id AS was FROM strategy_policy ORDER BY id) AS policy;
CREATE TEMPORARY TABLE moved_version ON COMMIT DROP AS
SELECT was, nextval(pg_get_serial_sequence('strategy_version', 'id')) AS id
FROM (SELECT id AS was FROM strategy_policy_version ORDER BY id) AS version;

INSERT INTO strategy_paper (id, kind, name, title, created_at, created_by)
SELECT moved.id, kind, name, title, created_at, created_by
FROM strategy_policy AS policy JOIN moved_paper AS moved ON moved.was = policy.id;

INSERT INTO strategy_version (
    id, paper_id, number, document, state, created_at, created_by, author_id, is_by_system, published_at, published_by, retired_at
)
SELECT moved.id, paper.id, number, document, state, created_at, created_by, author_id, is_by_system, published_at, published_by,
       retired_at
FROM strategy_policy_version AS version
JOIN moved_version AS moved ON moved.was = version.id JOIN moved_paper AS paper ON paper.was = version.policy_id;

INSERT INTO strategy_act (version_id, kind, at, by, by_id, comment, details)
SELECT moved.id, kind, at, by, by_id, comment, details
FROM strategy_policy_act AS act JOIN moved_version AS moved ON moved.was = act.version_id
ORDER BY act.id;

GRANT UPDATE ON strategy_score TO CURRENT_USER;
ALTER TABLE strategy_score DISABLE TRIGGER append_only;
UPDATE strategy_score AS score SET policy_id = paper.id, version_id = version.id
FROM moved_paper AS paper, moved_version AS version WHERE paper.was = score.policy_id AND version.was = score.version_id;
ALTER TABLE strategy_score ENABLE TRIGGER append_only;
REVOKE UPDATE ON strategy_score FROM CURRENT_USER;

SET CONSTRAINTS ALL IMMEDIATE;
"""

KINDS = [("strategy", "Strategy"), ("segments", "Segments"), ("scorecard", "Scorecard"), ("table", "Decision table")]


class Migration(migrations.Migration):
    dependencies = [("strategy", "0014_room_in_pages")]
    operations = [
        migrations.RemoveConstraint("version", "strategy_version_number"),
        migrations.RemoveConstraint("version", "strategy_version_one_published"),
        migrations.RenameModel("Strategy", "Paper"),
        migrations.AlterModelTable("paper", "strategy_paper"),
        migrations.RenameField("version", "strategy", "paper"),
        migrations.AlterField(
            "version",
            "paper",
            models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="versions", to="strategy.paper"
            ),
        ),
        migrations.AddConstraint(
            "version", models.UniqueConstraint(fields=("paper", "number"), name="strategy_version_number")
        ),
        migrations.AddConstraint(
            "version",
            models.UniqueConstraint(
                fields=("paper",), condition=Q(state="published"), name="strategy_version_one_published"
            ),
        ),
        migrations.AddField("paper", "kind", models.TextField(choices=KINDS, default="strategy")),
        migrations.AlterField("paper", "name", models.TextField()),
        migrations.AddConstraint(
            "paper",
            models.UniqueConstraint(
                fields=("name",), condition=Q(kind="strategy"), name="strategy_paper_strategy_name"
            ),
        ),
        migrations.AddConstraint(
            "paper",
            models.UniqueConstraint(fields=("name",), condition=~Q(kind="strategy"), name="strategy_paper_policy_name"),
        ),
        migrations.RunSQL(MOVE),
        migrations.DeleteModel("PolicyAct"),
        migrations.DeleteModel("PolicyVersion"),
        migrations.DeleteModel("Policy"),
    ]
