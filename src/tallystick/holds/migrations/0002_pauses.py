"""Pauses: a reason to hold that also stops the clocks of a strategy."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("holds", "0001_initial")]
    operations = [
        migrations.AlterField(
            "hold",
            "reason",
            models.TextField(
                choices=[
                    ("manual", "Held by hand"),
                    ("instruction", "Instruction of the client"),
                    ("promise", "Promise to pay"),
                    ("dispute", "Dispute"),
                    ("vulnerability", "Vulnerable customer"),
                    ("breathing_space", "Breathing space"),
                    ("insolvency", "Insolvency"),
                    ("pause", "Paused"),
                ]
            ),
        ),
        migrations.AddIndex(
            "hold",
            models.Index(condition=models.Q(("reason", "pause")), fields=["account"], name="holds_hold_pause"),
        ),
    ]
