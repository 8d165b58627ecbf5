"""Tell the timeline what happened to work, a set at a time."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from tallystick.kernel import sql
from tallystick.kernel.actor import Actor
from tallystick.timeline import actions as timeline

_TOLD = """
SELECT told.account_id, %(common)s::jsonb || jsonb_build_object('work_item_id', told.id, 'title', told.title) AS data,
       (%(at)s::timestamptz AT TIME ZONE client.time_zone)::date AS happened_on
FROM unnest(%(account_ids)s::bigint[], %(ids)s::bigint[], %(titles)s::text[]) AS told(account_id, id, title)
JOIN accounts_account AS account ON account.id = told.account_id
JOIN accounts_client AS client ON client.id = account.client_id
ORDER BY told.id
"""


def tell(kind: str, rows: list[tuple[int, int, str]], common: dict[str, Any], *, at: datetime, by: Actor) -> None:
    """Tell each account in rows of account, work and title what happened; `common` is said of all."""
    if not rows:
        return
    account_ids, ids, titles = map(list, zip(*rows, strict=True))
    params = {"common": json.dumps(common), "account_ids": account_ids, "ids": ids, "titles": titles, "at": at}
    timeline.append_rows(sql.Rows(_TOLD, params), kind=kind, at=at, by=by)
