"""Files of the program, each served under a name that holds its content's hash, so that browsers keep them for ever."""

from __future__ import annotations

from whitenoise.storage import CompressedManifestStaticFilesStorage  # type: ignore[import-untyped]


class HashedFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Rename imports between our own modules too, so that no page mixes modules of two releases.

    Only ours: Django's patterns stumble over comments in the scripts of libraries.
    """

    patterns = (
        *CompressedManifestStaticFilesStorage.patterns,
        ("desk/js/*.js", CompressedManifestStaticFilesStorage._js_module_import_aggregation_patterns[1]),
    )
