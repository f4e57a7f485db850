"""Files that people send go straight to disk, and never more of them than the site allows.

A form with a file that is too large still arrives whole but for the file, so that nothing typed is lost: ask
`too_large` for the fields it happened to.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import TemporaryUploadedFile, UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, SkipFile, TemporaryFileUploadHandler
from django.http import HttpRequest

_MEGABYTE = 1024 * 1024


def limit_bytes() -> int:
    """Return the size of the largest file that may be sent."""
    return int(settings.OPTIONS.upload_limit_mb) * _MEGABYTE


def too_large(request: HttpRequest, field: str) -> bool:
    """Whether a file was sent in this field that was larger than the site allows, and was therefore not kept."""
    return field in getattr(request, "files_too_large", ())


class _Arriving(TemporaryUploadedFile):
    """A file while it arrives: in the home folder, because a folder for temporary files is often held in memory."""

    def __init__(self, name: Any, content_type: Any, size: int, charset: Any, extra: Any) -> None:
        folder = Path(settings.HOME) / "arriving"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = tempfile.NamedTemporaryFile(dir=folder, suffix=".upload")  # noqa: SIM115 - closed when the request ends
        UploadedFile.__init__(self, file, name, content_type, size, charset, extra)


class ToDisk(TemporaryFileUploadHandler):
    """Writes files to disk as they arrive, and stops when they are together more than one file may be.

    A form's token is looked at only when all of it has arrived. So what somebody sends who is not signed in is not
    written at all: else anybody could fill the disk from any page that takes a form.
    """

    written = 0

    def new_file(self, *arguments: Any, **named: Any) -> None:
        """Begin a file."""
        FileUploadHandler.new_file(self, *arguments, **named)
        self.file = _Arriving(
            self.file_name, self.content_type, 0, self.charset, self.content_type_extra
        )  # fmt: skip

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Write one piece."""
        if not _is_signed_in(self.request):
            raise SkipFile
        self.written += len(raw_data)
        if self.written > limit_bytes():
            noted: set[str] = getattr(self.request, "files_too_large", set())
            self.request.files_too_large = noted | {self.field_name}  # type: ignore[union-attr]
            raise SkipFile  # Django removes what was written
        super().receive_data_chunk(raw_data, start)


def _is_signed_in(request: HttpRequest | None) -> bool:
    person = getattr(request, "user", None)
    return person is not None and person.is_authenticated
