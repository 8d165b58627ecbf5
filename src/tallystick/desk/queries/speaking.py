"""What could be said to a debtor right now: templates, whether we may, and how it would read."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings

from tallystick.contact.models import Template
from tallystick.contact.queries import asking, previews
from tallystick.contact.queries import templates as template_queries
from tallystick.contact.rules.may import REFUSAL_WORDS
from tallystick.contact.rules.words import TO_DEBTOR, Channel, Purpose
from tallystick.desk.queries.case import Case
from tallystick.kernel.refusals import NotFound, Refusal


@dataclass(frozen=True, slots=True)
class Choice:
    """A live template, in the language that the debtor would hear."""

    template: Template
    answered: asking.MayWe

    @property
    def channel(self) -> Channel:
        """How it is said."""
        return Channel(self.template.channel)

    @property
    def title(self) -> str:
        """What people call it: its name, in words."""
        words = self.template.name.replace("_", " ")
        return words[:1].upper() + words[1:]

    @property
    def refusal(self) -> str:
        """Why it may not be sent now; empty where it may."""
        code = self.answered.answers.refusal
        return str(REFUSAL_WORDS.get(code, code))


@dataclass(frozen=True, slots=True)
class Beforehand:
    """One message before it is sent: all answers, and what it would say or why it cannot be written."""

    choice: Choice
    preview: previews.Preview | None
    problem: str


def choices(case: Case) -> list[Choice]:
    """Give the live templates that can be said to the debtor of an account, by channel and name, with the answer to "may we?".

    Templates of one channel and purpose have the same answer, so it is asked once for each.
    """
    spoken = _in_language(case.account.party.language)
    answers: dict[tuple[Channel, Purpose], asking.MayWe] = {}
    found = []
    for template in spoken:
        key = Channel(template.channel), Purpose(template.purpose)
        if key not in answers:
            answers[key] = asking.may_we(
                case.account.pk, channel=key[0], purpose=key[1], limits=settings.CONTACT_LIMITS, at=case.at
            )
        found.append(Choice(template, answers[key]))
    return sorted(found, key=lambda choice: (TO_DEBTOR.index(choice.channel), choice.title))


def beforehand(case: Case, template_id: int) -> Beforehand:
    """Give one message before it is sent.

    :raises NotFound: no such template can be said to the debtor
    """
    template = next((each for each in _in_language(case.account.party.language) if each.pk == template_id), None)
    if template is None:
        raise NotFound(what="template", reference=template_id)
    may = asking.may_we(
        case.account.pk,
        channel=Channel(template.channel),
        purpose=Purpose(template.purpose),
        limits=settings.CONTACT_LIMITS,
        at=case.at,
    )
    choice = Choice(template, may)
    try:
        preview = previews.preview_for(template, account_id=case.account.pk, at=case.at)
    except Refusal as wrong:
        return Beforehand(choice, None, str(wrong))
    return Beforehand(choice, preview, "")


def _in_language(language: str) -> list[Template]:
    """Give each live template for debtors once: in a language, in its base language, or in the one templates fall back to."""
    wanted = (language, language.split("-")[0], template_queries.DEFAULT_LANGUAGE)
    best: dict[tuple[str, str], Template] = {}
    for template in template_queries.live():
        if template.channel not in TO_DEBTOR:
            continue
        key = template.name, template.channel
        rank = wanted.index(template.language) if template.language in wanted else len(wanted)
        held = best.get(key)
        if held is None or rank < (wanted.index(held.language) if held.language in wanted else len(wanted)):
            best[key] = template
    return list(best.values())
