"""The second factor: its secrets are encrypted at rest, its codes cannot be guessed, and who needs one keeps it."""

from __future__ import annotations

import base64
from functools import cache

from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.base import forms
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.core.exceptions import ValidationError

from tallystick.access import actions, queries
from tallystick.access.rules import rights, throttling
from tallystick.access.rules.trail import About, What
from tallystick.access.web import middleware
from tallystick.kernel import clock


@cache
def _cipher(keys: tuple[str, ...]) -> MultiFernet:
    """Make the cipher whose first key encrypts and whose every key decrypts, each derived from a secret of the site."""
    derived = (
        HKDF(algorithm=SHA256(), length=32, salt=None, info=b"tallystick second factor").derive(key.encode())
        for key in keys
    )
    return MultiFernet([Fernet(base64.urlsafe_b64encode(key)) for key in derived])


def cipher() -> MultiFernet:
    """Give the cipher for the secrets of second factors.

    Keys: ACCESS_ENCRYPTION_KEYS, newest first, or SECRET_KEY where none is set; SECRET_KEY_FALLBACKS still decrypt.
    """
    own = tuple(settings.ACCESS_ENCRYPTION_KEYS) or (settings.SECRET_KEY,)
    return _cipher((*own, *settings.SECRET_KEY_FALLBACKS))


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """What the log-in library asks about second factors."""

    def encrypt(self, text: str) -> str:
        """Encrypt a secret for the database."""
        return cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Decrypt a secret of the database.

        :raises InvalidToken: it was encrypted under a key that is gone
        """
        return cipher().decrypt(encrypted_text.encode()).decode()

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Refuse to leave somebody without a second factor whose roles ask for one."""
        asked = {rights.Role(role) for role in settings.ACCESS_SECOND_FACTOR_ROLES}
        if not queries.roles_of(authenticator.user_id) & asked:
            return True
        others = Authenticator.objects.filter(user_id=authenticator.user_id).exclude(pk=authenticator.pk)
        return bool(others.exclude(type=Authenticator.Type.RECOVERY_CODES).exists())


class _CountedCode:
    """Count each code that is tried, and record those that are wrong."""

    def clean_code(self) -> str:
        """Check the code.

        :raises ValidationError: it is wrong, or there were too many
        """
        counted = throttling.second_factor(self.user.get_username())  # type: ignore[attr-defined]
        try:
            actions.take_attempt(counted=counted, at=clock.now())
        except throttling.TooManyAttempts as refusal:
            raise ValidationError(str(refusal), code=refusal.code) from refusal
        try:
            code: str = super().clean_code()  # type: ignore[misc]
        except ValidationError:
            user_id = self.user.pk  # type: ignore[attr-defined]
            middleware.say(
                context.request, What.FAILED_SECOND_FACTOR, user_id=user_id, about=About("user", str(user_id))
            )
            raise
        actions.give_back_attempt(counted=counted)
        return code


class AuthenticateForm(_CountedCode, forms.AuthenticateForm):  # type: ignore[misc]
    """The code asked for while logging in."""


class ReauthenticateForm(_CountedCode, forms.ReauthenticateForm):  # type: ignore[misc]
    """The code asked for before something that matters."""
