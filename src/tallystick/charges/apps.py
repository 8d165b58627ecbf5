from django.apps import AppConfig


class ChargesConfig(AppConfig):
    name = "tallystick.charges"
    label = "charges"
