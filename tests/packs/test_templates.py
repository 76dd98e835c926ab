"""The shipped Word templates, in both languages, over every combination of the choices of their forms."""

from __future__ import annotations

import html
import importlib.util
import io
import itertools
import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from docxtpl import DocxTemplate

from formengine.authoring import Bundle, Site, read_site
from formengine.documents import fill, to_html
from formengine.documents.word_templates.environment import environment_in
from formengine.documents.word_templates.field_types import values_of
from formengine.documents.word_templates.values import decoded
from formengine.services.dossiers.template_facts import writing_for
from formengine.workflow.definition.vocabulary import Vocabulary
from tests.support.thorough import examples

ROOT = Path(__file__).parents[2]
ABSENT = object()
PARTY = {"name": "Globex & Fils SA", "registration": "431 200 017 RCS Lyon", "country": "FR"}
ADDRESS = {"lines": ["12 quai Perrache"], "postcode": "69002", "city": "Lyon", "country": "FR"}
ALWAYS = {
    "reference": "CTR-2026-0042",
    "today": "2026-03-02",
    "our_entity": "acme_bv",
    "counterparty": PARTY,
    "counterparty_contact": {"name": "Joe Martin", "email": "joe@globex.test"},
    "governing_law": "NL",
}
MONEY = {"amount": "48000", "currency": "EUR"}
NDA: dict[str, tuple[Any, ...]] = {
    "nda_type": ("mutual", "we_disclose", "we_receive"),
    "personal_data": (True, False),
    "legal_system": (ABSENT, "England and Wales"),
    "modifications": (ABSENT, "The term is\nextended"),
    "jurisdiction": (ABSENT, "Rechtbank Amsterdam"),
    "counterparty_signatory_title": (ABSENT, "Director"),
    "term_years": (1, 3),
    "expires_on": (ABSENT, "2028-12-01"),
    "purpose": ("Assessing a supply agreement",),
    "effective_date": ("2026-12-01",),
    "confidentiality_years": (5,),
}
SERVICES: dict[str, tuple[Any, ...]] = {
    "our_role": ("client", "provider"),
    "counterparty_address": (ABSENT, ADDRESS),
    "services": ("The maintenance of the site.",),
    "deliverables": (ABSENT, [{"title": "Plan", "due": "2026-04-30"}, {"title": "Report"}]),
    "start_date": ("2026-04-01",),
    "term_months": (12,),
    "renewal": (True, False),
    "notice_days": (90,),
    "fee_basis": ("fixed", "time"),
    "fee": (MONEY,),
    "daily_rate": ({"amount": "1200.50", "currency": "USD"},),
    "fee_ceiling": (ABSENT, MONEY),
    "expenses": (True, False),
    "payment_days": (30,),
    "ip": ("assigned", "licensed"),
    "liability_cap": ("fees", "amount"),
    "cap_amount": (MONEY,),
    "personal_data": (True, False),
    "legal_system": ("England and Wales",),
    "special_terms": (ABSENT, "The training is held in Lyon"),
    "courts": (ABSENT, "Rechtbank Amsterdam"),
}
DATA_PROCESSING: dict[str, tuple[Any, ...]] = {
    "our_role": ("controller", "processor"),
    "main_contract": ("Services agreement on payroll",),
    "main_contract_date": (ABSENT, "2026-02-01"),
    "nature_purpose": ("Computation of salaries",),
    "processing_until": (ABSENT, "2027-02-01"),
    "data_subjects": (["employees"],),
    "data_categories": (["identity", "contact", "financial"],),
    "special_data": (True, False),
    "special_safeguards": ("Access by physicians only",),
    "transfer_outside": (True, False),
    "transfer_countries": (["CH", "GB"],),
    "transfer_tool": ("adequacy", "clauses", "rules"),
    "subprocessor_authorisation": ("general", "specific"),
    "objection_days": (30,),
    "subprocessors": (ABSENT, [{"name": "Hooli GmbH", "country": "DE", "service": "Hosting"}]),
    "security_measures": (["encryption", "backup"],),
    "security_contact": ("breach@acme.test",),
    "breach_hours": (24,),
    "audit_notice_days": (15,),
    "end_of_processing": ("delete", "return"),
}
POWER: dict[str, tuple[Any, ...]] = {
    "poa_kind": ("special", "general", "bank", "court"),
    "attorney_name": ("Jeanne Morel",),
    "attorney_id": ("18AB12345",),
    "attorney_address": (ADDRESS,),
    "attorney_external": (True, False),
    "powers": (["Sign the deed of sale"], ["Open accounts", "Give orders"]),
    "amount_limit": (ABSENT, MONEY),
    "substitution": (True, False),
    "country_use": ("FR", "US"),
    "start": ("2026-03-09",),
    "end": ("2026-12-01",),
    "originals": (1, 2),
}
OPINION: dict[str, tuple[Any, ...]] = {
    "subject": ("Merger talks",),
    "area": ("competition",),
    "question": ("Must we notify the authority?",),
    "background": (ABSENT, "We would buy a competitor"),
    "countries": (["FR"], ["FR", "DE", "NL"]),
    "decision_date": (ABSENT, "2026-04-01"),
    "external_counsel_name": (ABSENT, "Martin & Roy"),
    "answer": (ABSENT, "Yes, in both countries.\nBefore closing"),
}
CHOICES = {
    ("legal_advice", "legal_advice", "opinion"): OPINION,
    ("nda", "nda", "agreement"): NDA,
    ("services", "services_agreement", "agreement"): SERVICES,
    ("data_processing", "data_processing_agreement", "agreement"): DATA_PROCESSING,
    ("powers", "power_of_attorney", "power"): POWER,
}
COUNTRY, ROW = {"name": "Hooli & Cie", "country": "DE", "service": "Hosting"}, {"title": "Report"}
REPEATS: dict[str, tuple[list[Any], ...]] = {
    "deliverables": ([], [ROW], [ROW, {"title": "Plan & model", "due": "2026-04-30"}, ROW]),
    "subprocessors": ([], [COUNTRY], [COUNTRY] * 3),
    "transfer_countries": (["CH"], ["CH", "GB", "US"]),
    "data_subjects": (["employees"], ["employees", "customers", "suppliers"]),
    "security_measures": (["encryption"], ["encryption", "backup", "access"]),
    "powers": (["Sign"], ["Sign the deed.", "Open accounts", "Give & take orders"]),
}
"""Lists of none, one and many entries, tried one by one."""
ENDS_A_PARAGRAPH = (".", "?", ":", ";", ",", "; or", "; and", "; et", "; ou")


