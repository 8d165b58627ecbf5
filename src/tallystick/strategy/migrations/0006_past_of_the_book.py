"""The past of the book: what a row was before each change of its facts, by months; where an account stood before each decision; and
what a chunk of a run had seen."""

from django.db import migrations, models

# A change of the row of an account and a decision about it are numbered by one sequence, drawn while the row is locked: the numbers of
# an account follow the order in which things happened to it, whatever clocks say.
PAST = """
CREATE TABLE strategy_past (
    account_id bigint NOT NULL,
    id bigint NOT NULL DEFAULT nextval('strategy_decision_id_seq'),
    day date NOT NULL,
    writer xid8 NOT NULL DEFAULT pg_current_xact_id(),
    was jsonb NOT NULL,
    PRIMARY KEY (account_id, id, day)
) PARTITION BY RANGE (day);
CREATE TABLE strategy_past_other PARTITION OF strategy_past DEFAULT;

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON strategy_past FOR EACH ROW EXECUTE FUNCTION kernel_append_only();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON strategy_past EXECUTE FUNCTION kernel_append_only();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON strategy_past_other EXECUTE FUNCTION kernel_append_only();
REVOKE UPDATE, DELETE, TRUNCATE ON strategy_past, strategy_past_other FROM CURRENT_USER;

CREATE FUNCTION strategy_open_month_of_past(day date) RETURNS boolean LANGUAGE plpgsql AS $$
-- Make the partition of the past for the month of a day; false when it stands already or when the default partition holds rows of it.
DECLARE
    low date := date_trunc('month', day)::date;
    high date := (date_trunc('month', day) + interval '1 month')::date;
    leaf text := 'strategy_past_' || to_char(low, 'YYYYMM');
BEGIN
    IF to_regclass(leaf) IS NOT NULL
        OR EXISTS (SELECT FROM strategy_past_other AS past WHERE past.day >= low AND past.day < high) THEN
        RETURN false;
    END IF;
    EXECUTE format('CREATE TABLE %I PARTITION OF strategy_past FOR VALUES FROM (%L) TO (%L)', leaf, low, high);
    EXECUTE format('REVOKE UPDATE, DELETE, TRUNCATE ON %I FROM CURRENT_USER', leaf);
    EXECUTE format('CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON %I EXECUTE FUNCTION kernel_append_only()', leaf);
    RETURN true;
END $$;

CREATE FUNCTION strategy_keep_place() RETURNS trigger LANGUAGE plpgsql AS $$
-- Keep where an account stood before it came to another version, or to none: that is no decision, and nothing else says it.
BEGIN
    INSERT INTO strategy_past (account_id, day, was)
    VALUES (
        OLD.account_id,
        coalesce(nullif(current_setting('tallystick.day', true), '')::date, NEW.state_entered_on, current_date),
        jsonb_build_object(
            'version_id', OLD.version_id, 'place', OLD.place, 'state_entered_on', OLD.state_entered_on,
            'next_review_on', OLD.next_review_on, 'stepped_on', OLD.stepped_on
        )
    );
    RETURN NULL;
END $$;
-- Decisions never name the column, and so never ask.
CREATE TRIGGER keep_place AFTER UPDATE OF version_id ON strategy_book
    FOR EACH ROW WHEN (OLD.version_id IS DISTINCT FROM NEW.version_id) EXECUTE FUNCTION strategy_keep_place();

ALTER TABLE strategy_book ADD COLUMN prior_review_on date;
ALTER TABLE strategy_decision
    ADD COLUMN from_entered_on date, ADD COLUMN from_review_on date, ADD COLUMN from_stepped_on date;
"""

UNMADE = """
ALTER TABLE strategy_decision DROP COLUMN from_entered_on, DROP COLUMN from_review_on, DROP COLUMN from_stepped_on;
ALTER TABLE strategy_book DROP COLUMN prior_review_on;
DROP TRIGGER keep_place ON strategy_book;
DROP FUNCTION strategy_keep_place();
DROP FUNCTION strategy_open_month_of_past(date);
DROP TABLE strategy_past;
"""


class Migration(migrations.Migration):
    dependencies = [("strategy", "0005_lifecycle")]
    operations = [
        migrations.RunSQL(PAST, UNMADE),
        migrations.CreateModel(
            name="Past",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "account_id", "id", "day", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("account_id", models.BigIntegerField()),
                ("id", models.BigIntegerField()),
                ("day", models.DateField()),
                ("was", models.JSONField()),
            ],
            options={"db_table": "strategy_past", "managed": False},
        ),
        migrations.AddField("runchunk", "looks", models.JSONField(null=True)),
    ]
