"""Tables of contact: templates (a catalogue), messages and calls (the account family)."""

from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce

from tallystick.contact.rules import digests, words


class Template(models.Model):
    """One version of what a message says, in one channel and language. A version that was live is never changed again."""

    name = models.TextField()
    channel = models.TextField(choices=words.Channel.choices())
    language = models.TextField(default="en")
    version = models.IntegerField()
    purpose = models.TextField(choices=words.Purpose.choices())
    subject = models.TextField(blank=True, default="")
    body = models.TextField()
    state = models.TextField(choices=words.TemplateState.choices(), default=words.TemplateState.DRAFT.value)
    created_at = models.DateTimeField()
    created_by = models.TextField()
    published_at = models.DateTimeField(null=True)
    published_by = models.TextField(blank=True, default="")

    class Meta:
        db_table = "contact_template"
        constraints = [
            models.UniqueConstraint(
                fields=["name", "channel", "language", "version"], name="contact_template_version_once"
            ),
            models.UniqueConstraint(
                fields=["name", "channel", "language"],
                condition=Q(state=words.TemplateState.LIVE.value),
                name="contact_template_one_live",
            ),
            models.CheckConstraint(
                condition=Q(state=words.TemplateState.DRAFT.value, published_at__isnull=True)
                | (~Q(state=words.TemplateState.DRAFT.value) & Q(published_at__isnull=False)),
                name="contact_template_published_has_an_instant",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.channel}, {self.language}) {self.version}"


class Message(models.Model):
    """Something said or commanded: the outbox while it waits, the record ever after.

    Its natural key is account, cause and number of the action: doing the same twice is a no-op. The table leaves room in
    its pages: a message is written once and touched twice more on its way out.
    """

    account = models.ForeignKey(
        "accounts.Account", on_delete=models.PROTECT, related_name="messages", db_constraint=False, db_index=False
    )
    party_id = models.BigIntegerField()
    client_id = models.BigIntegerField()
    #: parties.ContactPoint of an e-mail or text message; null for the others.
    contact_point_id = models.BigIntegerField(null=True)
    cause_id = models.BigIntegerField()
    template = models.ForeignKey(Template, null=True, on_delete=models.PROTECT, db_index=False, db_constraint=False)
    #: documents.Document of the exact bytes as they left.
    document_id = models.BigIntegerField(null=True)
    queued_at = models.DateTimeField()
    #: Not before this instant; moved by a failed attempt.
    next_attempt_at = models.DateTimeField()
    #: When the worker that has it in hand took it.
    claimed_at = models.DateTimeField(null=True)
    #: When it was given to the provider, written before the attempt.
    handed_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    #: When the receiver said it was done: a service command carried out.
    acknowledged_at = models.DateTimeField(null=True)
    #: Message-ID, idempotency key and file name: fixed before the first attempt.
    key = models.UUIDField(db_default=RandomUUID())
    action_no = models.SmallIntegerField(default=0)
    attempts = models.SmallIntegerField(default=0)
    cause_kind = models.TextField()
    channel = models.TextField(choices=words.Channel.choices())
    state = models.TextField(choices=words.MessageState.choices())
    purpose = models.TextField(choices=words.Purpose.choices())
    command = models.TextField(choices=words.Command.choices(), blank=True, default="")
    language = models.TextField(default="en")
    #: Which colleagues a notice goes to: "role:team leader", "owner:", "team:North"; empty otherwise.
    audience = models.TextField(blank=True, default="")
    #: Days past due from which the levels of items begin, and whether it speaks of all the debtor's accounts with the client.
    levels = models.JSONField(default=list, db_default=[])
    of_debtor = models.BooleanField(default=False, db_default=False)
    recipient = models.TextField(blank=True, default="")
    subject = models.TextField(blank=True, default="")
    #: Code of the first "no", or of why it failed; empty otherwise.
    refusal = models.TextField(blank=True, default="")
    #: What the provider said when it failed, for people.
    failure = models.TextField(blank=True, default="")
    provider_id = models.TextField(blank=True, default="")
    #: May we? Rule by rule, as it was decided and as it left: {"open": true, "seldom": false, …}.
    answers_queued = models.JSONField(default=dict)
    answers_sent = models.JSONField(null=True)
    queued_by = models.TextField()
    queued_by_id = models.BigIntegerField(null=True)

    class Meta:
        db_table = "contact_message"
        constraints = [
            models.UniqueConstraint(
                fields=["account", "cause_kind", "cause_id", "action_no"], name="contact_message_once_per_cause"
            ),
            models.CheckConstraint(
                condition=~Q(state=words.MessageState.SENT.value) | Q(sent_at__isnull=False),
                name="contact_message_sent_has_at",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[words.MessageState.REFUSED.value, words.MessageState.FAILED.value])
                | ~Q(refusal=""),
                name="contact_message_no_has_a_code",
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_attempt_at", "id"],
                condition=Q(state=words.MessageState.QUEUED.value),
                name="contact_message_due",
            ),
            models.Index(
                fields=["claimed_at"],
                condition=Q(state=words.MessageState.SENDING.value),
                name="contact_message_in_hand",
            ),
            models.Index(
                fields=["queued_at", "id"],
                condition=Q(state__in=[words.MessageState.FAILED.value, words.MessageState.REFUSED.value]),
                name="contact_message_gone_wrong",
            ),
            # How often a person hears from us, over all accounts.
            models.Index(
                "party_id",
                Coalesce("sent_at", "queued_at"),
                condition=Q(
                    channel__in=[channel.value for channel in words.TO_DEBTOR],
                    state__in=[state.value for state in words.HEARD],
                ),
                name="contact_message_of_person",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.key}"


