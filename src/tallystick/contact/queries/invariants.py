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
)
