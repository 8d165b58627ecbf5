"""Ask the law for what is charged, and read what was."""

from tallystick.charges.queries.law import interest_by_law, judgment_bears_interest, late_payment

__all__ = ["interest_by_law", "judgment_bears_interest", "late_payment"]
