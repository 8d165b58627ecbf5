"""The frame staff work in: worklist, cockpit, and every page beside them."""
