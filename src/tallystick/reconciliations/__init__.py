"""The book held against the finance ledger of a client: every difference found, named and followed up."""
