"""Register the room with Django."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DeskConfig(AppConfig):
    """The pages of staff, and the look that all pages share."""

    name = "tallystick.desk"
    label = "desk"
    verbose_name = _("Desk")
