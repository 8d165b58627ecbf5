"""The database engine of the tests: the program's own, with a flush that append-only tables allow."""
