"""One account speaks for all that its debtor has with a client: the one with the oldest open item, and so with the highest level.

The rule is the same for every account that is asked, so that whoever comes first does not matter: accounts of one debtor may be
decided in other parts of the book and on other days. An account that is held may not speak, and so silences nobody.
"""

from __future__ import annotations

import json
from datetime import date, datetime

from tallystick.kernel import sql
from tallystick.kernel.actor import Actor
from tallystick.kernel.outcome import Chosen
from tallystick.strategy import events
from tallystick.timeline import actions as timeline

_SPOKEN_FOR = """
SELECT chosen.account_id, chosen.decision_id, speaker.id AS speaker_id, speaker.reference
FROM unnest(%(account_ids)s::bigint[], %(decision_ids)s::bigint[]) AS chosen(account_id, decision_id)
JOIN accounts_account AS account ON account.id = chosen.account_id
JOIN strategy_book AS own ON own.account_id = chosen.account_id
JOIN strategy_version AS version ON version.id = own.version_id
CROSS JOIN LATERAL (
    SELECT other.id, other.reference
    FROM accounts_account AS other
    JOIN strategy_book AS book ON book.account_id = other.id
    JOIN strategy_version AS theirs ON theirs.id = book.version_id AND theirs.paper_id = version.paper_id
    WHERE other.party_id = account.party_id AND other.client_id = account.client_id AND other.state = 'open'
      AND book.oldest_due_on IS NOT NULL AND NOT book.holds_stops_contact
    ORDER BY book.oldest_due_on, other.id
    LIMIT 1
) AS speaker
WHERE speaker.id <> chosen.account_id
ORDER BY chosen.account_id, chosen.decision_id
"""

_TOLD = """
SELECT account_id, %(said)s::jsonb
       || jsonb_build_object('decision_id', decision_id, 'speaker_id', speaker_id, 'speaker', speaker) AS data,
       %(day)s::date AS happened_on
FROM unnest(%(account_ids)s::bigint[], %(decision_ids)s::bigint[], %(speaker_ids)s::bigint[], %(speakers)s::text[])
    AS told(account_id, decision_id, speaker_id, speaker)
"""


def leave_to_speakers(
    chosen: Chosen, *, order_no: int, order: str, day: date, at: datetime, by: Actor
) -> tuple[Chosen, int]:
    """Tell the accounts that another speaks for so, and give those that speak themselves, and how many do not."""
    spoken = sql.rows(_SPOKEN_FOR, {"account_ids": list(chosen.account_ids), "decision_ids": list(chosen.cause_ids)})
    if not spoken:
        return chosen, 0
    params = {
        "said": json.dumps({"order_no": order_no, "order": order}),
        "day": day,
        "account_ids": [row["account_id"] for row in spoken],
        "decision_ids": [row["decision_id"] for row in spoken],
        "speaker_ids": [row["speaker_id"] for row in spoken],
        "speakers": [row["reference"] for row in spoken],
    }
    timeline.append_rows(sql.Rows(_TOLD, params), kind=f"strategy.{events.SpokenFor.__name__}", at=at, by=by)
    silent = {row["decision_id"] for row in spoken}
    pairs = [pair for pair in zip(chosen.account_ids, chosen.cause_ids, strict=True) if pair[1] not in silent]
    return Chosen([pair[0] for pair in pairs], [pair[1] for pair in pairs], chosen.cause_kind), len(spoken)
