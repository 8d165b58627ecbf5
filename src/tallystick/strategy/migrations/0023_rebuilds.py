"""By which facts the book was computed last. Nothing says so of a book that stands already: it is rebuilt once."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("strategy", "0022_asked_first")]
    operations = [
        migrations.CreateModel(
            name="Rebuild",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("facts", models.TextField()),
                ("day", models.DateField()),
                ("changed", models.BigIntegerField()),
            ],
            options={"db_table": "strategy_rebuild"},
        ),
    ]
