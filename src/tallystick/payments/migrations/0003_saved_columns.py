from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("payments", "0002_returns_by_line"),
    ]

    operations = [
        migrations.AddField(
            model_name="bankaccount",
            name="csv_columns",
            field=models.JSONField(blank=True, default=dict),
        ),
        migrations.RemoveIndex(model_name="statementline", name="payments_statement_line_waits"),
        migrations.AddIndex(
            model_name="statementline",
            index=models.Index(
                condition=models.Q(("state__in", ["waiting", "parked", "ignored"])),
                fields=["bank_account", "state", "booked_on"],
                name="payments_statement_line_waits",
            ),
        ),
        migrations.AddIndex(
            model_name="payment",
            index=models.Index(fields=["booked_on", "id"], name="payments_payment_day"),
        ),
    ]
