"""Every movement of money."""