@cache
def site() -> Site:
    compiled, findings = read_site(Bundle.from_folder(ROOT), Vocabulary.builtin())
    assert compiled is not None, findings
    return compiled


def combinations(choices: dict[str, tuple[Any, ...]]) -> Iterator[dict[str, Any]]:
    """Every combination of answers."""
    for values in itertools.product(*choices.values()):
        answers = dict(zip(choices, values, strict=True))
        yield {**ALWAYS, **{name: value for name, value in answers.items() if value is not ABSENT}}


def template_of(key: tuple[str, str, str], language: str) -> tuple[bytes, Any]:
    """A shipped template with how its facts are written."""
    pack, request, document = key
    request_type, content = site().request_types[request], site().packs[pack]
    name = request_type.documents[document].template_in(language)
    return content.templates[name], writing_for(site(), request_type, content, language, {})


PARAGRAPH = re.compile(r"<w:p[ >](?:(?!<w:p[ >]).)*?</w:p>", re.DOTALL)
STYLE = re.compile(r'<w:pStyle w:val="(\w+)"')
TEXT = re.compile(r"<w:t(?: [^>]*)?>([^<]*)</w:t>")
BOOKMARK = re.compile(r'<w:bookmarkStart [^>]*w:name="(\w+)"')
REFERENCE = re.compile(r" REF (\w+) ")
LEVELS = {"Heading1": 0, "Clause": 1, "ClauseItem": 2}


