"""What this process has found in stored contents, by their hash, so that none is read twice: the newest MAX_KNOWN."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from typing import Any, Final, TypeVar

T = TypeVar("T")
MAX_KNOWN: Final = 2000
_KNOWN: Final[OrderedDict[tuple[str, ...], Any]] = OrderedDict()
_LOCK: Final = Lock()


def known_verdict(question: str, content: tuple[str, ...]) -> Any:
    """The answer to a question about a content that this process knows already; None where it does not."""
    with _LOCK:
        return _KNOWN.get((question, *content))


def verdict(question: str, content: tuple[str, ...], judge: Callable[[], tuple[T, bool]]) -> T:
    """The answer to a question about a content (its hash, and what else it depends on): that of `judge` the first time.

    `judge` returns the answer, and whether it is kept. What it raises is raised, and not kept.
    """
    key = (question, *content)
    with _LOCK:
        if key in _KNOWN:
            _KNOWN.move_to_end(key)
            known: T = _KNOWN[key]
            return known
    answer, is_kept = judge()
    if is_kept:
        with _LOCK:
            _KNOWN[key] = answer
            while len(_KNOWN) > MAX_KNOWN:
                _KNOWN.popitem(last=False)
    return answer
