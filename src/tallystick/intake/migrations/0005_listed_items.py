"""Keep which items the files of a source listed, so that a file that lists everything open can settle others by its silence."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("intake", "0004_moment_it_began"),
    ]

    operations = [
        migrations.CreateModel(
            name="Listed",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "source_id",
                        "account_id",
                        "item_id",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("source_id", models.BigIntegerField()),
                ("account_id", models.BigIntegerField()),
                ("item_id", models.BigIntegerField()),
            ],
            options={"db_table": "intake_listed"},
        ),
        migrations.AlterField(
            model_name="batchtotal",
            name="verdict",
            field=models.TextField(
                choices=[
                    ("new", "New"),
                    ("changed", "Changed"),
                    ("unchanged", "Unchanged"),
                    ("repeated", "Repeated in the file"),
                    ("refused", "Refused"),
                    ("settled", "No longer listed: settled"),
                ]
            ),
        ),
    ]