def faults_of(xml: str) -> list[str]:
    """What a reader of the document would stumble over."""
    faults, last, bookmarks, references = [], "", set[str](), set[str]()
    for paragraph in PARAGRAPH.findall(xml):
        text = html.unescape("".join(TEXT.findall(paragraph))).strip()
        style = (STYLE.findall(paragraph) or [""])[0]
        bookmarks |= set(BOOKMARK.findall(paragraph))
        references |= set(REFERENCE.findall(paragraph))
        if any(mark in text for mark in ("{", "}", "None", "Undefined", "  ", " .", "..", "()", ",,")):
            faults.append(f"odd text: {text}")
        if not text and style in ("Title", "BodyText", "Annex", *LEVELS):
            faults.append(f"empty {style} after {last}")
        if style in LEVELS:
            faults += _misplaced(style, last, text)
            last = style
    return (
        faults + [f"no clause {name}" for name in references - bookmarks] + (["no numbered clause"] if not last else [])
    )


def _misplaced(style: str, last: str, text: str) -> list[str]:
    """A heading with nothing under it, an item that hangs on nothing, a clause that ends in the middle."""
    faults = []
    if style == "Heading1" and last == "Heading1":
        faults.append(f"an empty clause before {text}")
    if style == "ClauseItem" and last == "Heading1":
        faults.append(f"an item without a clause: {text}")
    if style != "Heading1" and not text.endswith(ENDS_A_PARAGRAPH):
        faults.append(f"no end: {text}")
    return faults


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("key", CHOICES, ids=lambda key: key[1])
def test_every_combination_of_choices_reads_as_a_contract(key: tuple[str, str, str], language: str) -> None:
    """S1, P22: no tag is left, no clause is empty, nothing is "None", every reference has its clause.

    Every fifth combination, of all of them with `EVERY_ROUND=1`: no choice has five answers, so that each two answers
    meet.
    """
    template, writing = template_of(key, language)
    compiled = environment_in(language).from_string(xml_of(template))
    values: dict[str, Any] = {}
    for answers in itertools.islice(combinations(CHOICES[key]), 0, None, examples(5, 1)):
        facts = {}
        for name, value in answers.items():  # each value is made once: there are thousands of combinations
            known = f"{name}={json.dumps(value)}"
            if known not in values:
                encoded = values_of({name: value}, writing.types, writing.companies, {})[name]
                values[known] = decoded(encoded, language)
            facts[name] = values[known]
        assert faults_of(compiled.render(facts)) == [], answers


def xml_of(template: bytes) -> str:
    """The text of a template as it is filled."""
    document = DocxTemplate(io.BytesIO(template))
    document.init_docx()
    return str(document.patch_xml(document.get_xml()))


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("key", CHOICES, ids=lambda key: key[1])
def test_lists_of_none_one_and_many_entries_read_as_a_contract(key: tuple[str, str, str], language: str) -> None:
    """S1: each list of a template, in the first and the last combination of its other choices."""
    template, writing = template_of(key, language)
    compiled, every = environment_in(language).from_string(xml_of(template)), list(combinations(CHOICES[key]))
    for name in CHOICES[key].keys() & REPEATS.keys():
        for answers, value in itertools.product((every[0], every[-1]), REPEATS[name]):
            encoded = values_of({**answers, name: value}, writing.types, writing.companies, {})
            facts = {fact: decoded(entry, language) for fact, entry in encoded.items()}
            assert faults_of(compiled.render(facts)) == [], (name, value)


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("key", CHOICES, ids=lambda key: key[1])
def test_clauses_are_numbered_and_referred_to_by_their_numbers(key: tuple[str, str, str], language: str) -> None:
    """S1: as Word counts them, also where clauses before them are left out."""
    template, writing = template_of(key, language)
    every = list(combinations(CHOICES[key]))
    for answers in (every[0], every[-1]):
        filled = fill(template, answers, writing)
        text = to_html(filled)
        numbers = [int(number) for number in re.findall(r"<h3>(\d+)\. ", text)]
        assert numbers == list(range(1, len(numbers) + 1))
        assert len(numbers) >= 5
        fields = re.findall(r"<w:fldSimple[^>]* REF _(\w+) .*?<w:t>([^<]*)</w:t>", document_xml(filled))
        assert all(re.fullmatch(r"\d+|Annexe? \d+", number) for _, number in fields)
        headings = dict(re.findall(r"<h3>(\d+)\. ([^<]*)</h3>", text))
        confidentiality = [number for name, number in fields if name == "confidentiality"]
        assert all(headings[number].startswith("Confidential") for number in confidentiality)
        assert "[[sign:" not in text
        assert ("[[sign:signatory]]" in document_xml(filled)) == (key[2] != "opinion")


