"""What a jurisdiction is, and which others its law rests on."""

from __future__ import annotations

from dataclasses import dataclass

from tallystick.jurisdictions.rules.reading import BadPack, Node, Wrong


@dataclass(frozen=True, slots=True)
class Jurisdiction:
    """A place with law of its own. What it does not say is said by those that it rests on, the nearest first."""

    id: str
    title: str
    rests_on: tuple[str, ...]


def read_jurisdiction(content: object, *, name: str) -> Jurisdiction:
    """Read a jurisdiction.

    :raises BadPack: it is not well formed
    """
    node = Node(content)
    try:
        node.only({"id", "title", "rests_on"})
        return Jurisdiction(
            node.at("id").text(), node.at("title").text(), tuple(each.text() for each in node.at("rests_on").each())
        )
    except Wrong as wrong:
        raise BadPack(name, [wrong.mistake]) from None
