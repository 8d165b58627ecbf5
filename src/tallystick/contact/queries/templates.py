"""Read templates."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import QuerySet

from tallystick.contact.models import Template
from tallystick.contact.rules.words import Channel, NoSuchTemplate, Purpose, TemplateState
from tallystick.kernel.refusals import NotFound

#: The language a template falls back to where it does not speak the debtor's.
DEFAULT_LANGUAGE = "en"


@dataclass(frozen=True, slots=True)
class Voice:
    """A live template in all its languages.

    A debtor hears the exact language ("fr-CA"), else its base ("fr"), else the fall-back.
    """

    name: str
    purpose: Purpose
    by_language: dict[str, int]
    fallback_id: int
    fallback_language: str


def voice(*, name: str, channel: Channel) -> Voice:
    """Give the live versions of a template.

    :raises NoSuchTemplate: none is live
    """
    live = list(
        Template.objects.filter(name=name, channel=channel, state=TemplateState.LIVE)
        .order_by("language")
        .only("id", "language", "purpose")
    )
    if not live:
        raise NoSuchTemplate(name=name, channel=channel.label)
    fallback = next((template for template in live if template.language == DEFAULT_LANGUAGE), live[0])
    return Voice(
        name=name,
        purpose=Purpose(fallback.purpose),
        by_language={template.language: template.pk for template in live},
        fallback_id=fallback.pk,
        fallback_language=fallback.language,
    )


def get_template(template_id: int) -> Template:
    """Give one version of a template.

    :raises NotFound: there is none
    """
    found = Template.objects.filter(pk=template_id).order_by("pk").first()
    if found is None:
        raise NotFound(what="template", reference=template_id)
    return found


def newest() -> QuerySet[Template]:
    """Give the newest version of every template, by name, channel and language."""
    return Template.objects.order_by("name", "channel", "language", "-version").distinct("name", "channel", "language")


def live() -> QuerySet[Template]:
    """Give the templates that speak now."""
    return Template.objects.filter(state=TemplateState.LIVE).order_by("channel", "name", "language")


def versions(template: Template) -> QuerySet[Template]:
    """Give all versions of a template, newest first."""
    return Template.objects.filter(name=template.name, channel=template.channel, language=template.language).order_by(
        "-version"
    )
