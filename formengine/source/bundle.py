"""Bundle: the files of a site as bytes, and their hash; what is checked and published."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Final

from formengine.errors import DefinitionError

FOLDERS: Final = ("workflows", "config")
"""The folders of a site that are definitions; plugins are code and never part of a bundle."""
LARGEST_FILE: Final = 5_000_000
LARGEST_SITE: Final = 50_000_000
MOST_FILES: Final = 5_000
_LEFTOVERS: Final = ("~", ".swp", ".swo", ".tmp", ".bak", ".orig", ".rej", ".pyc")


@dataclass(frozen=True)
class Bundle:
    """The definitions of a site: `files` maps a path inside the site (`workflows/nda/workflow.yaml`) to its bytes."""

    files: Mapping[str, bytes]
    hash: str = field(init=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "files", MappingProxyType(dict(sorted(self.files.items()))))
        object.__setattr__(self, "hash", hash_of(self.files))

    @classmethod
    def from_folder(cls, folder: str | Path) -> Bundle:
        """Read `workflows/` and `config/` under a folder; without hidden files and backup files of editors.

        Raises DefinitionError when it is no folder, or has links that lead out of it or more than the limits above.
        """
        root = Path(folder)
        if not root.is_dir():
            raise DefinitionError(f"{root} is not a folder; name the folder that holds workflows/ and config/")
        files: dict[str, bytes] = {}
        size = 0
        for path in _walk(root):
            name = path.relative_to(root).as_posix()
            content = _read(path, name, root.resolve())
            size += len(content)
            if len(files) >= MOST_FILES or size > LARGEST_SITE:
                raise DefinitionError(f"the site has more than {MOST_FILES:,} files or {LARGEST_SITE:,} bytes")
            files[name] = content
        return cls(files)


def hash_of(files: Mapping[str, bytes]) -> str:
    """The sha256 over paths and contents with their lengths, in order of path."""
    digest = hashlib.sha256()
    for path, content in sorted(files.items()):
        name = path.encode("utf-8", "surrogateescape")
        digest.update(b"%d:%s%d:" % (len(name), name, len(content)))
        digest.update(content)
    return digest.hexdigest()


def _walk(root: Path) -> Iterator[Path]:
    for top in FOLDERS:
        for directory, folders, names in os.walk(root / top):
            folders[:] = sorted(folder for folder in folders if _wanted(folder))
            for folder in folders:
                if (Path(directory) / folder).is_symlink():
                    raise DefinitionError(
                        f"{Path(directory, folder)} is a link to a folder; put the folder itself there"
                    )
            yield from (Path(directory) / name for name in sorted(names) if _wanted(name))


def _wanted(name: str) -> bool:
    return not name.startswith((".", "#", "__pycache__", "~$")) and not name.endswith(_LEFTOVERS)


def _read(path: Path, name: str, root: Path) -> bytes:
    if not path.resolve().is_relative_to(root):
        raise DefinitionError(f"{name} is a link that leads out of the site; put the file itself there")
    if not path.is_file():
        raise DefinitionError(f"{name} is not a file that can be read")
    try:
        with path.open("rb") as stream:
            content = stream.read(LARGEST_FILE + 1)
    except OSError as error:
        raise DefinitionError(f"{name} cannot be read: {error.strerror}") from error
    if len(content) > LARGEST_FILE:
        raise DefinitionError(f"{name} has more than {LARGEST_FILE:,} bytes")
    return content
