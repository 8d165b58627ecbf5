"""Background jobs of the house itself: jobs of a worker that died are taken up again, finished ones are cleared away."""

from __future__ import annotations

from procrastinate import App


def on_app_ready(app: App) -> None:
    """Add the house's own periodic jobs to the queue's application."""
