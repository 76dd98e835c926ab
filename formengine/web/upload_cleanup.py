"""Closes WebOb's temporary files of a large post when its response is made, after all retries.

Left to the garbage collector, its disk space and descriptor would go some time later, under load much later.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from formengine.web.post_data import parsed_post

ExecutionPolicy = Callable[[dict[str, Any], Any], Any]


def closing_policy(policy: ExecutionPolicy) -> ExecutionPolicy:
    """An execution policy (Pyramid) that closes the temporary files when `policy` has made its last attempt."""

    def run(environ: dict[str, Any], router: Any) -> Any:
        with temporary_files_closed(environ):
            return policy(environ, router)

    return run


@contextmanager
def temporary_files_closed(environ: dict[str, Any]) -> Iterator[None]:
    """WebOb puts its copy where the server's own stream was."""
    original = environ.get("wsgi.input")
    try:
        yield
    finally:
        for value in parsed_post(environ).values():
            if getattr(value, "filename", None) is not None:
                value.file.close()
        copy = environ.get("wsgi.input")
        if copy is not original and copy is not None:
            copy.close()
