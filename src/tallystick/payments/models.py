"""Tables of money in: bank accounts, files and statements (catalogues), statement lines and payments (the family)."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from tallystick.payments.rules import states
from tallystick.payments.rules.days import DayOrder
from tallystick.payments.rules.matching import Waits
from tallystick.payments.rules.statement import Kind, Report


class BankAccount(models.Model):
    """A bank account that a client's debtors pay into, and how its bank exports it."""

    client = models.ForeignKey("accounts.Client", on_delete=models.PROTECT, related_name="bank_accounts")
    name = models.TextField()
    currency = models.CharField(max_length=3)
    iban = models.TextField(blank=True, default="")
    sort_code = models.TextField(blank=True, default="")
    number = models.TextField(blank=True, default="")
    #: Asked once, when a file's days could be read both ways.
    day_order = models.TextField(blank=True, default="", choices=[(order.value, order.value) for order in DayOrder])
    #: The character set the bank declares, for files that are in no Unicode.
    encoding = models.TextField(blank=True, default="")
    #: What a person said the columns of its CSV mean: `rules.csv_saved`. Empty: nobody has been asked.
    csv_columns = models.JSONField(blank=True, default=dict)

    class Meta:
        db_table = "payments_bank_account"
        constraints = [
            models.UniqueConstraint(fields=["iban"], condition=~Q(iban=""), name="payments_bank_account_iban"),
            models.UniqueConstraint(
                fields=["sort_code", "number"], condition=~Q(number=""), name="payments_bank_account_number"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class StatementFile(models.Model):
    """A file as it was brought in. The same bytes are one file, whatever it is called."""

    sha256 = models.CharField(max_length=64, unique=True)
    name = models.TextField()
    format = models.TextField()
    size = models.BigIntegerField()
    imported_at = models.DateTimeField()
    #: Who brought it in.
    imported_by = models.TextField()

    class Meta:
        db_table = "payments_statement_file"

    def __str__(self) -> str:
        return self.name


class FileWarning(models.Model):
    """Something a person should know about one place in a file; see `rules.warnings`."""

    file = models.ForeignKey(StatementFile, on_delete=models.PROTECT, related_name="warnings")
    line_number = models.IntegerField()
    code = models.TextField()
    text = models.TextField()
    fields = models.JSONField(default=dict)

    class Meta:
        db_table = "payments_file_warning"


class Statement(models.Model):
    """One statement of a file, or one page of it, with what the bank says stood on the account."""

    file = models.ForeignKey(StatementFile, on_delete=models.PROTECT, related_name="statements")
    bank_account = models.ForeignKey(BankAccount, on_delete=models.PROTECT, related_name="statements")
    report = models.TextField(choices=[(report.value, report.value) for report in Report])
    number = models.TextField(blank=True, default="")
    page = models.TextField(blank=True, default="")
    currency = models.CharField(max_length=3)
    opened_minor = models.BigIntegerField(null=True)
    closed_minor = models.BigIntegerField(null=True)
    #: Closing less opening less movement: nothing when it balances, null where a balance is missing.
    gap_minor = models.BigIntegerField(null=True)
    first_on = models.DateField(null=True)
    last_on = models.DateField(null=True)
    credits_minor = models.BigIntegerField(default=0)
    debits_minor = models.BigIntegerField(default=0)
    lines = models.IntegerField(default=0)
    #: Lines that an earlier file had brought already.
    known_lines = models.IntegerField(default=0)

    class Meta:
        db_table = "payments_statement"
        indexes = [models.Index(fields=["bank_account", "last_on"], name="payments_statement_last")]


class StatementLine(models.Model):
    """A movement on a bank account. Its `account_id` is the client's house account, where its money is booked first."""

    account_id = models.BigIntegerField()
    bank_account = models.ForeignKey(BankAccount, on_delete=models.PROTECT, related_name="lines")
    statement = models.ForeignKey(Statement, on_delete=models.PROTECT, related_name="+", db_constraint=False)
    #: Credit in our favour is positive.
    amount_minor = models.BigIntegerField()
    #: What of it is not applied yet, with the same sign.
    open_minor = models.BigIntegerField()
    booked_on = models.DateField()
    value_on = models.DateField(null=True)
    line_number = models.IntegerField()
    currency = models.CharField(max_length=3)
    #: By which it is known again in another file: `rules.line_keys`.
    key = models.CharField(max_length=32)
    kind = models.TextField(choices=[(kind.value, kind.value) for kind in Kind])
    code = models.TextField(blank=True, default="")
    narrative = models.TextField(blank=True, default="")
    counterparty = models.TextField(blank=True, default="")
    counterparty_account = models.TextField(blank=True, default="")
    #: Form in which payers are remembered: `rules.payers.payer_key`.
    payer_key = models.TextField(blank=True, default="")
    reference = models.TextField(blank=True, default="")
    mandate = models.TextField(blank=True, default="")
    return_reason = models.TextField(blank=True, default="")
    bank_reference = models.TextField(blank=True, default="")
    #: Keys of everything in the texts that may be a reference: `rules.references.tokens`.
    tokens = ArrayField(models.TextField(), default=list)
    raw = models.TextField(blank=True, default="")
    state = models.TextField(choices=states.LineState.choices(), default=states.LineState.WAITING)
    #: Why it waits, from the last time it was matched.
    waits = models.TextField(choices=Waits.choices(), blank=True, default="")
    #: Why a person set it aside, and who.
    reason = models.TextField(blank=True, default="")
    note = models.TextField(blank=True, default="")
    decided_at = models.DateTimeField(null=True)
    decided_by = models.TextField(blank=True, default="")

    class Meta:
        db_table = "payments_statement_line"
        constraints = [
            models.UniqueConstraint(fields=["account_id", "bank_account", "key"], name="payments_statement_line_once"),
            models.CheckConstraint(
                condition=Q(amount_minor__gte=0, open_minor__gte=0, open_minor__lte=F("amount_minor"))
                | Q(amount_minor__lt=0, open_minor__lte=0, open_minor__gte=F("amount_minor")),
                name="payments_statement_line_open_is_a_part",
            ),
        ]
        indexes = [
            models.Index(
                fields=["bank_account", "state", "booked_on"],
                condition=Q(state__in=["waiting", "parked", "ignored"]),
                name="payments_statement_line_waits",
            ),
            models.Index(
                fields=["bank_account", "payer_key"], condition=~Q(payer_key=""), name="payments_statement_line_payer"
            ),
            models.Index(fields=["statement"], name="payments_statement_line_of"),
        ]


class Payment(models.Model):
    """Money that an account's debtor paid. It stands until it is taken back; it is never edited."""

    account_id = models.BigIntegerField()
    client_id = models.BigIntegerField()
    amount_minor = models.BigIntegerField()
    #: The statement line it came on, if it did; the line is the house account's.
    line_id = models.BigIntegerField(null=True)
    #: The statement line on which the bank took it back, once that is known.
    return_line_id = models.BigIntegerField(null=True)
    received_at = models.DateTimeField()
    #: The day the bank, or whoever took it, booked it.
    booked_on = models.DateField()
    reversed_on = models.DateField(null=True)
    currency = models.CharField(max_length=3)
    method = models.TextField(choices=states.Method.choices())
    paid_to = models.TextField(choices=states.PaidTo.choices(), default=states.PaidTo.US)
    #: Where it is known from, and the key it has there: the same twice is one payment.
    source = models.TextField()
    source_key = models.TextField()
    payer = models.TextField(blank=True, default="")
    reference = models.TextField(blank=True, default="")
    state = models.TextField(choices=states.PaymentState.choices(), default=states.PaymentState.RECEIVED)
    reversal_reason = models.TextField(choices=states.ReversalReason.choices(), blank=True, default="")
    #: Who recorded it, or the rule that matched it.
    recorded_by = models.TextField()

    class Meta:
        db_table = "payments_payment"
        constraints = [
            models.UniqueConstraint(fields=["account_id", "source", "source_key"], name="payments_payment_once"),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="payments_payment_is_positive"),
            models.CheckConstraint(
                condition=Q(state="received", reversed_on__isnull=True)
                | Q(state="reversed", reversed_on__isnull=False),
                name="payments_payment_reversed_has_a_day",
            ),
        ]
        indexes = [
            models.Index(fields=["line_id"], condition=Q(line_id__isnull=False), name="payments_payment_line"),
            models.Index(fields=["client_id", "booked_on"], name="payments_payment_client_day"),
            models.Index(fields=["booked_on", "id"], name="payments_payment_day"),
        ]
