"""A condition chosen row by row: what the page sends, and the rows as it shows them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.http import require_POST

from tallystick.access.web import ActorRequest, requires
from tallystick.kernel.facts import FactType
from tallystick.strategy.queries import catalogue, editing, versions
from tallystick.strategy.rules import plain
from tallystick.strategy.rules.editing import choosing
from tallystick.strategy.rules.editing.choosing import Row, Rows, Sign
from tallystick.strategy.rules.types import Catalogue

#: More than anybody chooses; the rest is typed.
_MOST = 12


@dataclass(frozen=True, slots=True)
class ShownRow:
    """A row with what its fields offer."""

    number: int
    row: Row
    meaning: str
    unit: str
    #: "number", "money", "day", "text", "choices", or empty where nothing has to be said.
    widget: str
    signs: list[tuple[str, Any]]
    choices: tuple[str, ...]

    @property
    def value(self) -> str:
        """The value, or several one behind the other, as a field of text has it."""
        return ", ".join(self.row.values)


def shown(rows: Rows, words: Catalogue) -> list[ShownRow]:
    """Give rows as the page shows them, with an empty one behind."""
    return [_shown(number, row, words) for number, row in enumerate((*rows.rows[:_MOST], Row("")))]


def _shown(number: int, row: Row, words: Catalogue) -> ShownRow:
    fact = choosing.fact_named(row.fact, words) if row.fact else None
    if fact is None:
        return ShownRow(number, row, "", "", "", [], ())
    offered = choosing.signs(fact)
    sign = row.sign if row.sign in offered else offered[0]
    if sign in choosing.ALONE:
        widget = ""
    elif sign in (Sign.LONGER_AGO, Sign.WITHIN):
        widget = "number"
    elif fact.choices:
        widget = "choices"
    else:
        widget = {FactType.MONEY: "money", FactType.DATE: "day", FactType.TEXT: "text"}.get(fact.type, "number")
    unit = fact.unit if fact.type is FactType.NUMBER else ""
    signs = [(each.value, each.label) for each in offered]
    choices = tuple(dict.fromkeys([*fact.choices, *row.values])) if widget == "choices" else ()
    return ShownRow(number, Row(row.fact, sign, row.values, row.currency), fact.meaning, unit, widget, signs, choices)


def posted(data: QueryDict, name: str) -> Rows:
    """Read the rows that a page sends for a field."""
    found = []
    for number in range(_MOST + 1):
        fact = data.get(f"{name}-fact-{number}", "").strip()
        if fact:
            sign = data.get(f"{name}-sign-{number}", "")
            found.append(
                Row(
                    fact,
                    Sign(sign) if sign in {each.value for each in Sign} else None,
                    tuple(data.getlist(f"{name}-value-{number}")),
                    data.get(f"{name}-currency-{number}", ""),
                )
            )
    return Rows(tuple(found), data.get(f"{name}-joined") == "or")


def context_of(rows: Rows | None, name: str, words: Catalogue) -> dict[str, Any]:
    """Give what the fragment of the rows shows."""
    return {
        "name": name,
        "rows": shown(rows, words) if rows is not None else [],
        "is_any": rows.is_any if rows is not None else False,
        "is_text_only": rows is None,
        "written": choosing.text_of(rows, words) if rows is not None else "",
    }


def words_of(document: str) -> Catalogue:
    """Give the words of a working copy."""
    return editing.words_of(versions.program_of(document).document)


def facts(words: Catalogue) -> list[tuple[str, str]]:
    """Give what rows can be about: facts and looks back, each with its unit and meaning."""
    common = catalogue.catalogue().facts
    own = [fact for fact in words.facts.values() if fact.name not in common]
    found = [
        (fact.name, f"{plain.fact_aloud(fact)}{f' ({fact.unit})' if fact.unit else ''}: {fact.meaning}")
        for fact in (*own, *common.values())
    ]
    found += [(f"count({history.name}, 90 days)", history.meaning) for history in words.histories.values()]
    return found


@requires("publish strategies")
@require_POST
def choose(request: ActorRequest, copy_id: int, name: str) -> HttpResponse:
    """Show the rows of a condition as they are chosen, and what they come to."""
    words = words_of(editing.get_copy(copy_id, by=request.actor).document)
    text = request.POST.get("text")
    rows = choosing.rows_of(text, words) if text is not None else posted(request.POST, name)
    context = context_of(rows, name, words)
    return render(request, "strategy/editing/_choosing.html", context)
