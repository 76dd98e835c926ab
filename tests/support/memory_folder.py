"""Where tests write: in memory where there is room, for a disk that is waited for at every commit proves nothing."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import Final

ROOM: Final = 4 * 1024**3
"""Bytes that must be free: a copied PostgreSQL database takes ten megabytes, a SQLite file one, and both go with their
test; what failed tests wrote is kept."""


def memory_folder() -> Path:
    """`/dev/shm` where it exists, may be written to and has room; otherwise the system's folder for temporary files."""
    memory = Path("/dev/shm")
    fits = memory.is_dir() and os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > ROOM
    return memory if fits else Path(tempfile.gettempdir())
