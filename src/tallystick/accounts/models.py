"""Tables of accounts: clients and portfolios (catalogues), accounts and items (the family)."""

from datetime import date

from django.db import models
from django.db.models import F, Q

from tallystick.accounts import rules
from tallystick.accounts.rules.orders import AllocatedBy, OrderBasis


class Client(models.Model):
    """A creditor whose receivables are looked after, or ourselves."""

    code = models.TextField(unique=True)
    name = models.TextField()
    #: access.BusinessUnit, by id: who may see the client's accounts.
    business_unit_id = models.BigIntegerField(null=True)
    #: access.Team that works the accounts unless a work item says otherwise.
    team_id = models.BigIntegerField(null=True)
    time_zone = models.TextField(default="Europe/London")
    #: Calendar of the jurisdiction pack that counts business days.
    calendar = models.TextField(default="GB-EAW")
    #: Whom notices about the client's key accounts go to.
    account_manager_email = models.TextField(blank=True, default="")
    #: Letterhead, telephone, payment details: shown to debtors in messages.
    details = models.JSONField(default=dict, blank=True)
    #: What reports about the client tell their totals in, beside those of each currency; nothing for that of the house.
    reporting_currency = models.CharField(max_length=3, blank=True, default="")
    furthest_promise_days = models.IntegerField(default=30)
    promise_grace_days = models.IntegerField(default=1)
    #: How much of a promise may be missing for it to count as kept in part: a fraction from 0, below 1.
    promise_tolerance = models.DecimalField(max_digits=4, decimal_places=3, default=0)
    #: Whether money on account pays new items by itself, or waits for a person.
    on_account_pays = models.BooleanField(default=False)

    class Meta:
        db_table = "accounts_client"
        constraints = [
            models.CheckConstraint(
                condition=Q(promise_tolerance__gte=0, promise_tolerance__lt=1),
                name="accounts_client_tolerance_is_a_part",
            )
        ]

    def __str__(self) -> str:
        return self.name


class Portfolio(models.Model):
    """A part of a client's book that is treated alike."""

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="portfolios")
    code = models.TextField()
    name = models.TextField()

    class Meta:
        db_table = "accounts_portfolio"
        constraints = [models.UniqueConstraint(fields=["client", "code"], name="accounts_portfolio_code")]

    def __str__(self) -> str:
        return self.name


class Account(models.Model):
    """What one debtor owes one client, in one currency. Its id is the `account_id` of the whole family."""

    client = models.ForeignKey(Client, on_delete=models.PROTECT)
    portfolio = models.ForeignKey(Portfolio, on_delete=models.PROTECT)
    party = models.ForeignKey("parties.Party", on_delete=models.PROTECT, db_constraint=False, related_name="accounts")
    #: The client's own reference; unique within the client through the lookup table.
    reference = models.TextField()
    currency = models.CharField(max_length=3)
    state = models.TextField(choices=rules.AccountState.choices(), default=rules.AccountState.OPEN)
    close_reason = models.TextField(choices=rules.CloseReason.choices(), blank=True, default="")
    opened_on = models.DateField()
    closed_on = models.DateField(null=True)
    #: access.User who looks after the account, if one does.
    owner_id = models.BigIntegerField(null=True)
    #: Money that came in and paid no item yet: the balance of the head `ON_ACCOUNT`, kept as `Item.open_minor` is.
    on_account_minor = models.BigIntegerField(default=0, db_default=0)
    #: A house account holds a client's money that belongs to no debtor yet.
    is_house = models.BooleanField(default=False)

    class Meta:
        db_table = "accounts_account"
        indexes = [models.Index(fields=["reference"], name="accounts_account_reference")]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="open", closed_on__isnull=True) | Q(state="closed", closed_on__isnull=False),
                name="accounts_account_closed_has_a_day",
            )
        ]

    def __str__(self) -> str:
        return self.reference


