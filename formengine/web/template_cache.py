"""Bytecode of compiled page templates on disk, so that the first pages after a start need not compile them."""

from __future__ import annotations

import hashlib
import re
from ast import literal_eval
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final

import jinja2
from jinja2.bccache import Bucket, FileSystemBytecodeCache

_CONSTANT_CALL: Final = re.compile(r"""(\w+)\(\s*("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')""")
_COMPILER: Final = (jinja2.__version__, Path(__file__).with_name("page_renderer.py").stat().st_mtime_ns)
"""What the bytecode depends on beside the template."""


class TemplateCache(FileSystemBytecodeCache):
    """Bytecode by template, language and the constants that are folded into it: `functions` make them of a text.

    It lies in a folder of the temporary files that only this user may enter. A disk that is full or read-only costs
    time, and no page.
    """

    def __init__(self, language: str, functions: Mapping[str, Callable[[str], str]]) -> None:
        super().__init__(pattern=f"__formengine_{language}_%s.cache")
        self._functions = functions

    def get_source_checksum(self, source: str) -> str:
        """A checksum of the template with its translations and static addresses."""
        calls = {(name, literal_eval(text)) for name, text in _CONSTANT_CALL.findall(source) if name in self._functions}
        constants = [(name, text, self._functions[name](text)) for name, text in sorted(calls)]
        return hashlib.sha256(repr((_COMPILER, source, constants)).encode()).hexdigest()

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Write the bytecode of a template, if the disk takes it."""
        with suppress(OSError):
            super().dump_bytecode(bucket)


def open_template_cache(language: str, functions: Mapping[str, Callable[[str], str]]) -> TemplateCache | None:
    """The cache of a language; None where there is no safe folder for it."""
    with suppress(OSError, RuntimeError):
        return TemplateCache(language, functions)
    return None
