"""How an amount of one currency is told in another, and how files of rates are read."""
