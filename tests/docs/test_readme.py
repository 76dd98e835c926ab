"""The examples of the README against the product."""

from __future__ import annotations

import re
import struct

from formengine.authoring import Bundle, check_site
from formengine.cli.demo.people import MEMBERS, PASSWORD
from formengine.workflow.definition.vocabulary import Vocabulary
from tests.docs.pages import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
PICTURE = ROOT / "docs" / "pictures" / "portal.png"


def test_example_finding_is_what_check_prints() -> None:
    """A1, O9: position and message of that mistake in that pack."""
    shown = re.search(
        r"^(\S+?):(\d+):\d+: error: there is no state `(\w+)`; did you mean \"(\w+)\"[?]$", README, re.MULTILINE
    )
    assert shown is not None
    name, line, wrong, right = shown.groups()
    files = dict(Bundle.from_folder(ROOT).files)
    lines = files[name].decode().split("\n")
    assert right in lines[int(line) - 1]
    lines[int(line) - 1] = lines[int(line) - 1].replace(right, wrong)
    findings = check_site(Bundle({**files, name: "\n".join(lines).encode()}), Vocabulary.builtin())
    assert shown.group() in [str(finding) for finding in findings]


def test_readme_names_all_demo_accounts() -> None:
    """O1: all, and no others."""
    assert set(re.findall(r"`(\w+@example\.com)`", README)) == {person.email for person in MEMBERS}
    assert PASSWORD not in README  # `make run` prints it


def test_screenshot_has_enough_pixels_and_few_bytes() -> None:
    """O1: at least 1600 pixels wide, at most 250 kB."""
    content = PICTURE.read_bytes()
    width, height = struct.unpack(">II", content[16:24])
    assert content.startswith(b"\x89PNG")
    assert width >= 1600 > height
    assert len(content) <= 250_000
