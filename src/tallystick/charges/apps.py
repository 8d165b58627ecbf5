from django.apps import AppConfig


class ChargesConfig(AppConfig):
    name = "tallystick.charges"
    label = "charges"
    default_auto_field = "django.db.models.BigAutoField"
