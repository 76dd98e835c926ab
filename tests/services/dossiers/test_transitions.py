"""Steps of dossiers: what a step tells that may not be taken."""

from __future__ import annotations

import pytest

from formengine.errors import Refused
from formengine.services.dossiers.transitions import perform
from tests.services.approvals.test_several_documents import closing, is_approved
from tests.services.conftest import Case

__all__ = ["closing"]


@pytest.mark.site("closing")
def test_a_refused_step_tells_why_and_asks_for_no_consent(closing: Case) -> None:
    """S10: a step that would end signatures, by somebody who may not take it."""
    is_approved(closing)
    with pytest.raises(Refused) as refused:
        closing("cleo", perform, "redraft", closing.version)
    assert "signatures" not in str(refused.value.reasons), refused.value.reasons
