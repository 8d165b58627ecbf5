"""Words without a business: money, days, clock, actor, refusals, SQL helpers."""