def document_xml(docx: bytes) -> str:
    return str(Document(io.BytesIO(docx)).element.xml)


def test_a_data_processing_agreement_has_all_that_the_law_asks_for() -> None:
    """S1: GDPR, article 28(3), the contents of (a) to (h), its last sentence, and what stands before (a)."""
    key = ("data_processing", "data_processing_agreement", "agreement")
    for language, phrases in {
        "en": (
            "subject-matter, duration, nature and purpose",
            "only on documented instructions",
            "committed themselves to confidentiality",
            "pursuant to Article 32",
            "written authorisation of the Controller",
            "requests for exercising the rights of data subjects",
            "Articles 32 to 36",
            "delete all the personal data",
            "allow for and contribute to audits, including inspections",
            "immediately inform the Controller if, in its opinion, an instruction infringes",
        ),
        "fr": (
            "l’objet, la durée, la nature et la finalité",
            "que sur instruction documentée",
            "s’engagent à respecter la confidentialité",
            "en vertu de l’article 32",
            "l’autorisation écrite préalable et spécifique",
            "demandes d’exercice des droits",
            "articles 32 à 36",
            "supprime toutes les données personnelles",
            "y compris des inspections",
            "informe immédiatement le Responsable du traitement si, selon lui, une instruction constitue une violation",
        ),
    }.items():
        template, writing = template_of(key, language)
        specific = {"subprocessor_authorisation": "specific", "end_of_processing": "delete"}
        answers = next(a for a in combinations(DATA_PROCESSING) if specific.items() <= a.items())
        text = to_html(fill(template, answers, writing))
        assert [phrase for phrase in phrases if phrase not in text] == []


def test_the_agreement_is_written_in_its_own_language() -> None:
    """S1: dates, lengths, countries and our company are words of the contract's language, whatever the form's was."""
    key, answers = ("nda", "nda", "agreement"), next(combinations(NDA))
    english, french = (to_html(fill(*_filled(key, language, answers))) for language in ("en", "fr"))
    assert "takes effect on 1 December 2026 and remains in force for one (1) year" in english
    assert "prend effet le 1er décembre 2026 et reste en vigueur pendant un (1) an" in french
    assert "governed by the law of the Netherlands" in english
    assert "droit en vigueur aux Pays-Bas" in french
    assert "Acme BV, société à responsabilité limitée de droit néerlandais, immatriculée" in french
    assert "Globex &amp; Fils SA, registered in France under number 431 200 017 RCS Lyon" in english


def _filled(key: tuple[str, str, str], language: str, answers: dict[str, Any]) -> tuple[bytes, dict[str, Any], Any]:
    template, writing = template_of(key, language)
    return template, answers, writing


def test_the_templates_are_those_of_their_sources() -> None:
    """S1: whoever changes a source runs the script; the files in the packs are what it writes."""
    path = ROOT / "scripts" / "write_templates.py"
    spec = importlib.util.spec_from_file_location("write_templates", path)
    assert spec is not None
    assert spec.loader is not None
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    sources = sorted((ROOT / "scripts" / "templates").glob("*/*.md"))
    assert len(sources) == 2 * len(CHOICES)
    for source in sources:
        written = Document(io.BytesIO(script.written(source.read_text(encoding="utf-8"), source.stem[-2:])))
        stored = Document(str(script.target_of(source)))
        assert stored.element.xml == written.element.xml, f"run scripts/write_templates.py: {source.name}"
