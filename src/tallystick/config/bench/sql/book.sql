-- name: parties
-- Debtors, one an account, a third of them companies.
INSERT INTO parties_party (id, kind, name, name_key, company_number, language, country, created_at)
SELECT n, CASE WHEN n %% 3 = 0 THEN 'company' ELSE 'person' END, 'Debtor ' || n, 'debtor ' || n, '', 'en', 'GB', %(at)s
FROM generate_series(%(first)s::bigint, %(last)s::bigint) AS n;

-- name: contact_points
-- An e-mail address for nine debtors of ten.
INSERT INTO parties_contact_point (id, party_id, kind, value, value_key, label, state, consent, preferred, created_at)
SELECT n, n, 'email', address, address, '', 'unverified', NULL, false, %(at)s
FROM generate_series(%(first)s::bigint, %(last)s::bigint) AS n
CROSS JOIN LATERAL (SELECT 'p' || n || '@mail.example' AS address) AS made
WHERE n %% 10 <> 0;

-- name: addresses
-- A postal address for every debtor.
INSERT INTO parties_address (id, party_id, lines, town, county, postcode, postcode_key, country, state, from_on)
SELECT n, n, jsonb_build_array((n %% 200 + 1) || ' High Street'), 'Leeds', '', 'LS' || n %% 28 + 1 || ' 1AA',
       'LS' || n %% 28 + 1 || '1AA', 'GB', 'unverified', %(day)s::date - 900
FROM generate_series(%(first)s::bigint, %(last)s::bigint) AS n;

-- name: accounts
-- Accounts, spread over the clients as in life: the first have most.
INSERT INTO accounts_account (
    id, reference, currency, state, close_reason, opened_on, is_house, party_id, client_id, portfolio_id, on_account_minor
)
SELECT n, 'A' || lpad(n::text, 9, '0'), CASE WHEN n %% 20 = 0 THEN 'EUR' ELSE 'GBP' END, 'open', '',
       %(day)s::date - (dice.three %% 900)::integer, false, n,
       (%(clients)s::bigint[])[chosen.place], (%(portfolios)s::bigint[])[chosen.place], 0
FROM generate_series(%(first)s::bigint, %(last)s::bigint) AS n
CROSS JOIN LATERAL (
    SELECT hashint8extended(n, 1) & 1048575 AS one, hashint8extended(n, 3) & 1048575 AS three
) AS dice
CROSS JOIN LATERAL (
    SELECT 1 + (cardinality(%(clients)s::bigint[]) * (dice.one / 1048576.0) ^ 2)::integer %% cardinality(%(clients)s::bigint[]) AS place
) AS chosen;

-- name: items
-- Two and a half open invoices an account: most of them young, a quarter up to three years old.
INSERT INTO accounts_item (
    id, account_id, client_id, amount_minor, open_minor, issued_on, due_on, head, currency, kind, reference, description
)
SELECT (account.id - 1) * 5 + k, account.id, account.client_id, minor, minor, due_on - 30, due_on, 1, account.currency, 'invoice',
       'I' || lpad(account.id::text, 9, '0') || k, ''
FROM accounts_account AS account
CROSS JOIN LATERAL generate_series(1, (ARRAY[1, 2, 1, 3, 2, 4, 1, 5, 2, 4])[1 + account.id %% 10]) AS k
CROSS JOIN LATERAL (
    SELECT hashint8extended(account.id, 2) & 1048575 AS age, hashint8extended(account.id * 5 + k, 4) & 1048575 AS size
) AS dice
CROSS JOIN LATERAL (
    SELECT 500 + dice.size %% CASE WHEN account.id %% 10 < 3 THEN 3000 ELSE 90000 END AS minor,
           %(day)s::date + 31 * (k - 1)
               - (CASE WHEN dice.age %% 4 = 0 THEN dice.age / 10 %% 1000 ELSE dice.age / 10 %% 150 - 40 END)::integer AS due_on
) AS made
WHERE account.id BETWEEN %(first)s AND %(last)s;

-- name: payments
-- A payment for three accounts of ten, one of forty taken back by the bank.
INSERT INTO payments_payment (
    id, account_id, client_id, amount_minor, received_at, booked_on, reversed_on, currency, method, paid_to, source, source_key,
    payer, reference, state, reversal_reason, recorded_by
)
SELECT account.id, account.id, account.client_id, 1000 + dice %% 20000, booked_on, booked_on,
       CASE WHEN bounced THEN booked_on + 3 END, account.currency, 'bank', 'client', 'bench', account.id::text,
       '', '', CASE WHEN bounced THEN 'reversed' ELSE 'received' END, CASE WHEN bounced THEN 'bounced' ELSE '' END, 'bench'
FROM accounts_account AS account
CROSS JOIN LATERAL (SELECT hashint8extended(account.id, 5) & 1048575 AS dice) AS diced
CROSS JOIN LATERAL (SELECT %(day)s::date - 5 - (dice / 7 %% 400)::integer AS booked_on, dice %% 40 = 0 AS bounced) AS made
WHERE account.id BETWEEN %(first)s AND %(last)s AND account.id %% 10 IN (1, 4, 7);

