"""Take loaded files back: who asked for it, who did it, and how far it is."""

from django.db import migrations, models

import tallystick.intake.rules.batches


class Migration(migrations.Migration):
    dependencies = [
        ("intake", "0007_days_at_once"),
    ]

    operations = [
        migrations.AddField(
            model_name="batch",
            name="undo_asked_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="batch",
            name="undo_asked_by",
            field=models.TextField(blank=True, default=""),
        ),
        migrations.AddField(
            model_name="batch",
            name="undo_asked_by_id",
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="batch",
            name="undo_reason",
            field=models.TextField(blank=True, default=""),
        ),
        migrations.AddField(
            model_name="batch",
            name="undone_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="batch",
            name="undone_by",
            field=models.TextField(blank=True, default=""),
        ),
        migrations.AddField(
            model_name="batch",
            name="unsilenced",
            field=models.JSONField(null=True),
        ),
        migrations.AddField(
            model_name="chunk",
            name="undone",
            field=models.JSONField(null=True),
        ),
        migrations.AddField(
            model_name="chunk",
            name="undone_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AlterField(
            model_name="batch",
            name="state",
            field=models.TextField(
                choices=[
                    ("uploaded", "Uploaded"),
                    ("checking", "Being checked"),
                    ("checked", "Checked"),
                    ("committing", "Being loaded"),
                    ("committed", "Loaded"),
                    ("abandoned", "Abandoned"),
                    ("undoing", "Being taken back"),
                    ("undone", "Taken back"),
                ],
                default=tallystick.intake.rules.batches.BatchState["UPLOADED"],
            ),
        ),
        migrations.AlterField(
            model_name="batchtotal",
            name="phase",
            field=models.TextField(
                choices=[("checked", "When checked"), ("committed", "When loaded"), ("undone", "When taken back")]
            ),
        ),
        migrations.AlterField(
            model_name="rowerror",
            name="phase",
            field=models.TextField(
                choices=[("checked", "When checked"), ("committed", "When loaded"), ("undone", "When taken back")]
            ),
        ),
    ]
