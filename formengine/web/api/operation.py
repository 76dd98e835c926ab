"""How an operation of the API is described, from which `openapi.json` is made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Operation:
    """The description of an operation: a sentence, its response, its body, its query parameters and headers, its
    errors.

    `files` are parts named by pointers, `file_parts` the names of parts with files (`file`: one, `files`: any number);
    `downloads` are the media types of a file in the response.
    """

    says: str
    gives: dict[str, Any] | None = None
    takes: str | None = None
    status: str = "200"
    query: tuple[str, ...] = ()
    headers: tuple[str, ...] = ()
    may_repeat: bool = False
    """Whether it may be sent again with its `Idempotency-Key`, which is optional."""
    files: bool = False
    file_parts: tuple[str, ...] = ()
    multipart_only: bool = False
    downloads: tuple[str, ...] = ()
    id: str | None = None
    refuses: tuple[str, ...] = ()
    accepts: bool = False
    """Whether it may answer with the job that makes the response, by 202."""
