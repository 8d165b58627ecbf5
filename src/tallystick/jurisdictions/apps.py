from django.apps import AppConfig


class JurisdictionsConfig(AppConfig):
    name = "tallystick.jurisdictions"
    label = "jurisdictions"
