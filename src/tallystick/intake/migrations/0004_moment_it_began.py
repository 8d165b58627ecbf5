"""Keep when a check or a load was begun, so that people see how long it takes."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("intake", "0003_problem_of_a_batch"),
    ]

    operations = [
        migrations.AddField(
            model_name="batch",
            name="began_at",
            field=models.DateTimeField(null=True),
        ),
    ]
