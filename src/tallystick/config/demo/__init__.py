"""The demo book: made from a seed number, brought in through the public doors, and lived through day by day."""

from tallystick.config.demo.story import load, log_ins

__all__ = ["load", "log_ins"]
