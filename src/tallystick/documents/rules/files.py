"""Names, types and digests of stored files."""

from __future__ import annotations

import hashlib
import re
import unicodedata

from django.utils.translation import gettext_lazy as _

from tallystick.kernel.choices import Choice
from tallystick.kernel.refusals import Refusal

#: The largest file that is stored, in bytes.
LARGEST = 50 * 1024 * 1024

#: Types that a browser may show; everything else is only ever saved to disk. No type that can carry script.
SHOWN_INLINE = frozenset({"application/pdf", "image/png", "image/jpeg", "text/plain"})

_MEDIA_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,126}/[a-z0-9][a-z0-9!#$&^_.+-]{0,126}")
_UNSAFE = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*\u200b-\u200f\u202a-\u202e\u2066-\u2069]')
_LONGEST_NAME = 120


class DocumentKind(Choice):
    """What a stored file is."""

    SENT_EMAIL = "sent_email", _("E-mail as sent")
    SENT_LETTER = "sent_letter", _("Letter as sent")
    SENT_SMS = "sent_sms", _("Text message as sent")
    SENT_COMMAND = "sent_command", _("Command as sent")
    UPLOAD = "upload", _("Uploaded file")
    STATEMENT = "statement", _("Statement")


class FileTooLarge(Refusal):
    """The file is larger than any that is stored."""

    code = "documents.file_too_large"
    sentence = _("The file is larger than {largest_mb} MB.")
    status = 413


class FileEmpty(Refusal):
    """The file holds nothing."""

    code = "documents.file_empty"
    sentence = _("The file is empty.")
    status = 422


def check_size(size: int) -> None:
    """Refuse a file that is empty or larger than any that is stored.

    :raises FileEmpty, FileTooLarge: it is one of the two
    """
    if size == 0:
        raise FileEmpty
    if size > LARGEST:
        raise FileTooLarge(largest_mb=LARGEST // 1024 // 1024)


def sha256_of(content: bytes) -> str:
    """Give the SHA-256 digest of some bytes, in lower-case hexadecimal.

    >>> sha256_of(b"")
    'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'
    """
    return hashlib.sha256(content).hexdigest()


def safe_name(name: str) -> str:
    r"""Give a file name that is only a name: no folders, no control or direction marks, no leading dot, not too long.

    >>> safe_name("../../etc/passwd"), safe_name("C:\\temp\\ann.pdf"), safe_name("..")
    ('passwd', 'ann.pdf', 'document')
    >>> safe_name("invoice\u202efdp.exe")
    'invoicefdp.exe'
    """
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    plain = " ".join(_UNSAFE.sub("", last).split()).strip(". ")
    if len(plain) > _LONGEST_NAME:
        stem, dot, ending = plain.rpartition(".")
        ending = dot + ending if dot and len(ending) <= 8 else ""
        plain = (stem if ending else plain)[: _LONGEST_NAME - len(ending)] + ending
    return plain or "document"


def media_type_or_unknown(media_type: str) -> str:
    """Give a media type without parameters, or the type of unknown bytes for text that is none.

    >>> media_type_or_unknown("Text/Plain; charset=utf-8"), media_type_or_unknown("pdf\\r\\nX: y")
    ('text/plain', 'application/octet-stream')
    """
    plain = media_type.partition(";")[0].strip().lower()
    return plain if _MEDIA_TYPE.fullmatch(plain) else "application/octet-stream"
