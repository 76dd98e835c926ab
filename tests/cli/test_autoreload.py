"""What the terminal of `serve` says of a site that cannot be published."""

from __future__ import annotations

import pytest

from formengine.cli.autoreload import log_refusal
from formengine.errors import PublishRefused
from formengine.source import Finding


def test_each_finding_is_told_once_on_its_own_line(caplog: pytest.LogCaptureFixture) -> None:
    """O1: W13: without the sentence that repeats the first; a refusal without findings has its own sentence."""
    findings = [Finding("workflow.yaml", line, 1, "error", "state", f"no state {line}") for line in (3, 7)]
    log_refusal(PublishRefused(f"the site has 2 errors; the first: {findings[0]}", findings))
    assert caplog.messages == [f"the site is not published: {finding}" for finding in findings]
    caplog.clear()
    log_refusal(PublishRefused("another publication came between"))
    assert caplog.messages == ["the site is not published: another publication came between"]
