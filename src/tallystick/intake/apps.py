"""Register the room with Django."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class IntakeConfig(AppConfig):
    """Placements and imports."""

    name = "tallystick.intake"
    label = "intake"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = _("Imports")
