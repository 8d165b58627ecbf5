"""What follows when a look ends a trial: an arm that does harm gets nobody any more, and whoever registered the trial is told."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from tallystick.access import queries as access_queries
from tallystick.kernel.actor import Actor, system
from tallystick.kernel.calendars import local_day
from tallystick.kernel.refusals import Refusal
from tallystick.strategy.actions import approving, deferring, publishing
from tallystick.strategy.models import Trial, TrialLook, Version
from tallystick.strategy.queries import catalogue, trial_report, trials, versions
from tallystick.strategy.rules import lifecycle
from tallystick.strategy.rules.trials import winner
from tallystick.strategy.rules.trials.terms import Outcome


def conclude(look: TrialLook, *, at: datetime) -> None:
    """Do what follows from a look that was just kept: nothing, where the trial goes on."""
    if look.outcome == Outcome.GOES_ON:
        return
    if look.outcome == Outcome.HARM:
        stop_challenger(look.trial, at=at)
    deferring.defer_telling_of_trial(look_id=look.pk)


def stop_challenger(trial: Trial, *, at: datetime) -> Version | None:
    """Publish a version in which nobody is in the arm that does harm: its share is the champion's.

    That was said when the trial was registered, so no second person is asked. What cannot be published as it is stays a draft,
    and the page of the trial says that accounts still come to the arm. None is given then, or where none come anyway.
    """
    if not trials.is_filled(trial):
        return None
    by = system("a trial")
    published = versions.published_version(trial.strategy)
    try:
        with transaction.atomic():
            document = winner.without(
                published.document,
                split=trial.split,
                arm=trial.challenger,
                champion=trial.champion,
                vocabulary=catalogue.vocabulary(),
            )
            kept = publishing.draft(document=document, of=trial.strategy, at=at, by=by)
    except Refusal:
        return None
    try:
        with transaction.atomic():
            version = versions.lock_version(kept.pk)
            if version.state == lifecycle.State.DRAFT:
                approving.approve_of_system(version, at=at, by=by)
            publishing.check(version, at=at)
            comment = _("Planned stop of the trial “{title}”: the challenger does harm.").format(title=trial.title)
            publishing.put_in_force(version, comment=comment, at=at, by=by, trial=trial.pk)
    except Refusal:
        return None
    deferring.defer_settling(day=local_day(at, settings.TIME_ZONE))
    return version


def tell_of_trial(*, look_id: int, by: Actor) -> int:
    """Tell whoever registered a trial, by e-mail, that a look ended it, and what may be concluded; give how many were told."""
    by.must_be_allowed_to("publish strategies")
    trial = trials.get_look(look_id).trial
    people = [user for user in access_queries.users().filter(pk=trial.registered_by_id or 0) if user.email]
    for person in people:
        with translation.override(person.language or settings.LANGUAGE_CODE):
            send_mail(*_letter(trial), None, [person.email])
    return len(people)


def _letter(trial: Trial) -> tuple[str, str]:
    report = trial_report.report(trial, day=trial.starts_on)
    subject = _("Trial ended: {title}").format(title=trial.title)
    address = settings.SITE_URL + reverse("strategy:trial", args=[trial.pk])
    return subject, "\n\n".join(filter(None, (report.sentence, report.follows, address))) + "\n"
