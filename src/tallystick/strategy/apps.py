from django.apps import AppConfig


class StrategyConfig(AppConfig):
    name = "tallystick.strategy"
    label = "strategy"
