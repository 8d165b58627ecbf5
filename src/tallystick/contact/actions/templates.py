"""Keep templates: draft, revise, publish, and load those the program ships. A published version never changes."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Max

from tallystick.contact.models import Template
from tallystick.contact.queries import templates as template_queries
from tallystick.contact.rules import content, language, shipped
from tallystick.contact.rules.words import Channel, Purpose, TemplateNotDraft, TemplateState, TemplateWrong
from tallystick.kernel.actor import Actor
from tallystick.kernel.outcome import Outcome


def _check(*, channel: Channel, purpose: Purpose, subject: str, body: str) -> None:
    found = [f"subject, {problem}" for problem in language.problems(subject, one_line=True)]
    found += language.problems(body)
    found += content.missing(channel=channel, purpose=purpose, subject=subject, body=body)
    if found:
        raise TemplateWrong(problems="; ".join(found))


@transaction.atomic
def draft_template(
    *,
    name: str,
    channel: Channel,
    language_code: str,
    purpose: Purpose,
    subject: str,
    body: str,
    at: datetime,
    by: Actor,
) -> Template:
    """Draft a new template, or a new version of one. Merge fields are checked now: what is unknown is refused.

    :raises NotPermitted: `by` may not edit templates
    :raises TemplateWrong: it names what is not there, or breaks the language
    """
    by.must_be_allowed_to("edit templates")
    _check(channel=channel, purpose=purpose, subject=subject, body=body)
    alike = Template.objects.filter(name=name, channel=channel, language=language_code)
    newest = alike.aggregate(newest=Max("version"))["newest"] or 0
    return Template.objects.create(
        name=name,
        channel=channel,
        language=language_code,
        version=newest + 1,
        purpose=purpose,
        subject=subject.strip(),
        body=body.replace("\r\n", "\n").strip() + "\n",
        created_at=at,
        created_by=by.label,
    )


def _lock_draft(template_id: int) -> Template:
    template_queries.get_template(template_id)
    template = Template.objects.select_for_update().get(pk=template_id)
    if template.state != TemplateState.DRAFT:
        raise TemplateNotDraft()
    return template


@transaction.atomic
def revise_template(*, template_id: int, subject: str, body: str, at: datetime, by: Actor) -> Template:
    """Change the text of a draft.

    :raises NotPermitted: `by` may not edit templates
    :raises NotFound: there is none
    :raises TemplateNotDraft: it was published; draft a new version instead
    :raises TemplateWrong: it names what is not there, or breaks the language
    """
    by.must_be_allowed_to("edit templates")
    template = _lock_draft(template_id)
    _check(channel=Channel(template.channel), purpose=Purpose(template.purpose), subject=subject, body=body)
    template.subject, template.body = subject.strip(), body.replace("\r\n", "\n").strip() + "\n"
    template.save(update_fields=["subject", "body"])
    return template


@transaction.atomic
def publish_template(*, template_id: int, at: datetime, by: Actor) -> Template:
    """Let a draft speak from now on; the version that spoke before is retired and kept.

    :raises NotPermitted: `by` may not edit templates
    :raises NotFound: there is none
    :raises TemplateNotDraft: it was published already
    :raises TemplateWrong: a field it names is no longer there
    """
    by.must_be_allowed_to("edit templates")
    template = _lock_draft(template_id)
    _check(
        channel=Channel(template.channel),
        purpose=Purpose(template.purpose),
        subject=template.subject,
        body=template.body,
    )
    Template.objects.filter(
        name=template.name, channel=template.channel, language=template.language, state=TemplateState.LIVE
    ).update(state=TemplateState.RETIRED)
    template.state, template.published_at, template.published_by = TemplateState.LIVE, at, by.label
    template.save(update_fields=["state", "published_at", "published_by"])
    return template


@transaction.atomic
def load_templates(*, at: datetime, by: Actor) -> Outcome:
    """Load the templates that the program ships, live, where none of their name, channel and language exists.

    What somebody has changed stays as it is; loading twice changes nothing.
    """
    by.must_be_allowed_to("edit templates")
    known = set(Template.objects.values_list("name", "channel", "language").distinct())
    new = [text for text in shipped.templates() if (text.name, text.channel.value, text.language) not in known]
    for text in new:
        _check(channel=text.channel, purpose=text.purpose, subject=text.subject, body=text.body)
    Template.objects.bulk_create(
        Template(
            name=text.name,
            channel=text.channel,
            language=text.language,
            version=1,
            purpose=text.purpose,
            subject=text.subject,
            body=text.body,
            state=TemplateState.LIVE,
            created_at=at,
            created_by=by.label,
            published_at=at,
            published_by=by.label,
        )
        for text in new
    )
    return Outcome(done=len(new), already=len(shipped.templates()) - len(new))
