"""What somebody types to sign: taken whole, or refused."""

from __future__ import annotations

import io

import pytest
from sqlalchemy import select

from formengine.content_type import DOCX
from formengine.errors import Refused
from formengine.forms import Upload
from formengine.services.approvals import decisions
from formengine.services.approvals.given_signatures import MAX_NAME, SignatureDetails
from formengine.storage.models.rounds import Seat
from tests.documents.conftest import word
from tests.services.approvals.test_signed_copies import out_for_signature
from tests.services.conftest import MakeCase

pytestmark = pytest.mark.site("casework")


def test_a_name_that_is_too_long_is_refused_and_not_cut(make_case: MakeCase) -> None:
    """S5, S6: the evidence holds what was typed, whole."""
    case = out_for_signature(make_case, Upload("contract.docx", DOCX, io.BytesIO(word("A contract."))))
    with pytest.raises(Refused, match=f"at most {MAX_NAME} characters"):
        case("bo", decisions.sign, "x" * (MAX_NAME + 1), True)
    longest = "x" * MAX_NAME
    case("bo", decisions.sign, longest, True, details=SignatureDetails(confirmed_name=longest))
    with case.platform.database.reading() as session:
        texts = [evidence.get("text") for evidence in session.scalars(select(Seat.evidence)) if evidence]
    assert "x" * MAX_NAME in texts


def test_another_name_than_that_of_who_is_asked_is_to_be_confirmed(make_case: MakeCase) -> None:
    """S5, S6: nobody signs under another name by mistake; the evidence says that it was confirmed."""
    case = out_for_signature(make_case, Upload("contract.docx", DOCX, io.BytesIO(word("A contract."))))
    for confirmed in ("", "Donald Duck"):
        with pytest.raises(Refused, match="asked to sign as Bo Jansen; you wrote “Mickey Mouse”") as refusal:
            case("bo", decisions.sign, "Mickey Mouse", True, details=SignatureDetails(confirmed_name=confirmed))
        assert refusal.value.inputs == ["confirmed_name"]
    case("bo", decisions.sign, "Mickey Mouse", True, details=SignatureDetails(confirmed_name="Mickey Mouse"))
    with case.platform.database.reading() as session:
        (evidence,) = [evidence for evidence in session.scalars(select(Seat.evidence)) if evidence.get("text")]
    assert (evidence["text"], evidence["other_name_confirmed"]) == ("Mickey Mouse", True)