class AccountLookup(models.Model):
    """Finds an account by its client's own reference: uniqueness across accounts, in a narrow table of its own."""

    pk = models.CompositePrimaryKey("client_id", "reference")
    client_id = models.BigIntegerField()
    reference = models.TextField()
    account_id = models.BigIntegerField()

    class Meta:
        db_table = "accounts_account_lookup"


class RelatedParty(models.Model):
    """Another party of an account, and whether we may speak to it about the debt."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="related_parties")
    party = models.ForeignKey("parties.Party", on_delete=models.PROTECT, db_constraint=False)
    role = models.TextField(choices=rules.PartyRole.choices())
    has_authority = models.BooleanField(default=False)

    class Meta:
        db_table = "accounts_related_party"
        constraints = [models.UniqueConstraint(fields=["account", "party", "role"], name="accounts_related_party_once")]


class Item(models.Model):
    """One thing that is owed: an invoice, an instalment, a penalty, a fee.

    `open_minor` is the balance of the ledger entries that name the item, kept here so that a worklist need not sum;
    `tallystick check` compares the two. The table leaves room in its pages: payments update rows in place. An item that was
    corrected down to nothing stays, with an amount of nothing.
    """

    #: Found by through the index of what is unique within it.
    account = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="items", db_constraint=False, db_index=False
    )
    amount_minor = models.BigIntegerField()
    open_minor = models.BigIntegerField()
    client_id = models.BigIntegerField()
    issued_on = models.DateField()
    due_on = models.DateField()
    #: The day it was last paid down to nothing; null while something is open.
    settled_on = models.DateField(null=True)
    #: From which day, until which (exclusive), and how much of it is on hold: `rules.chased_minor`. All null while nothing is; a
    #: hold without an end ends on `rules.NEVER`, and one on all that is open names no amount. `holds` keeps them with its rows.
    held_from_on = models.DateField(null=True)
    held_until_on = models.DateField(null=True)
    held_minor = models.BigIntegerField(null=True)
    #: How much of it is disputed and not decided yet; null while nothing is. `disputes` keeps it with its rows.
    disputed_minor = models.BigIntegerField(null=True)
    head = models.SmallIntegerField()
    currency = models.CharField(max_length=3)
    kind = models.TextField(choices=rules.ItemKind.choices())
    reference = models.TextField()
    description = models.TextField(blank=True, default="")

    class Meta:
        db_table = "accounts_item"
        constraints = [
            models.CheckConstraint(
                condition=Q(open_minor__gte=0, open_minor__lte=F("amount_minor")), name="accounts_item_open_is_a_part"
            ),
            models.CheckConstraint(condition=Q(amount_minor__gte=0), name="accounts_item_is_not_negative"),
            models.CheckConstraint(
                condition=Q(held_from_on__isnull=True, held_until_on__isnull=True, held_minor__isnull=True)
                | Q(held_from_on__isnull=False, held_until_on__gt=F("held_from_on"))
                & (Q(held_minor__isnull=True) | Q(held_minor__gt=0)),
                name="accounts_item_hold_lasts_a_day",
            ),
            models.CheckConstraint(
                condition=Q(disputed_minor__isnull=True) | Q(disputed_minor__gt=0),
                name="accounts_item_disputes_something",
            ),
            models.UniqueConstraint(fields=["account", "reference", "kind"], name="accounts_item_once"),
        ]
        indexes = [
            models.Index(
                fields=["account"],
                name="accounts_item_held",
                condition=Q(held_from_on__isnull=False) | Q(disputed_minor__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return self.reference

    def chased_minor(self, on: date) -> int:
        """Give how much of what is open is chased on a day."""
        return rules.chased_minor(
            open_minor=self.open_minor,
            held_minor=self.held_minor,
            held_from_on=self.held_from_on,
            held_until_on=self.held_until_on,
            disputed_minor=self.disputed_minor,
            on=on,
        )


class OwedByDay(models.Model):
    """What is owed by due day, as rows that add up: written by triggers of items and accounts, read by the ageing of the book.

    Whoever pays adds rows and changes none, so that nobody waits. `accounts` counts those whose next earlier day with something
    open is `before_on` (null: there is none), which tells how many owe something between two days; a row of no
    accounts says nothing of it. Money on account has no day.
    """

    client_id = models.BigIntegerField()
    due_on = models.DateField(null=True)
    before_on = models.DateField(null=True)
    minor = models.BigIntegerField()
    accounts = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    is_folded = models.BooleanField(default=False, db_default=False)

    class Meta:
        db_table = "accounts_owed_by_day"

    def __str__(self) -> str:
        return f"{self.client_id} {self.due_on}"


class SourceCredit(models.Model):
    """A credit that the client's own books hold: a credit note, a payment made to the client, an item settled there.

    Its id is the cause of the ledger entries that apply it. It stands until it is taken back.
    """

    account = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    #: Of an item that was settled in the client's books; null for credits that stand for themselves.
    item_id = models.BigIntegerField(null=True)
    amount_minor = models.BigIntegerField()
    booked_on = models.DateField()
    taken_back_on = models.DateField(null=True)
    currency = models.CharField(max_length=3)
    kind = models.TextField(choices=rules.SourceCreditKind.choices())
    reference = models.TextField()

    class Meta:
        db_table = "accounts_source_credit"
        constraints = [
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="accounts_source_credit_is_positive"),
            models.UniqueConstraint(
                fields=["account", "kind", "reference"],
                condition=Q(taken_back_on__isnull=True, item_id__isnull=True),
                name="accounts_source_credit_once",
            ),
        ]

    def __str__(self) -> str:
        return self.reference


_SAYS_ONE = (
    Q(basis="own", ordering__isnull=False, law="")
    | Q(basis="law", ordering__isnull=True) & ~Q(law="")
    | Q(basis="none", ordering__isnull=True, law="")
)


class Ordering(models.Model):
    """What a payment pays first, from a day on, until a later row says otherwise. Rows are added, never changed."""

    from_on = models.DateField()
    set_at = models.DateTimeField()
    set_by = models.TextField()
    basis = models.TextField(choices=OrderBasis.choices())
    #: Its name among `rules.orders.USUAL`, or what people call it; empty where the basis says all there is.
    title = models.TextField(blank=True, default="")
    #: The rule of the jurisdiction, where the law says it.
    law = models.TextField(blank=True, default="")
    #: The order itself where it is one of its own, written as packs write it.
    ordering = models.JSONField(null=True)

    class Meta:
        abstract = True


class ClientOrder(Ordering):
    """The order of a client's accounts."""

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="orders", db_constraint=False)

    class Meta:
        db_table = "accounts_client_order"
        constraints = [
            models.CheckConstraint(condition=_SAYS_ONE, name="accounts_client_order_says_one"),
        ]


