"""The lock that says which process owns the server of a home folder."""

from __future__ import annotations

import os
import sys
from pathlib import Path

if sys.platform != "win32":
    import fcntl


class OwnerLock:
    """A lock on a file that the kernel releases when its holder dies, however it dies."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._handle: int | None = None
        self._pid = 0

    def take(self) -> bool:
        """Take the lock if it is free; return whether we hold it now."""
        if self._handle is not None and self._pid != os.getpid():
            self.release()  # a copy that we were born with; our parent's stays
        if self._handle is not None:
            return True
        handle = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(handle)
            return False
        self._handle = handle
        self._pid = os.getpid()
        return True

    def release(self) -> None:
        """Give the lock back if we hold it."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None
