"""Live through days that have not come, by what decides now and by a version, with the program's own code."""
