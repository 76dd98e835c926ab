"""Generate docs/reference/mails.md: every mail of the product in English and French, from cases that are played.

    python scripts/write_mails.py

A test fails when the page differs from the output.
"""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))
PAGE = ROOT / "docs" / "reference" / "mails.md"
HEAD = """# Mails

<!-- Written by scripts/write_mails.py: change the texts in formengine/authoring/mail, not this page. -->

Every mail that the product sends, in English and French, as text;
[how to change one](../how-to/choose-what-is-mailed.md). The cases are played through the services, on the packs and
sites of the repository. *Outside* stands for readers without an account.
"""
TITLES = {"en": "English", "fr": "Français"}


def page() -> str:
    """The page, as Markdown."""
    from formengine.services.notifications.kinds import kind_title
    from tests.support.mail_cases import sample_mails

    by_language = {language: sample_mails(language) for language in TITLES}
    kinds = dict.fromkeys(sample.kind for samples in by_language.values() for sample in samples)
    lines = [HEAD]
    for kind in kinds:
        lines += [f"## `{kind}`\n", f"{kind_title(kind, 'en')}\n"]
        for language, samples in by_language.items():
            for sample in samples:
                if sample.kind == kind:
                    notes = [TITLES[language], sample.variant, "outside" if sample.outside else ""]
                    lines += [f"### {kind}: {', '.join(filter(None, notes))}\n", "```text"]
                    lines += [f"From: {sample.sender}", f"To: {sample.to}", f"Subject: {sample.subject}", ""]
                    lines += [sample.text, "```\n"]
    return "\n".join(lines).rstrip() + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
