"""Write the Word templates of the packs: `python scripts/make_templates.py`. Commit what it makes.

A template can as well be edited in Word; this script is only how the first ones came to be. Facts stand in double
braces, `{%p if ... %}` keeps or drops whole paragraphs. The agreement is in French under French, Belgian or
Luxembourg law, and in English elsewhere.
"""

# ruff: noqa: E501 - the clauses of a contract are easier to read and compare in whole lines

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from docx import Document
from docx.document import Document as DocumentType
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Cm, Pt

ROOT: Final = Path(__file__).parent.parent
OURS: Final = (
    "{% if our_entity == 'acme_ltd' %}Acme Ltd{% elif our_entity == 'acme_gmbh' %}Acme GmbH"
    "{% elif our_entity == 'acme_bv' %}Acme BV{% else %}Acme SAS{% endif %}"
)
THEIRS: Final = "{{ counterparty.name }}"
WHO: Final = "{{ counterparty_contact.name }}{% if counterparty_signatory_title %}, {{ counterparty_signatory_title }}{% endif %}"
DATE: Final = {
    "en": "{{ effective_date[8:10]|int }} {{ ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', "
    "'September', 'October', 'November', 'December'][effective_date[5:7]|int - 1] }} {{ effective_date[:4] }}",
    "fr": "{{ effective_date[8:10]|int }} {{ ['janvier', 'février', 'mars', 'avril', 'mai', 'juin', 'juillet', 'août', "
    "'septembre', 'octobre', 'novembre', 'décembre'][effective_date[5:7]|int - 1] }} {{ effective_date[:4] }}",
}
REGISTERED: Final = {
    "en": "{% if counterparty.registration %}, registered under number {{ counterparty.registration }}{% endif %}",
    "fr": "{% if counterparty.registration %}, immatriculée sous le numéro {{ counterparty.registration }}{% endif %}",
}
FRENCH: Final = "governing_law == 'FR' or governing_law == 'BE' or governing_law == 'LU'"

Clause = tuple[str, list[str]]

ENGLISH_CLAUSES: Final[list[Clause]] = [
    ("Purpose", ["The parties wish to exchange confidential information for this purpose: {{ purpose }}"]),
    (
        "Confidential information",
        [
            "Confidential information is any information, in whatever form, that a disclosing party gives to a receiving "
            "party for the purpose and that is marked confidential or that a reasonable person would treat as such.",
            "It does not include what is or becomes public without a breach of this agreement, what the receiving party "
            "already held or lawfully receives from others, or what it develops without using the information.",
        ],
    ),
    (
        "Obligations",
        [
            "{% if nda_type == 'mutual' %}Each party is at once a disclosing and a receiving party."
            "{% elif nda_type == 'we_disclose' %}" + OURS + " is the disclosing party and " + THEIRS + " the receiving "
            "party.{% else %}" + THEIRS + " is the disclosing party and " + OURS + " the receiving party.{% endif %}",
            "The receiving party uses the information for the purpose alone, protects it as it protects its own, and "
            "shares it only with those of its staff and advisers who need it and are bound to the same secrecy.",
            "Where the law or a court compels disclosure, the receiving party gives notice first if it may, and "
            "discloses no more than is required.",
        ],
    ),
    (
        "Return",
        [
            "On request, the receiving party returns or destroys the information within thirty days and says so in writing."
        ],
    ),
    (
        "Term",
        [
            "This agreement takes effect on " + DATE["en"] + " and lasts {{ term_years }} year(s). The obligations of "
            "confidentiality survive its end for {{ confidentiality_years }} year(s).",
        ],
    ),
    ("No other rights", ["Nothing here transfers a right in the information or obliges a party to contract further."]),
    (
        "Law",
        [
            "This agreement is governed by the law of the country with the ISO code {{ governing_law }}; its courts are competent."
        ],
    ),
]
FRENCH_CLAUSES: Final[list[Clause]] = [
    ("Objet", ["Les parties souhaitent échanger des informations confidentielles dans le but suivant : {{ purpose }}"]),
    (
        "Informations confidentielles",
        [
            "Est confidentielle toute information, quelle qu’en soit la forme, qu’une partie communique à l’autre dans ce "
            "but et qui est désignée comme telle ou qu’une personne raisonnable tiendrait pour telle.",
            "N’est pas confidentiel ce qui est ou devient public sans manquement au présent accord, ce que la partie "
            "destinataire détenait déjà ou reçoit licitement d’un tiers, ni ce qu’elle élabore sans s’en servir.",
        ],
    ),
    (
        "Obligations",
        [
            "{% if nda_type == 'mutual' %}Chaque partie est tour à tour émettrice et destinataire."
            "{% elif nda_type == 'we_disclose' %}" + OURS + " est la partie émettrice et " + THEIRS + " la partie "
            "destinataire.{% else %}" + THEIRS + " est la partie émettrice et " + OURS + " la partie destinataire.{% endif %}",
            "La partie destinataire n’utilise les informations que dans ce but, les protège comme les siennes propres et "
            "ne les communique qu’à ceux de ses salariés et conseils qui en ont besoin et sont tenus au même secret.",
            "Si la loi ou une juridiction l’oblige à les communiquer, elle en avertit d’abord l’autre partie lorsque cela "
            "lui est permis et s’en tient à ce qui est exigé.",
        ],
    ),
    ("Restitution", ["Sur demande, la partie destinataire restitue ou détruit les informations sous trente jours et le confirme par écrit."]),
    (
        "Durée",
        [
            "Le présent accord prend effet le " + DATE["fr"] + " pour une durée de {{ term_years }} an(s). Les "
            "obligations de confidentialité survivent {{ confidentiality_years }} an(s) à son terme.",
        ],
    ),
    ("Absence d’autres droits", ["Le présent accord ne transfère aucun droit sur les informations et n’oblige pas à contracter davantage."]),
    (
        "Droit applicable",
        ["Le présent accord est soumis au droit {% if governing_law == 'FR' %}français{% elif governing_law == 'BE' %}belge"
         "{% else %}luxembourgeois{% endif %} ; les juridictions de ce pays sont compétentes."],
    ),
]  # fmt: skip
DATA: Final = {
    "en": ("Personal data", "Where personal data is shared, each party complies with the law that protects it; no data is "
           "sent before a separate agreement on its processing is signed."),
    "fr": ("Données personnelles", "Si des données personnelles sont communiquées, chaque partie respecte la loi qui les "
           "protège ; aucune n’est transmise avant la signature d’un accord distinct sur leur traitement."),
}  # fmt: skip
CHANGES: Final = {"en": "Changes to the standard terms", "fr": "Dérogations aux conditions types"}


