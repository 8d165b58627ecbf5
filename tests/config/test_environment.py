import os
import re
from dataclasses import fields
from pathlib import Path

import pytest

from tallystick.config import secret
from tallystick.config.environment import Environment, MailServer, read
from tallystick.config.problem import BadEnvironment

OPERATE = Path(__file__).parents[2] / "docs" / "operate.md"


def test_everything_has_a_default():
    read({})


def test_an_empty_variable_is_as_good_as_none():
    assert read({"TALLYSTICK_PORT": ""}).port == 8000


@pytest.mark.parametrize(
    ("name", "raw", "why"),
    [
        pytest.param("TALLYSTICK_PORT", "70000", "say a port", id="no such port"),
        pytest.param("TALLYSTICK_PORT", "-1", "say a port", id="a negative port"),
        pytest.param("TALLYSTICK_DEBUG", "maybe", "say yes or no", id="neither yes nor no"),
        pytest.param("TALLYSTICK_WEB_WORKERS", "0", "from 1", id="no workers"),
        pytest.param("TALLYSTICK_SMTP_URL", "mail.example.org", "say smtp://", id="a mail server without its scheme"),
    ],
)
def test_what_cannot_be_read_is_refused_by_name(name, raw, why):
    with pytest.raises(BadEnvironment, match=f"{name} is '{raw}': .*{why}"):
        read({name: raw})


@pytest.mark.parametrize(("raw", "truth"), [("yes", True), ("1", True), ("ON", True), ("no", False), ("0", False)])
def test_a_switch_is_read(raw, truth):
    assert read({"TALLYSTICK_HTTPS": raw}).https is truth


def test_a_mail_server_is_read_with_its_usual_port():
    mail = read({"TALLYSTICK_SMTP_URL": "smtp+tls://post%40example.org:p%2Fw@mail.example.org"}).mail

    assert mail == MailServer("mail.example.org", 587, "post@example.org", "p/w", use_tls=True, use_ssl=False)


@pytest.mark.skipif(os.geteuid() == 0, reason="root keeps its state elsewhere")
def test_the_state_is_kept_where_the_desktop_says():
    assert read({"XDG_STATE_HOME": "/srv/state"}).state_dir == Path("/srv/state/tallystick")


def test_the_operators_page_lists_every_variable_with_its_default():
    rows = re.findall(r"^\| `(\w+)` \| (?:`(.*?)`)? *\| (.+) \|$", OPERATE.read_text("utf-8"), re.MULTILINE)
    listed = {name: (default, meaning) for name, default, meaning in rows}

    assert listed == {
        variable.metadata["name"]: (variable.metadata["default"], variable.metadata["meaning"])
        for variable in fields(Environment)
    }


def test_the_secret_key_is_made_once_and_kept_from_others(tmp_path):
    first = secret.kept_key(tmp_path / "state")

    assert len(first) >= 50
    assert secret.kept_key(tmp_path / "state") == first
    assert (tmp_path / "state" / "secret_key").stat().st_mode & 0o777 == 0o600
    assert [file.name for file in (tmp_path / "state").iterdir()] == ["secret_key"]
