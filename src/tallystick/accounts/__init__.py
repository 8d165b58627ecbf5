"""Who owes what to whom: clients, portfolios, accounts, items."""
