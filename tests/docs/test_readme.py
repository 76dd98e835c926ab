"""What the README shows is what happens."""

from __future__ import annotations

import re
import struct

from formengine.authoring import Bundle, check_site
from formengine.cli.demo.people import CAST, PASSWORD
from formengine.workflow.definition.vocabulary import Vocabulary
from tests.docs.pages import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
PICTURE = ROOT / "docs" / "pictures" / "portal.png"


def test_the_finding_it_shows_is_what_check_says() -> None:
    """A1, O9: place and sentence, for that mistake in that pack."""
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
    assert shown.group() in [str(one) for one in findings]


def test_everybody_it_names_is_in_the_demo() -> None:
    """O1: and nobody is left out."""
    assert set(re.findall(r"`(\w+@example\.com)`", README)) == {one.email for one in CAST}
    assert PASSWORD not in README  # `make run` prints it


def test_the_picture_is_sharp_and_light() -> None:
    """O1: as wide as a good screen shows it, and loaded at once."""
    content = PICTURE.read_bytes()
    width, height = struct.unpack(">II", content[16:24])
    assert content.startswith(b"\x89PNG")
    assert width >= 1600 > height
    assert len(content) <= 250_000