def nda(path: Path) -> None:
    """The non-disclosure agreement."""
    document = _blank()
    document.add_paragraph("{%p if " + FRENCH + " %}")
    _body(document, "fr", FRENCH_CLAUSES)
    document.add_paragraph("{%p else %}")
    _body(document, "en", ENGLISH_CLAUSES)
    document.add_paragraph("{%p endif %}")
    _save(document, path)


def _body(document: DocumentType, language: str, clauses: list[Clause]) -> None:
    french = language == "fr"
    title = document.add_paragraph("Accord de confidentialité" if french else "Non-disclosure agreement", style="Title")
    title.alignment = WD_ALIGN_PARAGRAPH.CENTER
    document.add_paragraph("Référence : {{ reference }}" if french else "Reference: {{ reference }}")
    document.add_paragraph("Entre" if french else "Between")
    document.add_paragraph(OURS, style="List Bullet")
    document.add_paragraph(THEIRS + REGISTERED[language], style="List Bullet")
    number = 0
    for number, (heading, paragraphs) in enumerate(clauses, 1):
        _clause(document, number, heading, paragraphs)
    document.add_paragraph("{%p if personal_data %}")
    _clause(document, number + 1, DATA[language][0], [DATA[language][1]])
    document.add_paragraph("{%p endif %}")
    document.add_paragraph("{%p if modifications %}")
    document.add_heading(CHANGES[language], level=2)
    document.add_paragraph("{{ modifications }}")
    document.add_paragraph("{%p endif %}")
    _signatures(document, french)


def _clause(document: DocumentType, number: int, heading: str, paragraphs: list[str]) -> None:
    document.add_heading(f"{number}. {heading}", level=2)
    for text in paragraphs:
        document.add_paragraph(text)


def _signatures(document: DocumentType, french: bool) -> None:
    document.add_heading("Signatures", level=2)
    table = document.add_table(rows=1, cols=2)
    for cell, name, who in zip(table.rows[0].cells, (OURS, THEIRS), ("", WHO), strict=True):
        cell.text = name
        cell.add_paragraph(("Nom : " if french else "Name: ") + who)
        cell.add_paragraph("Date :" if french else "Date:")
        cell.add_paragraph("Signature :" if french else "Signature:")


def _blank() -> DocumentType:
    document = Document()
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2.5)
    style = document.styles["Normal"]
    style.font.name, style.font.size = "Liberation Serif", Pt(11)
    style.paragraph_format.space_after = Pt(6)
    properties = document.core_properties
    properties.author, properties.comments, properties.title = "", "", "Non-disclosure agreement"
    properties.created = properties.modified = datetime(2026, 1, 1, tzinfo=UTC)
    return document


def _save(document: DocumentType, path: Path) -> None:
    """Save with fixed times inside, so that the same template is the same bytes and publishes no new version."""
    path.parent.mkdir(parents=True, exist_ok=True)
    document.save(str(path))
    with ZipFile(path) as archive:
        parts = [(entry.filename, archive.read(entry)) for entry in archive.infolist()]
    with ZipFile(path, "w") as archive:
        for name, content in parts:
            entry = ZipInfo(name, (2026, 1, 1, 0, 0, 0))
            entry.compress_type = ZIP_DEFLATED
            archive.writestr(entry, content)


if __name__ == "__main__":
    nda(ROOT / "workflows" / "nda" / "documents" / "nda.docx")