-- name: promises
-- A promise for one account of twenty-five: a quarter open, a quarter kept, half broken.
INSERT INTO promises_promise (
    id, account_id, amount_minor, tolerance_minor, paid_minor, balance_minor, broken_balance_minor, currency, made_on, pay_on,
    grace_until_on, state, ended_on, ended_at, broken_in_a_row, note, made_at, made_by
)
SELECT account.id, account.id, 2000, 0, CASE made.state WHEN 'kept' THEN 2000 ELSE 0 END, 9000,
       CASE made.state WHEN 'broken' THEN 9500 END, account.currency, made_on, made_on + 5, made_on + 6, made.state,
       CASE made.state WHEN 'open' THEN NULL ELSE made_on + 6 END, CASE made.state WHEN 'open' THEN NULL ELSE made_on + 6 END,
       CASE made.state WHEN 'broken' THEN 1 ELSE 0 END, '', made_on, 'bench'
FROM accounts_account AS account
CROSS JOIN LATERAL (
    SELECT (ARRAY['open', 'kept', 'broken', 'broken'])[1 + account.id / 25 %% 4] AS state,
           CASE account.id / 25 %% 4 WHEN 0 THEN %(day)s::date - 1 ELSE %(day)s::date - 20 - (account.id / 100 %% 200)::integer END AS made_on
) AS made
WHERE account.id BETWEEN %(first)s AND %(last)s AND account.id %% 25 = 3;

-- name: holds
-- A hold for one account of a hundred.
INSERT INTO holds_hold (
    id, account_id, reason, note, from_on, until_on, placed_at, placed_by, ended_by, ending, action_no
)
SELECT n, n, 'manual', '', %(day)s::date - 3, %(day)s::date + 60, %(at)s, 'bench', '', '', 0
FROM generate_series(%(first)s::bigint, %(last)s::bigint) AS n
WHERE n %% 100 = 50;

-- name: disputes
-- A dispute for one account of a hundred.
INSERT INTO disputes_dispute (
    id, account_id, amount_minor, credited_minor, currency, reason, note, raised_on, raised_at, raised_by, state, resolution, resolved_by
)
SELECT account.id, account.id, 1500, 0, account.currency, 'price', '', %(day)s::date - 9, %(at)s, 'bench', 'open', '', ''
FROM accounts_account AS account
WHERE account.id BETWEEN %(first)s AND %(last)s AND account.id %% 100 = 75;

-- name: paid_items
-- The first item of an account with a payment amounted to more by what the payment has paid.
UPDATE accounts_item AS item
SET amount_minor = item.amount_minor + payment.amount_minor
FROM payments_payment AS payment
WHERE payment.account_id = item.account_id AND payment.state = 'received' AND item.id = (item.account_id - 1) * 5 + 1;

-- name: entries_of_items
-- What each item was charged.
INSERT INTO ledger_entry (
    account_id, debit, credit, amount_minor, currency, booked_on, cause_kind, cause_id, cause_no, item_id, posted_at
)
SELECT account_id, 1, 20, amount_minor, currency, issued_on, 1, id, 0, id, %(at)s
FROM accounts_item
ORDER BY account_id, id;

-- name: entries_of_payments
-- Each payment came in, and paid on the first item.
INSERT INTO ledger_entry (
    account_id, debit, credit, amount_minor, currency, booked_on, cause_kind, cause_id, cause_no, item_id, posted_at
)
SELECT account_id, side.debit, side.credit, amount_minor, currency, booked_on, 2, id, side.number, side.item_id, %(at)s
FROM payments_payment
CROSS JOIN LATERAL (VALUES (30, 9, 0, NULL), (9, 1, 1, (account_id - 1) * 5 + 1)) AS side(debit, credit, number, item_id)
WHERE state = 'received'
ORDER BY account_id, id, side.number;

-- name: next_ids
-- Items that follow get the ids after those that were given by arithmetic.
SELECT setval(pg_get_serial_sequence('accounts_item', 'id'), (SELECT max(id) FROM accounts_item));

-- name: place
-- Spread the accounts of a leaf over the states, as weeks would have, and over the days on which each comes to its next step.
UPDATE {leaf} AS book
SET place = (%(places)s::smallint[])[1 + dice.state %% cardinality(%(places)s::smallint[])],
    state_entered_on = %(day)s::date - 1 - (dice.age %% %(days)s)::integer,
    next_review_on = %(day)s::date + %(days)s - 1 - (dice.age %% %(days)s)::integer
FROM (
    SELECT account_id, hashint8extended(account_id, 6) & 1048575 AS state, hashint8extended(account_id, 7) & 1048575 AS age
    FROM {leaf}
) AS dice
WHERE dice.account_id = book.account_id AND book.version_id IS NOT NULL;

-- name: secondary_indexes
-- The indexes of tables that are filled, other than those that keep rows apart: faster built afterwards.
SELECT indexrelid::regclass::text AS name, pg_get_indexdef(indexrelid) AS made_by
FROM pg_index
WHERE indrelid::regclass::text = ANY(%(tables)s) AND NOT indisunique
ORDER BY 1;

-- name: items_to_be_paid
-- The oldest open item of every so many accounts.
SELECT DISTINCT ON (account_id) reference, open_minor
FROM accounts_item
WHERE open_minor > 0 AND account_id %% %(every)s = 0
ORDER BY account_id, due_on, id;
