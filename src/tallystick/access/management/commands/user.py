"""`tallystick user`: the first administrator, and help when nobody can log in any more."""

from __future__ import annotations

import getpass
import sys
from argparse import ArgumentParser
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from tallystick.access import actions, queries
from tallystick.access.rules import grants
from tallystick.access.rules.grants import EVERYTHING, Reach
from tallystick.access.rules.rights import Role
from tallystick.kernel import clock
from tallystick.kernel.actor import Actor, system
from tallystick.kernel.refusals import NotFound


class Command(BaseCommand):
    """Add and help people from the command line, as the system itself."""

    help = gettext_noop("Add a user, change roles, unlock, let go: tallystick user --help.")

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Describe the things that can be done."""
        doing = parser.add_subparsers(dest="doing", required=True, metavar="WHAT")
        add = doing.add_parser("add", help=_("add a person and give roles"))
        add.add_argument("username")
        add.add_argument("--name", default="", help=_("full name"))
        add.add_argument("--email", default="")
        add.add_argument("--password-stdin", action="store_true", help=_("read the password from standard input"))
        roles = doing.add_parser("roles", help=_("replace a person's roles"))
        roles.add_argument("username")
        for with_roles in (add, roles):
            with_roles.add_argument(
                "--role", action="append", default=[], choices=[str(role) for role in Role], help=_("again for more")
            )
            with_roles.add_argument("--unit", action="append", default=[], metavar="CODE", help=_("only its clients"))
            with_roles.add_argument("--client", action="append", default=[], type=int, metavar="ID", help=_("only it"))
        for name, meaning in (
            ("link", _("make a link to choose a password")),
            ("unlock", _("forget failed attempts to log in")),
            ("reset-second-factor", _("take away a lost second factor")),
            ("let-go", _("let a leaver go")),
            ("return", _("let a leaver come back")),
        ):
            doing.add_parser(name, help=meaning).add_argument("username")
        doing.add_parser("list", help=_("list people and their roles"))

    def handle(self, *, doing: str, username: str = "", **options: Any) -> None:
        """Do one of them."""
        by = system("command line")
        at = clock.now()
        if doing == "list":
            self._list()
        elif doing == "add":
            self._add(username, by, options)
        else:
            user = queries.find_user(username)
            if user is None:
                raise NotFound(what=_("user"), reference=username)
            match doing:
                case "roles":
                    actions.set_roles(user_id=user.pk, **_roles_and_reaches(options), at=at, by=by)
                case "link":
                    self._link(user.pk, by)
                case "unlock":
                    actions.unlock(user_id=user.pk, at=at, by=by)
                case "reset-second-factor":
                    actions.remove_second_factor(user_id=user.pk, at=at, by=by)
                case "let-go":
                    actions.let_go(user_id=user.pk, at=at, by=by)
                case "return":
                    actions.let_return(user_id=user.pk, at=at, by=by)

    def _list(self) -> None:
        for user in queries.users(with_leavers=True):
            roles = ", ".join(sorted({grant.role for grant in queries.held_by(user)}))
            self.stdout.write(f"{user.username}\t{user.full_name}\t{roles if user.is_active else _('has left')}")

    def _add(self, username: str, by: Actor, options: dict[str, Any]) -> None:
        wanted = _roles_and_reaches(options)
        password = _password(from_stdin=options["password_stdin"])
        user = actions.add_user(
            username=username,
            full_name=options["name"],
            email=options["email"],
            password=password,
            at=clock.now(),
            by=by,
        )
        actions.set_roles(user_id=user.pk, **wanted, at=clock.now(), by=by)
        self.stdout.write(_("Added {username}.").format(username=user.username))
        if password is None:
            self._link(user.pk, by)

    def _link(self, user_id: int, by: Actor) -> None:
        link = actions.issue_password_link(user_id=user_id, at=clock.now(), by=by)
        address = reverse("account_reset_password_from_key", kwargs={"uidb36": link.uid, "key": link.token})
        self.stdout.write(_("They choose a password on the site at {address}").format(address=address))


def _roles_and_reaches(options: dict[str, Any]) -> dict[str, Any]:
    units = {unit.code: unit.pk for unit in queries.business_units()}
    for code in options["unit"]:
        if code.upper() not in units:
            raise NotFound(what=_("business unit"), reference=code)
    reaches = [Reach(business_unit_id=units[code.upper()]) for code in options["unit"]]
    reaches += [Reach(client_id=client_id) for client_id in options["client"]]
    return {"roles": [grants.read_role(role) for role in options["role"]], "reaches": reaches or [EVERYTHING]}


def _password(*, from_stdin: bool) -> str | None:
    """Ask for a password, or read one; None where nobody is there to ask or nothing was typed: a link does it."""
    if from_stdin:
        password = sys.stdin.readline().rstrip("\n")
    elif sys.stdin.isatty():
        password = getpass.getpass(_("Password (empty for a link to choose one): "))
    else:
        return None
    if not password and not from_stdin:
        return None
    try:
        validate_password(password)
    except ValidationError as weak:
        raise CommandError(" ".join(weak.messages)) from weak
    return password
