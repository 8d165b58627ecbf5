"""The password rule as a Django password validator."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tallystick.access.rules.passwords import LEAST_LENGTH, Weakness, weakness

_SENTENCES: dict[Weakness, Promise] = {
    Weakness.TOO_SHORT: _("Use at least %(least)d characters. A few words with spaces between them do well."),
    Weakness.TOO_LONG: _("This is too long to be a password."),
    Weakness.REPEATED: _("This repeats the same characters. Use a few words that have nothing to do with each other."),
    Weakness.SEQUENCE: _("These are neighbors on the keyboard or in the alphabet. Use a few unrelated words."),
    Weakness.KNOWN_WORD: _("Its heart is a word that attackers try first. Use a few unrelated words."),
}
_PRODUCT = frozenset({"tallystick", "tally stick", "creditcontrol", "debtcollection"})


@cache
def _common() -> frozenset[str]:
    """Give the twenty thousand passwords that are used most, from Django's list."""
    return frozenset(CommonPasswordValidator().passwords)


class PasswordRule:
    """Hold new passwords to `rules.passwords`."""

    def validate(self, password: str, user: Any = None) -> None:
        """Check a password.

        :raises ValidationError: it is weak, and says how to do better
        """
        found = weakness(password, known=_common() | _PRODUCT | _words_of(user))
        if found is not None:
            raise ValidationError(
                str(_SENTENCES[found]), code=f"access.password_{found.name.lower()}", params={"least": LEAST_LENGTH}
            )

    def get_help_text(self) -> str:
        """Say what a good password is."""
        return str(_("At least %(least)d characters. A few unrelated words are better than odd characters.")) % {
            "least": LEAST_LENGTH
        }


def _words_of(user: Any) -> frozenset[str]:
    """Give what is known about a person and must not be the heart of their password."""
    known = " ".join(str(getattr(user, name, "") or "") for name in ("username", "full_name", "email")).casefold()
    return frozenset({known, *known.split(), *re.split(r"\W+", known)} - {""})
