"""The pages of the traffic-fines story: what its people do in a browser the first time, and by other doors from then on."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any


def import_receivables(
    live: Any, file: Path, *, client: str, source: str, kind: str, currency: str, work: Callable[[], None]
) -> None:
    """Take the first file of a new source from upload to receipt, and have its mapping remembered."""
    page = live.open("/intake/new")
    page.get_by_label("Where it comes from").select_option("A new source")
    page.get_by_label("Client").select_option(client)
    page.get_by_label("What its lines are").select_option(kind)
    page.get_by_label("Name of the source").fill(source)
    page.get_by_label("File").set_input_files(file)
    page.get_by_role("button", name="Upload").click()
    page.get_by_role("heading", name="How the file is read").wait_for()
    page.get_by_label("Currency", exact=True).select_option("a text:")
    page.get_by_label("currency: the text").fill(currency)
    page.get_by_label("currency: the text").blur()
    page.locator("#seen-amount-0").get_by_text("€").wait_for()
    page.get_by_role("button", name="Save and check").last.click()
    page.get_by_role("heading", name="Checking every line").wait_for()
    work()
    page.get_by_role("heading", name="What loading would do").wait_for()
    page.keyboard.press("c")
    page.get_by_role("dialog").get_by_role("button", name="Commit").click()
    page.get_by_role("heading", name="Loading into the book").wait_for()
    work()
    page.get_by_role("heading", name="Receipt of import").wait_for()


def import_statement(live: Any, file: Path, *, bank_account: str) -> None:
    """Look at a bank's file, and bring it in."""
    page = live.open("/payments/import")
    page.set_input_files("input[type=file]", file)
    page.wait_for_selector(f"#look >> text={bank_account}")
    page.keyboard.press("b")
    page.wait_for_url("**/payments/files/*")


def apply_first_line(live: Any, *, reference: str) -> None:
    """Say that the line that waits longest is the payment it is most likely to be."""
    page = live.open("/payments/waiting")
    page.keyboard.press("1")
    page.locator(".done").get_by_text(f"({reference})").wait_for()


def dispute_all(live: Any, account_id: int, *, note: str) -> None:
    """Record at an account that the debtor accepts nothing of it."""
    page = live.open(f"/accounts/{account_id}")
    page.keyboard.press("d")
    dialog = page.locator("#dialog[open]")
    dialog.get_by_label("Item").select_option("The account as a whole")
    dialog.get_by_label("Reason").select_option("Other")
    dialog.get_by_label("What the customer says").fill(note)
    dialog.locator("button[type=submit]").click()
    page.locator(".strip").get_by_text("Disputed").first.wait_for()


def finish_first_task(live: Any, account_id: int, *, title: str) -> None:
    """Finish the work that waits at an account."""
    page = live.open(f"/accounts/{account_id}")
    page.keyboard.press("f")
    page.locator("#timeline").get_by_text(f"Done: {title}").wait_for()
