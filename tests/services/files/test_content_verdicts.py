"""What a process has found in contents: kept by their hash, the newest of them, and nothing that may be otherwise."""

from __future__ import annotations

import io

import pytest

from formengine.content_type import PDF
from formengine.documents import document_safety as reader
from formengine.documents.sandbox import SandboxLimits
from formengine.forms import Upload
from formengine.services.core.unit_of_work import Platform
from formengine.services.files import content_verdicts
from formengine.services.files.content_verdicts import verdict
from formengine.services.files.document_safety import findings_in
from formengine.services.files.uploads import store_upload
from tests.support.pdf import PDF as CONTENT
from tests.support.platforms import acting_on


@pytest.fixture
def database_kind() -> str:
    return "sqlite"


def test_each_question_is_judged_once_and_the_oldest_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    """T31: two questions about one content do not mix, and a process does not grow with what it has looked at."""
    monkeypatch.setattr(content_verdicts, "MAX_KNOWN", 2)
    judged = []

    def ask(question: str, content: str, is_kept: bool = True) -> str:
        def judge() -> tuple[str, bool]:
            judged.append((question, content))
            return f"{question} {content}", is_kept

        return verdict(question, (content,), judge)

    assert [ask("safe", "a"), ask("signed", "a"), ask("safe", "a")] == ["safe a", "signed a", "safe a"]
    assert judged == [("safe", "a"), ("signed", "a")]
    ask("safe", "b")  # `signed a` was not asked for as lately as `safe a`
    ask("safe", "a")
    ask("signed", "a")
    assert judged[2:] == [("safe", "b"), ("signed", "a")]
    ask("safe", "c", is_kept=False)
    ask("safe", "c", is_kept=False)
    assert judged[4:] == [("safe", "c"), ("safe", "c")]


def test_that_a_document_is_heavy_is_not_kept(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    """T35: the machine may have been busy; the same file is looked at again when somebody chooses it again."""
    with acting_on(platform, None) as work:
        file = store_upload(work, Upload("a.pdf", PDF, io.BytesIO(CONTENT + b"%" * 3_000_000)))
    monkeypatch.setattr(reader, "LIMITS", SandboxLimits(megabytes=1))
    assert findings_in(platform, file.sha256, PDF).hazard == "heavy"
    monkeypatch.undo()
    assert findings_in(platform, file.sha256, PDF).hazard == ""
