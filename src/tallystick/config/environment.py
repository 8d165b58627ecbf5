"""Every environment variable that Tallystick reads, with its type, its default and its meaning.

Nothing else in the program reads the environment. `docs/operate.md` lists the same table.
"""

from __future__ import annotations

import os
from argparse import ArgumentTypeError
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from tallystick.access.rules.rights import Role
from tallystick.config.problem import BadEnvironment
from tallystick.kernel.currencies import is_currency


def _flag(raw: str) -> bool:
    words = {"1": True, "yes": True, "true": True, "on": True, "0": False, "no": False, "false": False, "off": False}
    if raw.lower() not in words:
        raise ValueError("say yes or no")
    return words[raw.lower()]


def _count(raw: str) -> int:
    if not raw.isdecimal() or int(raw) < 1:
        raise ValueError("say a whole number from 1")
    return int(raw)


def _number(raw: str) -> int:
    if not raw.isdecimal():
        raise ValueError("say a whole number from 0")
    return int(raw)


def port(raw: str) -> int:
    """Read the number of a port.

    :raises ValueError: there is none of that number
    """
    if not raw.isdecimal() or not 0 < int(raw) < 65536:
        raise ValueError("say a port from 1 to 65535")
    return int(raw)


def port_argument(raw: str) -> int:
    """Read a port that is given on the command line, which says what is wrong with it."""
    try:
        return port(raw)
    except ValueError as wrong:
        raise ArgumentTypeError(str(wrong)) from None


def _per_days(raw: str) -> tuple[int, int]:
    messages, slash, days = raw.partition("/")
    if not slash:
        raise ValueError("say messages/days, such as 3/7")
    return _count(messages), _count(days)


def _currency(raw: str) -> str:
    if not is_currency(raw):
        raise ValueError("say the ISO 4217 code of a currency, such as GBP")
    return raw


def _currency_or_none(raw: str) -> str:
    return _currency(raw) if raw else ""


def _words(raw: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in raw.split(",") if word.strip())


def _second_factor_roles(raw: str) -> tuple[str, ...]:
    if raw == "none":
        return ()
    roles = _words(raw)
    unknown = [role for role in roles if role not in set(Role)]
    if unknown:
        raise ValueError(f"there is no role {unknown[0]!r}")
    return roles


def _absolute(raw: str) -> Path:
    return Path(raw).expanduser().absolute()


