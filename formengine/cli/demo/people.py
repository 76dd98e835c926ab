"""People of the demo and of the tests: a company, its legal team and their clients, from `people.yaml`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import yaml

from formengine.services.access.policy import Role

PASSWORD: Final = "a portal for lawyers"
"""The password of all people of the demo, which is not meant for strangers."""


@dataclass(frozen=True)
class Member:
    """A person; `manager` is the id of another, `heads` whether they head their department."""

    id: str
    name: str
    role: Role
    department: str
    manager: str | None = None
    heads: bool = False
    language: str = "en"
    part: str = ""

    @property
    def email(self) -> str:
        return f"{self.id}@example.com"


_DATA: Final = yaml.safe_load(Path(__file__).with_name("people.yaml").read_text(encoding="utf-8"))
ORGANISATION: Final[tuple[str, str]] = tuple(_DATA["organisation"])
"""Short name and name."""
DEPARTMENTS: Final[dict[str, str]] = _DATA["departments"]
MEMBERS: Final = tuple(Member(**member) for member in _DATA["members"])
BY_ID: Final = {member.id: member for member in MEMBERS}
COMPANIES: Final[list[list[str]]] = _DATA["companies"]
"""The other parties: name, contact, first part of the host of its addresses."""
