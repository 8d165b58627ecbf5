from django.apps import AppConfig


class ReconciliationsConfig(AppConfig):
    name = "tallystick.reconciliations"
    label = "reconciliations"
    default_auto_field = "django.db.models.BigAutoField"
