"""Settings of the site, in reading order. What an operator may change comes from `config.environment`."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import dj_database_url
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from tallystick.config import secret
from tallystick.config.environment import ENVIRONMENT
from tallystick.config.rooms import ROOMS
from tallystick.contact.rules.may import Limits
from tallystick.kernel import postgres

STATE_DIR = ENVIRONMENT.state_dir
SECRET_KEY = ENVIRONMENT.secret_key or secret.kept_key(STATE_DIR)
DEBUG = ENVIRONMENT.debug
ALLOWED_HOSTS = list(ENVIRONMENT.hosts)

# Rooms stand before the libraries, so that their templates replace the libraries' own.
INSTALLED_APPS = [
    *(f"tallystick.{room}" for room in ROOMS),
    "tallystick.config",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "csp",
    "django_htmx",
    "procrastinate.contrib.django",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "tallystick.access.web.middleware.TrailMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "tallystick.access.web.middleware.ActorMiddleware",
]

ROOT_URLCONF = "tallystick.config.urls"
WSGI_APPLICATION = "tallystick.config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.template.context_processors.tz",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "tallystick.access.web.context.actor",
            ],
        },
    },
]

# One engine everywhere. Without DATABASE_URL it starts, or attaches to, the embedded server on the first connection.
_SERVER = dj_database_url.parse(ENVIRONMENT.database_url) if ENVIRONMENT.database_url else {"NAME": postgres.DATABASE}
DATABASES: dict[str, dict[str, Any]] = {
    "default": {
        **_SERVER,
        "ENGINE": "tallystick.kernel.backend",
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        "EMBEDDED": None
        if ENVIRONMENT.database_url
        else {"state_dir": STATE_DIR, "binaries": ENVIRONMENT.postgres_binaries},
    },
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# In the database, so that every web process counts log-in attempts together.
CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "cache_entry"}}

# Accounts of people: see the room `access`.
if "access" in ROOMS:
    AUTH_USER_MODEL = "access.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "tallystick.access.adapters.passwords.PasswordRule"},
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "full_name", "email")},
    },
]
SECRET_KEY_FALLBACKS = list(ENVIRONMENT.old_secret_keys)
# Newest first; without any, the secrets of second factors are encrypted under a key derived from SECRET_KEY.
ACCESS_ENCRYPTION_KEYS = ENVIRONMENT.encryption_keys
# Roles whose people get no further than setting up a second factor until they have one.
ACCESS_SECOND_FACTOR_ROLES = ENVIRONMENT.second_factor_roles
# Where the pages for people find the clients that roles are given for.
ACCESS_CLIENT_DIRECTORY = "tallystick.accounts.adapters.client_directory.clients_by_name"
# What stops interest besides holds, kept on floors above it.
CHARGES_STOPPED_DAYS = (
    "tallystick.disputes.adapters.stopped_days.disputed_days",
    "tallystick.promises.adapters.stopped_days.promised_days",
)
# Where newer tables of the scheme lie by which UK bank accounts are checked; None takes those that ship.
JURISDICTIONS_MODULUS_FOLDER = ENVIRONMENT.modulus_folder
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ALLAUTH_TRUSTED_PROXY_COUNT = ENVIRONMENT.proxies
ACCOUNT_ADAPTER = "tallystick.access.web.sign_in.AccountAdapter"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_PRESERVE_USERNAME_CASING = False
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_SESSION_REMEMBER = False
# Failed log-ins are counted by the room itself: see access/rules/throttling.py.
ACCOUNT_RATE_LIMITS = {"login": None, "login_failed": None}
MFA_ADAPTER = "tallystick.access.web.second_factor.SecondFactorAdapter"
MFA_FORMS = {
    "authenticate": "tallystick.access.web.second_factor.AuthenticateForm",
    "reauthenticate": "tallystick.access.web.second_factor.ReauthenticateForm",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = DEBUG
MFA_TOTP_ISSUER = "Tallystick"
MFA_TOTP_TOLERANCE = 1
# A write for every request; when somebody was last seen stands in the audit trail.
USERSESSIONS_TRACK_ACTIVITY = False

# Nothing comes from elsewhere, nothing goes elsewhere.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    },
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
if ENVIRONMENT.https:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60
    SECURE_SSL_REDIRECT = True
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True

# Languages, days and numbers.
USE_I18N = True
USE_TZ = True
TIME_ZONE = ENVIRONMENT.time_zone
LANGUAGE_CODE = "en-gb"
LANGUAGES = [("en-gb", _("English")), ("cy", _("Welsh"))]

# Files of the program, named by their content's hash. Files that are kept are in the database: see `documents`.
STATIC_URL = "/static/"
STATIC_ROOT = STATE_DIR / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "tallystick.config.static_files.HashedFiles"},
}
WHITENOISE_USE_FINDERS = DEBUG

# E-mail. Without a server nothing leaves the machine: messages become files.
DEFAULT_FROM_EMAIL = ENVIRONMENT.mail_from
if ENVIRONMENT.mail:
    EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    EMAIL_HOST = ENVIRONMENT.mail.host
    EMAIL_PORT = ENVIRONMENT.mail.port
    EMAIL_HOST_USER = ENVIRONMENT.mail.user
    EMAIL_HOST_PASSWORD = ENVIRONMENT.mail.password
    EMAIL_USE_TLS = ENVIRONMENT.mail.use_tls
    EMAIL_USE_SSL = ENVIRONMENT.mail.use_ssl
    EMAIL_TIMEOUT = 20
else:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = STATE_DIR / "mail"


# How messages leave: an adapter for each channel, with what it needs. Without a service they become files too.
def _into_folder(name: str) -> dict[str, Any]:
    return {
        "ADAPTER": "tallystick.contact.adapters.folder.FolderSender",
        "OPTIONS": {"folder": str(STATE_DIR / name)},
    }


CONTACT_SENDERS: dict[str, dict[str, Any]] = {
    "email": _into_folder("mail"),
    "letter": _into_folder("letters"),
    "sms": _into_folder("texts"),
    "service": _into_folder("commands"),
}
if ENVIRONMENT.mail:
    CONTACT_SENDERS["email"] = {
        "ADAPTER": "tallystick.contact.adapters.smtp.SmtpSender",
        "OPTIONS": asdict(ENVIRONMENT.mail),
    }
if ENVIRONMENT.sms_url:
    CONTACT_SENDERS["sms"] = {
        "ADAPTER": "tallystick.contact.adapters.http_sms.HttpSmsSender",
        "OPTIONS": {"url": ENVIRONMENT.sms_url, "token": ENVIRONMENT.sms_token},
    }
if ENVIRONMENT.service_url:
    CONTACT_SENDERS["service"] = {
        "ADAPTER": "tallystick.contact.adapters.webhook.WebhookCommander",
        "OPTIONS": {"url": ENVIRONMENT.service_url, "secret": ENVIRONMENT.service_secret},
    }
#: Exchange rates: a feed where one is set, how old a rate may be, and by way of which currency others meet.
EXCHANGE_FEED: dict[str, Any] | None = None
if ENVIRONMENT.rates_feed:
    EXCHANGE_FEED = {
        "ADAPTER": "tallystick.exchange.adapters.http.HttpFeed",
        "OPTIONS": {"url": ENVIRONMENT.rates_feed},
    }
EXCHANGE_MOST_DAYS = ENVIRONMENT.rates_days
EXCHANGE_BASE = ENVIRONMENT.rates_base
#: What reports tell totals in, beside those of each currency.
REPORTING_CURRENCY = ENVIRONMENT.reporting_currency
CONTACT_LIMITS = Limits(cap_messages=ENVIRONMENT.contact_cap[0], cap_days=ENVIRONMENT.contact_cap[1])
#: Where people reach the site, for links in e-mails to them.
SITE_URL = ENVIRONMENT.site_url.rstrip("/")
#: The page of an account, for links in notices to colleagues.
CONTACT_ACCOUNT_URL = SITE_URL + "/accounts/{account_id}"
#: The page where a person chooses how soon they are told, for links in digests.
CONTACT_NOTICES_URL = SITE_URL + "/contact/notices"

#: Whether whoever brought a pack of the law in may put it in force too.
JURISDICTIONS_SELF_APPROVAL = ENVIRONMENT.self_approval
#: Whether whoever wrote a version of a strategy may approve it too.
STRATEGY_SELF_APPROVAL = ENVIRONMENT.self_approval
#: Whether it takes two people to take a loaded file back.
INTAKE_TWO_TAKE_BACK = ENVIRONMENT.two_take_back
#: For how many days a rehearsal may be signed by whoever approves a version; 0 approves without one.
STRATEGY_REHEARSAL_DAYS = ENVIRONMENT.rehearsal_days
#: After how many days without a change a working copy is set aside; 0 leaves all of them.
STRATEGY_WORKING_COPY_DAYS = ENVIRONMENT.working_copy_days

# Background jobs live in the same database, and are part of the transaction that causes them.
PROCRASTINATE_ON_APP_READY = "tallystick.config.jobs.on_app_ready"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": ENVIRONMENT.log_level},
    "loggers": {
        # They tell every job's registration, start and end: for somebody who looks for a defect.
        "procrastinate": {"level": "INFO" if ENVIRONMENT.log_level == "DEBUG" else "WARNING"},
        "tallystick.config.jobs": {"level": "INFO"},
    },
}
