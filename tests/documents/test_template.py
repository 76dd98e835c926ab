import io
import time
from datetime import date

import pytest
from docx import Document

from formengine.documents import SandboxLimits, Writing, fill, filled_template, template_variables
from formengine.documents.signature_marks import find_marks
from formengine.documents.word_templates.field_types import TEXT, FieldType
from formengine.errors import DocumentRefused
from tests.documents.conftest import changed, saved, word, words_of
from tests.support.warm_sandbox import START_ANEW


def test_a_template_is_filled_with_facts(nda):
    """S1."""
    text = words_of(fill(nda, {"us": "Brel & Fils", "counterparty": "Œuvre <SARL> « n° 1 »", "mutual": True}))
    assert text == "Agreement between Brel & Fils and Œuvre <SARL> « n° 1 ».\nMutual."


def test_a_missing_fact_is_empty_and_its_condition_false(nda):
    assert words_of(fill(nda, {})) == "Agreement between  and .\n"


@pytest.mark.parametrize(
    ("template", "missing"),
    [
        ("Price: {{ total }} ({{ total|in_words }}), {{ us.name }}", "total, us.name"),
        ("{%p for row in rows %}\n{{ row.what }} {{ row.price|money('EUR') }}\n{%p endfor %}", "rows.price"),
        ("{{ name ~ total }} {{ start|date_after(years=total) if start else name }}", "total"),
        ("{{ tags }} {{ start or total }}", "tags, total"),
        ("{% if total %}{{ total }}{% endif %}{{ total|default('none') }}{{ total or 'none' }}{{ total|yes_no }}", ""),
        ("{{ total and total.amount }}{{ total if total }}{{ us|party(address=total) }}{{ rows|length }}", ""),
        ("{% set gap = '' %}{{ gap }}{% for i in range(2) %}{{ loop.index }}{{ i }}{% endfor %}{{ no }}{{ zero }}", ""),
    ],
)
def test_a_whole_document_has_each_answer_that_it_writes(template, missing):
    """S1: what the author does not guard has to be there: a contract has no empty place for its price."""
    facts = {"us": {"registration": "1"}, "rows": [{"what": "Study"}], "tags": [], "name": "Ana", "total": None,
             "no": False, "zero": 0}  # fmt: skip
    template = word(*template.split("\n"))
    assert ", ".join(filled_template(template, facts).missing) == missing


def test_loops_repeat_a_paragraph():
    template = word("{%p for one in parties %}", "- {{ one.name }}", "{%p endfor %}")
    assert words_of(fill(template, {"parties": [{"name": "Maya"}, {"name": "Joe"}]})) == "- Maya\n- Joe"


def test_facts_in_tables_and_headers_are_filled():
    document = Document()
    document.add_table(1, 1).cell(0, 0).text = "{{ amount }}"
    document.sections[0].header.paragraphs[0].text = "{{ reference }}"
    filled = Document(io.BytesIO(fill(saved(document), {"amount": 12.5, "reference": "CTR-2026-0042"})))
    assert filled.tables[0].cell(0, 0).text == "12.5"
    assert filled.sections[0].header.paragraphs[0].text == "CTR-2026-0042"


def test_dates_are_written_in_the_language_of_the_document(nda):
    """S1."""
    assert "24 November 2026" in words_of(fill(nda, {"us": date(2026, 11, 24)}))
    assert "1er décembre 2026" in words_of(fill(nda, {"us": date(2026, 12, 1)}, Writing("fr")))


def test_facts_are_neither_markup_nor_template_code(nda):
    """T31."""
    typed = "{{ 7 * 7 }} </w:t><w:br/> \x00\x0b\ufffe ]]> {% if %}"
    assert "{{ 7 * 7 }} </w:t><w:br/>  ]]> {% if %}" in words_of(fill(nda, {"us": typed}))


def test_an_answer_turns_no_words_around_it(nda):
    """T31: overrides and embeddings of directions are left out, isolates closed; letters and joiners stay."""
    facts = {"us": "\u202eGmbH \u202bS\u202c \u2067א", "counterparty": "علی\u200cرضا\u2069"}
    assert words_of(fill(nda, facts)) == "Agreement between GmbH S \u2067א\u2069 and علی\u200cرضا.\n"


