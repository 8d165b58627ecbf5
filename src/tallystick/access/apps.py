"""Register the room with Django."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccessConfig(AppConfig):
    """Users, roles, scopes and the audit trail."""

    name = "tallystick.access"
    label = "access"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = _("Access")
