"""What must be true of messages: each belongs somewhere, was asked for once, and is kept as it left."""

from tallystick.kernel.invariants import Invariant

_MESSAGES = "SELECT count(*) FROM contact_message"

INVARIANTS = (
    Invariant(
        name="messages belong to an account",
        sentence="Every message belongs to an account that exists, and to its client.",
        checked=_MESSAGES,
        breaches="""
        SELECT message.account_id, 'message ' || message.id || ' belongs to no account of its client' AS what
        FROM contact_message AS message
        LEFT JOIN accounts_account AS account
            ON account.id = message.account_id AND account.client_id = message.client_id
        WHERE account.id IS NULL
        """,
    ),
    Invariant(
        name="no message was queued twice",
        sentence="What caused a message caused it once.",
        checked=_MESSAGES,
        breaches="""
        SELECT account_id,
               cause_kind || ' ' || cause_id || ' has ' || count(*) || ' messages: '
               || string_agg(id::text, ', ' ORDER BY id) AS what
        FROM contact_message
        GROUP BY account_id, cause_kind, cause_id, action_no
        HAVING count(*) > 1
        """,
    ),
    Invariant(
        name="what left is kept",
        sentence="Every message that left has the document of what it said, kept with its account.",
        checked="SELECT count(*) FROM contact_message WHERE state = 'sent'",
        breaches="""
        SELECT message.account_id, 'message ' || message.id || ' left, and what it said is not kept' AS what
        FROM contact_message AS message
        LEFT JOIN documents_document AS document
            ON document.id = message.document_id AND document.account_id = message.account_id
        WHERE message.state = 'sent' AND document.id IS NULL
        """,
    ),
    Invariant(
        name="what waits for a digest is told",
        sentence="Every notice for digests has a copy for a receiver, which waits, was left out, or is in a digest there is.",
        checked="SELECT count(*) FROM contact_message WHERE state = 'gathered'",
        breaches="""
        SELECT message.account_id, 'notice ' || message.id || ' is in no digest and waits for none' AS what
        FROM contact_message AS message
        WHERE message.state = 'gathered' AND NOT EXISTS (
            SELECT FROM contact_notice_copy AS copy
            WHERE copy.account_id = message.account_id AND copy.message_id = message.id
        )
        UNION ALL
        SELECT copy.account_id, 'the copy of notice ' || copy.message_id || ' for ' || copy.email || ' is in a digest that is not'
        FROM contact_notice_copy AS copy
        LEFT JOIN contact_digest AS digest ON digest.id = copy.digest_id
        WHERE copy.digest_id IS NOT NULL AND (digest.id IS NULL OR copy.left_out <> '')
        """,
    ),
    Invariant(
        name="a digest that left is kept",
        sentence="Every digest that left has the document of what it said.",
        checked="SELECT count(*) FROM contact_digest WHERE state = 'sent'",
        breaches="""
        SELECT NULL::bigint AS account_id, 'digest ' || digest.id || ' left, and what it said is not kept' AS what
        FROM contact_digest AS digest
        LEFT JOIN documents_document AS document ON document.id = digest.document_id
        WHERE digest.state = 'sent' AND document.id IS NULL
        """,
    ),
)