@pytest.mark.parametrize(
    ("template", "typed"),
    [
        ("{{ us }}", "[[sign:seller]]"),
        ("{{ us|replace('-', '') }}{{ us|striptags }}", "[-[sign:seller]][<b>[date:seller]]"),
        ("[{{ us }}]", "[sign:seller]"),
        ("{{ us }}{{ us }}", "[sign:seller]] ["),
        ("{{ [us, us]|join }} {{ us|e }} {{ us|upper|lower }}", "\n[\n[place:seller]]["),
        ("{% for row in rows %}{{ row.name }}{% endfor %}{{ party }}{{ ana }}", "[[initials:seller]]"),
    ],
)
def test_an_answer_makes_no_mark_of_a_signature(template, typed):
    """T31: only the template says where people sign; what was typed is read as it was, and its own mark stays."""
    facts = {"us": typed, "rows": [{"name": typed}], "party": {"name": typed}, "ana": "a1"}
    types = {"party": FieldType("party", members={"name": TEXT}), "ana": FieldType("person")}
    filled = fill(word(template, "[[sign:seller]]"), facts, Writing(types=types, people={"a1": typed}))
    assert [(mark.kind, mark.role) for mark in find_marks(filled)] == [("sign", "seller")]
    assert "[[" not in words_of(filled).removesuffix("[[sign:seller]]")
    if template == "{{ us }}":
        assert words_of(filled).replace("\N{WORD JOINER}", "") == f"{typed}\n[[sign:seller]]"


@pytest.mark.parametrize(
    "attack",
    [
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "{{ cycler.__init__.__globals__.os.environ }}",
        "{{ us.__class__ }}",
        "{{ ''|attr('__class__') }}",
        "{{ lipsum.__globals__ }}",
    ],
)
def test_a_template_cannot_leave_the_sandbox(attack):
    """T31."""
    try:
        text = words_of(fill(word(attack), {"us": "x"}))
    except DocumentRefused:
        return
    assert text.strip() in ("", "None")


@pytest.mark.parametrize(
    "attack",
    [
        "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}",
        "{{ 'a' * 99999999999 }}",
        "{% for a in range(99999) %}{{ 'aaaaaaaaaaaaaaaa' * 99999 }}{% endfor %}",
    ],
)
def test_a_template_cannot_take_all_time_or_memory(attack):
    """T31: Jinja's sandbox alone does not stop nested loops."""
    started = time.monotonic()
    with pytest.raises(DocumentRefused):
        fill(word(attack), {}, limits=SandboxLimits(seconds=3, megabytes=512))
    assert time.monotonic() - started < 3 * 3 + 2


@pytest.mark.parametrize("source", ["{% if %}", "{{ a b }}", "{% for x in y %}"])
def test_a_syntax_error_is_refused_with_the_reason(source):
    with pytest.raises(DocumentRefused, match="cannot be filled"):
        fill(word(source), {})
    with pytest.raises(DocumentRefused, match="cannot be read"):
        template_variables(word(source))


def test_the_variables_of_a_template_are_listed(nda):
    """S1: so that a template can be checked against its form."""
    assert template_variables(nda) == {"us", "counterparty", "mutual"}


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7", b"PK\x03\x04 broken", b"hello"])
def test_other_files_are_no_template(data):
    for use in (lambda: fill(data, {}), lambda: template_variables(data)):
        with pytest.raises(DocumentRefused, match=r"must be a \.docx"):
            use()


def test_a_document_with_macros_is_no_template(nda):
    with pytest.raises(DocumentRefused, match="macro"):
        fill(changed(nda, {"word/vbaProject.bin": b"x"}), {})


def test_a_document_with_invalid_xml_is_refused(nda):
    broken = changed(nda, {"word/document.xml": b"<w:document"})
    for use in (lambda: fill(broken, {}), lambda: template_variables(broken)):
        with pytest.raises(DocumentRefused):
            use()


def test_the_sandboxed_process_has_no_environment_variables(monkeypatch):
    monkeypatch.setenv("FORMENGINE_SECRET", "very secret")
    from formengine.documents import sandbox

    monkeypatch.setattr(sandbox, "start_process", START_ANEW)
    monkeypatch.setattr(sandbox, "_CHILD", "import os, sys; print(*os.environ, file=sys.stderr); sys.exit(5)")
    with pytest.raises(DocumentRefused) as caught:
        sandbox.run_in_sandbox("any", {}, b"")
    assert "FORMENGINE" not in str(caught.value)
    assert "PATH" in str(caught.value)
