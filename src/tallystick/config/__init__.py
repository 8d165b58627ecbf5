"""The plug board: settings, urls, wiring, the command line. Imports every room; no room imports it."""