class AccountOrder(Ordering):
    """The order of one account, which goes before its client's."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_constraint=False)

    class Meta:
        db_table = "accounts_account_order"
        constraints = [
            models.CheckConstraint(condition=_SAYS_ONE, name="accounts_account_order_says_one"),
        ]


class Allocation(models.Model):
    """One decision of what a credit pays: who took it, when, by which order, and why. What it pays stands in the ledger.

    The entries of decision number n have the numbers from n × `rules.NUMBERS_OF_A_DECISION` on. A credit that came and paid
    what its payer named, or the oldest due, needs no row: its decision has the number nothing.
    """

    account = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    cause_id = models.BigIntegerField()
    decided_at = models.DateTimeField()
    booked_on = models.DateField()
    number = models.IntegerField()
    cause_kind = models.SmallIntegerField()
    decided_by = models.TextField()
    by = models.TextField(choices=AllocatedBy.choices())
    #: The row of `ClientOrder` or `AccountOrder` that it followed, if it followed one.
    order_id = models.BigIntegerField(null=True)
    reason = models.TextField(blank=True, default="")

    class Meta:
        db_table = "accounts_allocation"
        constraints = [
            models.UniqueConstraint(
                fields=["account", "cause_kind", "cause_id", "number"], name="accounts_allocation_once"
            ),
            models.CheckConstraint(condition=Q(number__gte=0), name="accounts_allocation_is_numbered"),
        ]
