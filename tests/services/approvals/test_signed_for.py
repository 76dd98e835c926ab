"""For whom somebody signs: the company that the role names (`signs_for`), on pages and as evidence (S4-S6)."""

from __future__ import annotations

import pytest

from formengine.services.approvals.guest_signing import load_guest_page
from formengine.services.approvals.participants import company_signed_for
from formengine.services.approvals.round_views import rounds
from formengine.services.approvals.signed_copies import _signature
from formengine.services.approvals.signed_copy_views import evidence
from formengine.services.approvals.signings import load_signing
from formengine.services.case.repository import load
from formengine.services.dossiers import documents
from formengine.web.api.approvals import round_json
from tests.services.approvals.test_several_documents import JOE, RULE, buyer_signs, docx, is_approved, open_link
from tests.services.conftest import MakeCase


@pytest.mark.site("closing")
def test_stamp_record_and_pages_say_for_whom(make_case: MakeCase) -> None:
    """S4, S5, S6: as the answers name it before the signature, and as it was then ever after; nothing for a role
    that names none.
    """
    case = make_case("closing", by="cleo", with_paper=False, buyer=JOE, company={"name": "Globex Ltd"})
    for name in ("contract", "annex"):
        case("paul", documents.new_document_version, name, docx(name))
    is_approved(case)
    (view, *_earlier) = case.reads(rounds, "paul")
    assert [seat["signs_for"] for seat in round_json(view)["seats"]] == [seat.signs_for for seat in view.seats]
    assert {(seat.role, seat.signs_for) for seat in view.seats} == {
        ("Buyer", "Globex Ltd"),
        ("Finance", ""),
    }
    token = open_link(case)
    assert case.reads(lambda work, _: load_guest_page(work, token).request.signs_for) == "Globex Ltd"
    buyer_signs(case)
    signing = load_signing(case.platform, {"dossier": case.dossier.id, **RULE})
    assert signing is not None
    (contract, _annex) = signing.documents
    assert {line.role: line.title for line in contract.lines} == {
        "buyer": "Buyer, for Globex Ltd",
        "finance": "Finance",
    }
    record = case.reads(lambda work, dossier: evidence(work, dossier, "contract"), "paul")
    (given,) = [signer["signature"] for signer in record["signers"] if signer["signature"]]
    assert given["signs_for"] == "Globex Ltd"
    (signed,) = contract.missing
    signed.evidence["signs_for"] = "Globex, as it was called then"
    assert (
        case.reads(lambda work, dossier: company_signed_for(load(work, dossier), signed))
        == signed.evidence["signs_for"]
    )
    del signed.evidence["signs_for"]
    assert not case.reads(lambda work, dossier: company_signed_for(load(work, dossier), signed)), "no later answer"
    signed.evidence["signs_for"] = "Globex Ltd"
    contract.fields[str(signed.key)] = f"signature-{signed.key}"
    stamp = _signature(signing, contract, signed, None).stamp
    assert stamp.lines[0] == "Signed electronically by Joe Martin, Buyer, for Globex Ltd"
