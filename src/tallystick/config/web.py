"""The site as the web server's processes load it: like `wsgi`, and ending with the process that started them."""

from __future__ import annotations

from tallystick.config.lifeline import follow_parent
from tallystick.config.wsgi import application

__all__ = ["application"]

follow_parent(grace=10)
