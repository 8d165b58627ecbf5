"""Orders in which a payment pays what is owed: data of a law, a contract or a client."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from tallystick.jurisdictions.rules.reading import Node


class Head(StrEnum):
    """What a part of a debt is for."""

    COSTS = "costs"
    FEES = "fees"
    INTEREST = "interest"
    PRINCIPAL = "principal"


class First(StrEnum):
    """What goes before what, each a comparison of two parts of a debt."""

    #: What the debtor said to pay.
    CHOSEN = "chosen"
    #: What is due before what is not yet.
    DUE = "due"
    #: By the heads of the order.
    HEAD = "head"
    OLDEST = "oldest"
    NEWEST = "newest"
    #: What gives the creditor less security.
    LEAST_SECURED = "least_secured"
    #: What costs the debtor more: the higher rate of interest.
    MOST_ONEROUS = "most_onerous"
    SMALLEST = "smallest"
    LARGEST = "largest"


class Ties(StrEnum):
    """What happens among parts that the order does not tell apart."""

    #: As they are listed.
    LISTED = "listed"
    #: Each by its share of what is owed.
    PROPORTIONAL = "proportional"


@dataclass(frozen=True, slots=True)
class Order:
    """Comparisons, the weightiest first, then what happens among equals. Heads that stand together are equal."""

    by: tuple[First, ...]
    heads: tuple[frozenset[Head], ...]
    ties: Ties

    def place(self, head: Head) -> int:
        """Give the place of a head; one that the order does not name comes last."""
        return next((place for place, heads in enumerate(self.heads) if head in heads), len(self.heads))


def read_order(node: Node) -> Order:
    """Read an order; the heads are named where it compares by them, each once."""
    node.only({"by", "ties"}, {"heads"})
    by = tuple(each.word(First) for each in node.at("by").each())
    heads = tuple(_read_heads(each) for each in node.at("heads").each()) if node.has("heads") else ()
    if (First.HEAD in by) is not bool(heads):
        raise node.wrong("an order by heads names them, and another does not", "add “heads”, or take them out")
    if sum(map(len, heads)) != len(frozenset().union(*heads)):
        raise node.at("heads").wrong("a head is there twice", "keep one of the two")
    return Order(by, heads, node.at("ties").word(Ties))


def written(order: Order) -> dict[str, object]:
    """Write an order as `read_order` reads it."""
    heads = [sorted(str(head) for head in heads) for heads in order.heads]
    return {"by": [str(each) for each in order.by], "ties": str(order.ties)} | ({"heads": heads} if heads else {})


def _read_heads(node: Node) -> frozenset[Head]:
    if isinstance(node.content, list):
        return frozenset(each.word(Head) for each in node.each())
    return frozenset({node.word(Head)})
