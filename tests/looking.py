"""Looking at a page that is open, as axe does: at a desk and on a phone, in light and dark. Pages of every room are held to it.

`TALLYSTICK_TEST_PICTURES` names a folder for pictures of what was looked at, for people.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe

DESK = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}

# What moves comes to rest first: half a fade is no color. What moves for ever, like a bar of progress, is let be; what is
# taken away meanwhile has come to rest too.
_AT_REST = """Promise.allSettled(document.getAnimations()
    .filter((moving) => moving.effect?.getComputedTiming().endTime < Infinity)
    .map((moving) => moving.finished)).then(() => null)"""


def findings(page: Any, *, colors_alone: bool = False) -> list[str]:
    """Give what axe finds wrong with the page as it is seen now."""
    options: dict[str, Any] = {"resultTypes": ["violations"]}
    if colors_alone:
        options["runOnly"] = ["color-contrast", "link-in-text-block"]
    page.evaluate(_AT_REST)
    violations = Axe().run(page, options=options).response["violations"]
    return [f"{found['id']}: {node['target']}" for found in violations for node in found["nodes"]]


def overhang(page: Any) -> int:
    """Give by how many pixels the page is wider than the screen."""
    return int(page.evaluate("document.documentElement.scrollWidth - innerWidth"))


def look_at(page: Any, name: str = "") -> list[str]:
    """Give what is wrong with the page in any way it is looked at, and leave it at a desk, in light.

    Nothing but colors differs by light and dark: only they are looked at again.
    """
    wrong = []
    for screen, size in (("phone", PHONE), ("desk", DESK)):
        page.set_viewport_size(size)
        for scheme in ("dark", "light"):
            page.emulate_media(color_scheme=scheme)
            found = findings(page, colors_alone=scheme == "dark")
            wrong += [f"{name} {page.url} on a {screen} in {scheme}: {each}" for each in found]
            _take_picture(page, f"{name or page.url.partition('//')[2].partition('/')[2]}-{screen}-{scheme}")
        if overhang(page) > 0:
            wrong.append(f"{name} {page.url} is wider than a {screen}")
    return wrong


def _take_picture(page: Any, name: str) -> None:
    if folder := os.environ.get("TALLYSTICK_TEST_PICTURES"):
        file = re.sub(r"[^\w-]+", "-", name) + ".png"
        page.screenshot(path=Path(folder) / file, full_page=True, caret="initial")