def _optional_path(raw: str) -> Path | None:
    return _absolute(raw) if raw else None


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where outgoing e-mail is handed over."""

    host: str
    port: int
    user: str
    password: str
    use_tls: bool
    use_ssl: bool


def _mail_server(raw: str) -> MailServer | None:
    if not raw:
        return None
    url = urlsplit(raw)
    if url.scheme not in {"smtp", "smtps", "smtp+tls"} or not url.hostname:
        raise ValueError("say smtp://, smtps:// or smtp+tls://, then user:password@host:port")
    return MailServer(
        host=url.hostname,
        port=url.port or {"smtp": 25, "smtps": 465, "smtp+tls": 587}[url.scheme],
        user=unquote(url.username or ""),
        password=unquote(url.password or ""),
        use_tls=url.scheme == "smtp+tls",
        use_ssl=url.scheme == "smtps",
    )


def _default_state_dir(environ: Mapping[str, str]) -> str:
    if os.name == "posix" and os.geteuid() == 0:
        return "/var/lib/tallystick"
    return environ.get("XDG_STATE_HOME", "~/.local/state") + "/tallystick"


def _variable(name: str, parse: Callable[[str], Any], default: str, meaning: str) -> Any:
    return field(metadata={"name": name, "parse": parse, "default": default, "meaning": meaning})


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """The environment variables, read."""

    state_dir: Path = _variable(
        "TALLYSTICK_STATE_DIR",
        _absolute,
        "",
        "Folder of everything that is kept: the embedded database, the secret key, the static files. Empty: "
        "/var/lib/tallystick for root, tallystick below XDG_STATE_HOME or ~/.local/state for anybody else.",
    )
    database_url: str = _variable(
        "DATABASE_URL",
        str,
        "",
        "A PostgreSQL server (15 or later) to use: postgresql://user:password@host:5432/name. Empty: the embedded one.",
    )
    postgres_binaries: Path | None = _variable(
        "TALLYSTICK_PG_BINDIR",
        _optional_path,
        "",
        "Folder with initdb, postgres and pg_ctl for the embedded server. Empty: those of the installed package.",
    )
    secret_key: str = _variable(
        "TALLYSTICK_SECRET_KEY",
        str,
        "",
        "Key that signs cookies and tokens. Empty: made once and kept in the state folder. "
        "Several machines behind one address need the same.",
    )
    old_secret_keys: tuple[str, ...] = _variable(
        "TALLYSTICK_OLD_SECRET_KEYS",
        _words,
        "",
        "Secret keys of before, separated by commas, whose cookies, links and encrypted secrets still hold.",
    )
    encryption_keys: tuple[str, ...] = _variable(
        "TALLYSTICK_ENCRYPTION_KEYS",
        _words,
        "",
        "Keys that the secrets of second factors are encrypted under, newest first, separated by commas. "
        "Empty: the secret key.",
    )
    second_factor_roles: tuple[str, ...] = _variable(
        "TALLYSTICK_SECOND_FACTOR_ROLES",
        _second_factor_roles,
        "administrator,credit manager",
        "Roles whose people must set up a second factor before they get further, separated by commas. "
        "none: nobody has to, for demonstrations.",
    )
    debug: bool = _variable(
        "TALLYSTICK_DEBUG", _flag, "no", "Show errors with their source in the browser. Never on a live system."
    )
    hosts: tuple[str, ...] = _variable(
        "TALLYSTICK_HOSTS",
        _words,
        "localhost,127.0.0.1,[::1]",
        "Host names under which the site is reached, separated by commas.",
    )
    https: bool = _variable(
        "TALLYSTICK_HTTPS",
        _flag,
        "no",
        "The site is reached through a proxy that speaks HTTPS and sets X-Forwarded-Proto: secure cookies and HSTS.",
    )
    proxies: int = _variable(
        "TALLYSTICK_PROXIES",
        _number,
        "0",
        "How many proxies in front of the site add to X-Forwarded-For: the address people come from is read behind them.",
    )
    bind: str = _variable("TALLYSTICK_BIND", str, "127.0.0.1", "Address that the web server listens on.")
    port: int = _variable(
        "TALLYSTICK_PORT", port, "8000", "Port that the web server listens on; the next free one if it is taken."
    )
    web_workers: int = _variable("TALLYSTICK_WEB_WORKERS", _count, "2", "Web server processes.")
    web_threads: int = _variable("TALLYSTICK_WEB_THREADS", _count, "4", "Threads of each web server process.")
    jobs: int = _variable("TALLYSTICK_JOBS", _count, "2", "Background jobs that each worker does at the same time.")
    night_yields: int = _variable(
        "TALLYSTICK_NIGHT_YIELDS",
        _number,
        "10",
        "How far the night lets people go first: by so much (0 to 19) the workers of the night and of the post, and the "
        "embedded server's processes that work for them, are of lower priority, and by half of it the worker of the day. "
        "0: not at all.",
    )
    time_zone: str = _variable(
        "TALLYSTICK_TIME_ZONE", str, "Europe/London", "Time zone in which instants are shown to people."
    )
    mail: MailServer | None = _variable(
        "TALLYSTICK_SMTP_URL",
        _mail_server,
        "",
        "Server for outgoing e-mail: smtp://, smtps:// or smtp+tls://user:password@host:port. "
        "Empty: messages are written to the folder mail/ of the state folder and leave the machine never.",
    )
    mail_from: str = _variable(
        "TALLYSTICK_MAIL_FROM", str, "Tallystick <tallystick@localhost>", "Sender of e-mail that names no other."
    )
    site_url: str = _variable(
        "TALLYSTICK_SITE_URL",
        str,
        "http://localhost:8000",
        "Address under which people reach the site: for links in notices to colleagues.",
    )
    sms_url: str = _variable(
        "TALLYSTICK_SMS_URL",
        str,
        "",
        "Gateway for text messages, an address that takes JSON. Empty: they are written to the folder texts/ of the "
        "state folder.",
    )
    sms_token: str = _variable("TALLYSTICK_SMS_TOKEN", str, "", "Bearer token of the gateway for text messages.")
    service_url: str = _variable(
        "TALLYSTICK_SERVICE_URL",
        str,
        "",
        "Webhook of the creditor's systems that suspend and resume a service. Empty: commands are written to the folder "
        "commands/ of the state folder.",
    )
    service_secret: str = _variable(
        "TALLYSTICK_SERVICE_SECRET", str, "", "Secret that signs the commands to that webhook. Needed with it."
    )
    contact_cap: tuple[int, int] = _variable(
        "TALLYSTICK_CONTACT_CAP",
        _per_days,
        "3/7",
        "How often one person hears from us at most, over all accounts and channels: messages/days.",
    )
    rates_feed: str = _variable(
        "TALLYSTICK_RATES_FEED",
        str,
        "",
        "Address of a file of exchange rates that is fetched every afternoon, such as the ECB's eurofxref-daily.xml. "
        "Empty: rates come from files that people load.",
    )
    rates_days: int = _variable(
        "TALLYSTICK_RATES_DAYS", _number, "7", "An exchange rate is used for at most so many days after its own."
    )
    rates_base: str = _variable(
        "TALLYSTICK_RATES_BASE",
        _currency,
        "EUR",
        "Currency by way of which two others meet that have no rate in each other.",
    )
    reporting_currency: str = _variable(
        "TALLYSTICK_REPORTING_CURRENCY",
        _currency_or_none,
        "",
        "Currency that reports tell their totals in beside those of each currency. Empty: none is converted.",
    )
    self_approval: bool = _variable(
        "TALLYSTICK_SELF_APPROVAL",
        _flag,
        "no",
        "Whoever wrote a version of a strategy, or brought a law pack in, may approve it too: for a house of one person. "
        "The version and its history say so.",
    )
    two_take_back: bool = _variable(
        "TALLYSTICK_TWO_TAKE_BACK",
        _flag,
        "no",
        "A loaded file is taken back by two people: one asks for it, another does it.",
    )
    rehearsal_days: int = _variable(
        "TALLYSTICK_REHEARSAL_DAYS",
        _number,
        "7",
        "A strategy is approved by a rehearsal on the book that is at most so many days old; 0 approves without one.",
    )
    working_copy_days: int = _variable(
        "TALLYSTICK_WORKING_COPY_DAYS",
        _number,
        "90",
        "A working copy of a strategy that nobody touched for so many days is set aside; 0 leaves all of them.",
    )
    modulus_folder: Path | None = _variable(
        "TALLYSTICK_MODULUS_FOLDER",
        _optional_path,
        "",
        "Folder with valacdos.txt and scsubtab.txt of Pay.UK, by which UK bank accounts are checked. Empty: version 6.40.",
    )
    log_level: str = _variable(
        "TALLYSTICK_LOG_LEVEL", str.upper, "INFO", "Least level of what is logged: DEBUG, INFO, WARNING or ERROR."
    )


def read(environ: Mapping[str, str]) -> Environment:
    """Read the variables from a mapping such as `os.environ`.

    :raises BadEnvironment: a value cannot be read; the message names the variable

    >>> read({"TALLYSTICK_PORT": "8080"}).port
    8080
    >>> read({"TALLYSTICK_PORT": "eighty"})
    Traceback (most recent call last):
    ...
    tallystick.config.problem.BadEnvironment: TALLYSTICK_PORT is 'eighty': say a port from 1 to 65535
    """
    values = {}
    for variable in fields(Environment):
        name = variable.metadata["name"]
        raw = environ.get(name) or variable.metadata["default"]
        if name == "TALLYSTICK_STATE_DIR" and not raw:
            raw = _default_state_dir(environ)
        try:
            values[variable.name] = variable.metadata["parse"](raw)
        except ValueError as error:
            raise BadEnvironment(f"{name} is {raw!r}: {error}") from error
    return Environment(**values)


ENVIRONMENT = read(os.environ)
