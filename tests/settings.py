"""Settings of the tests: the program's own, on a server of their own that trades durability for speed."""

import os
import tempfile
from pathlib import Path

if "TALLYSTICK_STATE_DIR" in os.environ:
    _state_dir = Path(os.environ["TALLYSTICK_STATE_DIR"]) / "tests"
else:
    _state_dir = Path(tempfile.gettempdir()) / f"tallystick-tests-{os.geteuid()}"
os.environ["TALLYSTICK_STATE_DIR"] = str(_state_dir)
os.environ["TALLYSTICK_SECRET_KEY"] = "a key for tests only"

from tallystick.config.settings import *  # noqa: F403
from tallystick.config.settings import DATABASES, STORAGES

# A database of its own for every run, so that runs at the same time do not meet. Workers of one run add their name.
_run = os.environ.get("PYTEST_XDIST_TESTRUNUID", f"p{os.getpid()}")[:12]
DATABASES["default"]["ENGINE"] = "tests.engine"
DATABASES["default"]["TEST"] = {"NAME": f"test_{_run}"}
if DATABASES["default"]["EMBEDDED"]:
    DATABASES["default"]["EMBEDDED"]["ephemeral"] = True

ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
WHITENOISE_AUTOREFRESH = True