class NoticeChoice(models.Model):
    """How soon somebody is told of something: a person's own choice, or the house's for everybody (no user).

    `kind` is the name of a notice's template and `audience` whom it is for ("role:team leader", "owner:"); empty is any.
    """

    user_id = models.BigIntegerField(null=True)
    kind = models.TextField(blank=True, default="")
    audience = models.TextField(blank=True, default="")
    pace = models.TextField(choices=digests.Pace.choices())
    chosen_at = models.DateTimeField()
    chosen_by = models.TextField()

    class Meta:
        db_table = "contact_notice_choice"
        constraints = [
            models.UniqueConstraint(
                fields=["user_id", "kind", "audience"], nulls_distinct=False, name="contact_notice_choice_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.audience} {self.pace}"


class NoticeHours(models.Model):
    """When a person's digests leave; the row without a person says when those leave of everybody who chose nothing."""

    user_id = models.BigIntegerField(null=True)
    hour = models.SmallIntegerField()
    weekday = models.SmallIntegerField()
    calendar = models.TextField()

    class Meta:
        db_table = "contact_notice_hours"
        constraints = [
            models.UniqueConstraint(fields=["user_id"], nulls_distinct=False, name="contact_notice_hours_once"),
            models.CheckConstraint(
                condition=Q(hour__gte=0, hour__lte=23, weekday__gte=0, weekday__lte=4),
                name="contact_notice_hours_are_hours",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.hour}:00"


class Digest(models.Model):
    """One e-mail to one colleague with all notices that waited for its hour: outbox while it waits, record ever after."""

    #: access.User; null for an account manager who has no log-in.
    user_id = models.BigIntegerField(null=True)
    recipient = models.TextField()
    #: The hour it was made for: with the receiver, its natural key.
    leaves_at = models.DateTimeField()
    made_at = models.DateTimeField()
    next_attempt_at = models.DateTimeField()
    handed_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    #: The Message-ID that a reply will name: fixed before the first attempt.
    key = models.UUIDField(db_default=RandomUUID())
    attempts = models.SmallIntegerField(default=0)
    state = models.TextField(choices=digests.DigestState.choices())
    #: documents.Document of the exact bytes as they left.
    document_id = models.BigIntegerField(null=True)
    subject = models.TextField(blank=True, default="")
    refusal = models.TextField(blank=True, default="")
    failure = models.TextField(blank=True, default="")
    provider_id = models.TextField(blank=True, default="")

    class Meta:
        db_table = "contact_digest"
        constraints = [
            models.UniqueConstraint(
                fields=["user_id", "recipient", "leaves_at"], nulls_distinct=False, name="contact_digest_once_an_hour"
            ),
            models.CheckConstraint(
                condition=~Q(state=digests.DigestState.SENT.value) | Q(sent_at__isnull=False),
                name="contact_digest_sent_has_at",
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_attempt_at"],
                condition=Q(state__in=[digests.DigestState.QUEUED.value, digests.DigestState.SENDING.value]),
                name="contact_digest_due",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.recipient} {self.leaves_at}"


class NoticeCopy(models.Model):
    """A notice for one receiver who is told in a digest: which one, or why it was left out. Told at once, there is no copy."""

    account_id = models.BigIntegerField()
    message_id = models.BigIntegerField()
    email = models.TextField()
    user_id = models.BigIntegerField(null=True)
    pace = models.TextField(choices=digests.Pace.choices())
    gathered_at = models.DateTimeField()
    digest_id = models.BigIntegerField(null=True)
    left_out = models.TextField(blank=True, default="")

    class Meta:
        db_table = "contact_notice_copy"
        constraints = [
            models.UniqueConstraint(fields=["account_id", "message_id", "email"], name="contact_notice_copy_once"),
        ]
        indexes = [
            models.Index(
                fields=["gathered_at"],
                condition=Q(digest_id__isnull=True, left_out=""),
                name="contact_notice_copy_waiting",
            ),
            models.Index(fields=["digest_id"], condition=Q(digest_id__isnull=False), name="contact_notice_copy_digest"),
        ]

    def __str__(self) -> str:
        return f"{self.message_id} to {self.email}"


class Call(models.Model):
    """A telephone call and what came of it."""

    account = models.ForeignKey(
        "accounts.Account", on_delete=models.PROTECT, related_name="calls", db_constraint=False, db_index=False
    )
    party_id = models.BigIntegerField()
    contact_point_id = models.BigIntegerField(null=True)
    called_at = models.DateTimeField()
    seconds = models.IntegerField(null=True)
    callback_at = models.DateTimeField(null=True)
    direction = models.TextField(choices=words.Direction.choices())
    outcome = models.TextField(choices=words.CallOutcome.choices())
    number = models.TextField(blank=True, default="")
    note = models.TextField(blank=True, default="")
    recorded_at = models.DateTimeField()
    caller = models.TextField()
    caller_id = models.BigIntegerField(null=True)

    class Meta:
        db_table = "contact_call"
        indexes = [
            models.Index(fields=["account", "called_at"], name="contact_call_account"),
            models.Index(fields=["party_id", "called_at"], name="contact_call_person"),
            models.Index(fields=["caller_id", "called_at"], name="contact_call_caller"),
        ]

    def __str__(self) -> str:
        return f"{self.outcome} {self.called_at}"
