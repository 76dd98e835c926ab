"""What roles, steps and rounds are called whose authors gave them no title: usual ids of legal workflows in every
language of the portal, any other by the words of its id.
"""

from __future__ import annotations

from functools import cache
from typing import Final

from formengine.i18n import LANGUAGES, Text, say
from formengine.value_format import title_of_id

USUAL_TITLES: Final = {
    "requester": "Requester",
    "submitter": "Requester",
    "client": "Client",
    "customer": "Customer",
    "company": "Company",
    "our_company": "Our company",
    "other_company": "Other company",
    "counterparty": "Counterparty",
    "other_party": "Other party",
    "both": "Both parties",
    "both_parties": "Both parties",
    "parties": "Parties",
    "all_parties": "All parties",
    "third_party": "Third party",
    "buyer": "Buyer",
    "purchaser": "Purchaser",
    "seller": "Seller",
    "supplier": "Supplier",
    "vendor": "Vendor",
    "provider": "Provider",
    "contractor": "Contractor",
    "subcontractor": "Subcontractor",
    "consultant": "Consultant",
    "partner": "Partner",
    "distributor": "Distributor",
    "landlord": "Landlord",
    "tenant": "Tenant",
    "lender": "Lender",
    "borrower": "Borrower",
    "licensor": "Licensor",
    "licensee": "Licensee",
    "employer": "Employer",
    "employee": "Employee",
    "discloser": "Discloser",
    "recipient": "Recipient",
    "shareholder": "Shareholder",
    "investor": "Investor",
    "director": "Director",
    "guarantor": "Guarantor",
    "witness": "Witness",
    "notary": "Notary",
    "expert": "Expert",
    "bailiff": "Bailiff",
    "signer": "Signer",
    "signatory": "Signatory",
    "signatories": "Signatories",
    "approver": "Approver",
    "reviewer": "Reviewer",
    "drafter": "Drafter",
    "author": "Author",
    "owner": "Owner",
    "lead": "Lead",
    "head": "Head of department",
    "manager": "Manager",
    "supervisor": "Supervisor",
    "secretary": "Secretary",
    "assistant": "Assistant",
    "lawyer": "Lawyer",
    "outside_counsel": "Outside counsel",
    "counsel": "Counsel",
    "counsel_in_charge": "Counsel in charge",
    "general_counsel": "General counsel",
    "counsel_head": "Head of legal",
    "head_of_legal": "Head of legal",
    "legal_admin": "Legal admin",
    "paralegal": "Paralegal",
    "legal": "Legal",
    "legal_team": "Legal team",
    "finance": "Finance",
    "cfo": "Chief financial officer",
    "ceo": "Chief executive officer",
    "board": "Board",
    "management": "Management",
    "compliance": "Compliance",
    "privacy": "Privacy",
    "dpo": "Data protection officer",
    "privacy_officer": "Data protection officer",
    "tax": "Tax",
    "accounting": "Accounting",
    "procurement": "Procurement",
    "hr": "Human resources",
    "human_resources": "Human resources",
    "it": "Information systems",
    "security": "Security",
    "insurance": "Insurance",
    "sales": "Sales",
    "business": "Business",
    "contracts": "Contracts",
    "litigation": "Litigation",
    "approval": "Approval",
    "approvals": "Approvals",
    "internal": "Internal",
    "internal_approval": "Internal approval",
    "final_approval": "Final approval",
    "legal_approval": "Legal approval",
    "finance_approval": "Approval by finance",
    "management_approval": "Approval by management",
    "board_approval": "Approval by the board",
    "review": "Review",
    "internal_review": "Internal review",
    "legal_review": "Legal review",
    "second_reading": "Second reading",
    "reading": "Reading",
    "four_eyes": "Second pair of eyes",
    "sign_off": "Sign-off",
    "validation": "Validation",
    "signature": "Signature",
    "signatures": "Signatures",
    "signing": "Signature",
    "execution": "Signature",
    "countersignature": "Countersignature",
    "acknowledgement": "Acknowledgement",
    "consent": "Consent",
    "opinion": "Opinion",
    "vote": "Vote",
    "resolution": "Resolution",
    "settlement": "Settlement",
    "strategy": "Strategy",
    "conflict_check": "Conflict check",
    "budget": "Budget",
    "negotiation": "Negotiation",
    "renewal": "Renewal",
    "termination": "Termination",
    "minutes": "Minutes",
    "publication": "Publication",
}  # fmt: skip
"""The English titles of usual ids; those of other languages are in the catalogues."""
WHO_SIGNS: Final = "{party} signer"
_SIGNER: Final = "_signer"


@cache
def usual_title(name: str) -> Text:
    """The title of a role, step or round that has only an id: by language where it is a usual one, or the signer of a
    usual party.

    >>> usual_title("board_approval")
    {'en': 'Approval by the board', 'fr': 'Approbation du conseil d’administration'}
    >>> usual_title("consultant_signer"), usual_title("risk_committee")
    ({'en': 'Consultant signer', 'fr': 'Consultant, signataire'}, 'Risk committee')
    """
    if name in USUAL_TITLES:
        return {language: say(language, USUAL_TITLES[name]) for language in LANGUAGES}
    party = USUAL_TITLES.get(name.removesuffix(_SIGNER)) if name.endswith(_SIGNER) else None
    if party is None:
        return title_of_id(name)
    return {language: say(language, WHO_SIGNS, party=say(language, party)) for language in LANGUAGES}


def is_title_of_id(title: Text, name: str) -> bool:
    """Whether a title only repeats an id: nobody wrote another one.

    >>> is_title_of_id("Finance", "finance"), is_title_of_id({"en": "Money", "fr": "Argent"}, "finance")
    (True, False)
    """
    return title in (title_of_id(name), usual_title(name))
