"""The end of a process whose threads wait for something that may never come: a database that is away, a hung job."""

from __future__ import annotations

import logging
import os
import sys
import threading
from typing import NoReturn


def has_other_threads() -> bool:
    """Whether threads besides the main one would keep the process from ending."""
    return any(thread is not threading.main_thread() and not thread.daemon for thread in threading.enumerate())


def end_process(code: int = 0) -> NoReturn:
    """End the process now, without waiting for its threads; what is committed stays, and locks are released."""
    logging.shutdown()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)
