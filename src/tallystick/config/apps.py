"""Register the plug board with Django, so that its commands are found."""

from django.apps import AppConfig


class ConfigConfig(AppConfig):
    """Settings, wiring and the operator's commands. It has no tables."""

    name = "tallystick.config"
    label = "config"

    def ready(self) -> None:
        """Plug events into their jobs, once every room has loaded."""
        from tallystick.config import wiring

        wiring.connect()
