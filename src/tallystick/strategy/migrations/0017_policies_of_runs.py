"""Each part of a run keeps by which versions of policies it decided."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("strategy", "0016_foresights")]
    operations = [migrations.AddField("runchunk", "policies", models.JSONField(null=True))]
