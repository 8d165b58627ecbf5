"""How people of a story do things: each function goes through a door, in the browser where there is a page for it."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

from tests.journeys.house import PASSWORD, House

from tallystick.intake import actions as intake
from tallystick.intake.rules import FileKind
from tallystick.kernel import clock
from tallystick.payments.actions.statements import import_statement_file


def log_in(live: Any, username: str) -> Any:
    """Log in on the log-in page, and give the page that comes first."""
    live.log_out()
    page = live.open("/account/login/")
    page.fill("input[name=login]", username)
    page.fill("input[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_selector("nav.nav")
    return page


def upload_receivables(live: Any, house: House, file: Path, *, by: str) -> None:
    actor = house.actor(by)
    source = intake.open_source(
        client_code=house.client.code, name="Invoices", kind=FileKind.INVOICES, at=clock.now(), by=actor
    )
    batch = intake.upload_file(
        source_id=source.pk, file_name=file.name, content=[file.read_bytes()], at=clock.now(), by=actor
    )
    guess = intake.guess_mapping(batch_id=batch.pk, by=actor)
    assert not guess.open_questions
    intake.map_batch(batch_id=batch.pk, document=guess.mapping.as_document(), name="Invoices", at=clock.now(), by=actor)
    intake.check_batch(batch_id=batch.pk, at=clock.now(), by=actor)
    intake.start_commit(batch_id=batch.pk, at=clock.now(), by=actor)
    while intake.commit_next_chunk(batch_id=batch.pk, at=clock.now(), by=actor):
        pass
    intake.finish_commit(batch_id=batch.pk, at=clock.now(), by=actor)


def upload_statement(live: Any, house: House, file: Path, *, by: str) -> None:
    import_statement_file(file=io.BytesIO(file.read_bytes()), name=file.name, at=clock.now(), by=house.actor(by))
