"""Leave a step out for half the accounts, by chance: the document of a trial that says what the step is good for."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tallystick.kernel.refusals import NotFound, Refusal
from tallystick.strategy.rules import own_words, reading
from tallystick.strategy.rules.document import Document, Otherwise, Step
from tallystick.strategy.rules.editing import changes
from tallystick.strategy.rules.reading import Vocabulary

#: The arms: what is done now, and without it.
WITH, WITHOUT = "with", "without"


class StepNotLeftOut(Refusal):
    """To leave a step out would change more than that."""

    code = "strategy.step_not_left_out"
    sentence = gettext_lazy(
        "“{step}” cannot simply be left out for some: {why} Tell the two ways apart by a split in the document."
    )


def left_out(text: str, *, state: str, step: str, vocabulary: Vocabulary) -> str:
    """Give a document that is the same but for a split, one arm of which passes a step over.

    :raises NotFound: there is no such step
    :raises StepNotLeftOut: passing it over would change more
    """
    document = reading.read(text, vocabulary)
    place, found = _step(document, state, step)
    _check(found)
    taken = [each.id for each in document.splits]
    split = changes.free_id(f"{step}-left-out", taken)
    arm = f'{own_words.name_of_split(split)} = "{WITH}"'
    by = "debtor" if document.weighing.of_debtor else "account"
    text = changes.add(text, ("splits", split), {"by": by, "shares": {WITH: 50, WITHOUT: 50}}, vocabulary)
    path = ("states", state, "steps", place)
    section = changes.part(text, path)
    if not isinstance(section, dict):
        raise NotFound(what=_("step"), reference=step)
    when = f"({found.when.text}) and {arm}" if found.when else arm
    return changes.put(text, path, changes.merged(section, {"when": when, "otherwise": "skip"}, "step"), vocabulary)


def _step(document: Document, state: str, step: str) -> tuple[int, Step]:
    for each in document.states:
        if each.id == state:
            for place, found in enumerate(each.steps, start=1):
                if found.id == step:
                    return place, found
    raise NotFound(what=_("step"), reference=f"{state}.{step}")


def _check(step: Step) -> None:
    if step.go is not None:
        raise StepNotLeftOut(step=step.title, why=_("it leads to another state."))
    if step.when is not None and step.otherwise is Otherwise.WAIT:
        raise StepNotLeftOut(step=step.title, why=_("accounts wait until its condition is true."))
