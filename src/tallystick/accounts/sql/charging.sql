-- name: open_items
-- Open an item of nothing beside each of some items, to hold what is charged on it.
INSERT INTO accounts_item (
    account_id, amount_minor, open_minor, client_id, issued_on, due_on, settled_on, head, currency, kind, reference, description
)
SELECT item.account_id, 0, 0, item.client_id, beside.due_on, beside.due_on, beside.due_on, %(head)s, item.currency, %(kind)s,
       item.reference || %(suffix)s, ''
FROM unnest(%(account_id)s::bigint[], %(item_id)s::bigint[], %(due_on)s::date[]) AS beside(account_id, item_id, due_on)
JOIN accounts_item AS item ON item.id = beside.item_id AND item.account_id = beside.account_id
ORDER BY item.account_id, item.id
ON CONFLICT (account_id, reference, kind) DO NOTHING;

-- name: charge_items
-- Open items that hold what is charged, each with its amount.
INSERT INTO accounts_item (
    account_id, amount_minor, open_minor, client_id, issued_on, due_on, head, currency, kind, reference, description
)
SELECT account.id, charged.minor, charged.minor, account.client_id, charged.due_on, charged.due_on, %(head)s, account.currency, %(kind)s,
       charged.reference, ''
FROM unnest(%(account_id)s::bigint[], %(reference)s::text[], %(due_on)s::date[], %(minor)s::bigint[])
    AS charged(account_id, reference, due_on, minor)
JOIN accounts_account AS account ON account.id = charged.account_id
ORDER BY account.id, charged.reference
RETURNING id, account_id, reference;

-- name: items_beside
-- The items beside some items. Each is looked up by its own index: what it is joined by says more than the planner believes.
SELECT item.id AS item_id, charged.id AS charged_id
FROM unnest(%(account_id)s::bigint[], %(item_id)s::bigint[]) AS beside(account_id, item_id)
JOIN accounts_item AS item ON item.id = beside.item_id AND item.account_id = beside.account_id
CROSS JOIN LATERAL (
    SELECT id
    FROM accounts_item AS charged
    WHERE charged.account_id = item.account_id AND charged.reference = item.reference || %(suffix)s AND charged.kind = %(kind)s
    OFFSET 0
) AS charged;

-- name: grow
-- Add to what items amount to, and to what is open on them.
UPDATE accounts_item AS item
SET amount_minor = item.amount_minor + grown.minor, open_minor = item.open_minor + grown.minor, settled_on = NULL
FROM {rows} AS grown
WHERE item.id = grown.item_id AND item.account_id = grown.account_id;

-- name: recharge
-- Change what items amount to; what was paid and is owed no longer is open no longer either.
UPDATE accounts_item AS item
SET amount_minor = item.amount_minor + changed.minor, open_minor = item.open_minor + changed.minor + changed.released_minor,
    settled_on = CASE
        WHEN item.open_minor + changed.minor + changed.released_minor = 0 THEN coalesce(item.settled_on, changed.booked_on)
    END
FROM unnest(
    %(account_id)s::bigint[], %(item_id)s::bigint[], %(minor)s::bigint[], %(released_minor)s::bigint[], %(booked_on)s::date[]
) AS changed(account_id, item_id, minor, released_minor, booked_on)
WHERE item.id = changed.item_id AND item.account_id = changed.account_id;
