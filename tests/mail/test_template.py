"""Mail templates: subject and text, escaping, sandbox."""

import time

import pytest

from formengine.errors import DefinitionError
from formengine.i18n import say
from formengine.mail import render_mail, to_html, to_text, variables_of
from formengine.mail.template import escape_markdown

DOSSIER = {"dossier": {"reference": "CTR-2026-0042", "url": "https://portal.example.com/dossiers/CTR-2026-0042"}}


def test_a_long_subject_is_cut():
    """N1: a title and a name of 300 letters each fit the row of the mail, which is written after it was sent."""
    subject, _body = render_mail("{{ name }} about {{ name }}\n\nHello", {"name": "ب" * 300})
    assert (len(subject), subject[-1]) == (400, "…")


def test_first_line_is_the_subject():
    text = "{{ dossier.reference }} was approved\n\nDear {{ person.name }},\n\n[Open it]({{ dossier.url }})\n"
    subject, body = render_mail(text, {**DOSSIER, "person": {"name": "Zoé"}})
    assert subject == "CTR-2026-0042 was approved"
    assert body == "Dear Zoé,\n\n[Open it](https://portal.example.com/dossiers/CTR-2026-0042)"


def test_french_loses_a_vowel_before_another():
    """O7: of the names that the product's and a site's own French mails speak of."""
    text = "Note {{ (note.author or actor.name) | de }}\n\n{{ who | de }}, de {{ who }}"
    assert render_mail(text, {"note": {"author": "Inès"}, "who": "Ana_"}) == ("Note d’Inès", "d’Ana\\_, de Ana\\_")
    assert render_mail(text, {"actor": {"name": "Maya"}, "who": "<b>"})[0] == "Note de Maya"


def test_newlines_in_values_do_not_extend_the_subject():
    subject, body = render_mail("About {{ title }}\nHello", {"title": "x\nBcc: joe@example.com"})
    assert (subject, body) == ("About x Bcc: joe@example.com", "Hello")


@pytest.mark.parametrize(
    "typed",
    [
        "[free](https://evil.example)",
        "<https://evil.example>",
        "# Big\n- a\n1. b",
        "*x* _y_ `z` \\",
        "&lt;b&gt;",
        "> q\n==",
    ],
)
def test_values_are_escaped_as_markdown(typed):
    _subject, body = render_mail("S\n\nThey wrote: {{ comment }}", {"comment": typed})
    assert "href" not in to_html(body)
    assert to_text(body) == f"They wrote: {typed}"


def test_a_long_run_of_empty_lines_is_escaped_at_once():
    """T29: the time is linear in the length of what people write; a quadratic pattern took hours."""
    for line in ("\n", " ", "\r\n", "1"):
        assert escape_markdown(line * 1_000_000 + "\n# Big").endswith("\n\\# Big")


def test_references_and_file_names_are_not_escaped():
    assert (
        render_mail("S\n{{ a }} {{ b }}", {"a": "CTR-2026-0042", "b": "my_file.docx"})[1]
        == "CTR-2026-0042 my_file.docx"
    )


def test_conditions_and_loops_work():
    text = "S\n{% for one in seats %}- {{ one.name }}{% if not loop.last %};{% endif %}\n{% endfor %}"
    assert render_mail(text, {"seats": [{"name": "Bo"}, {"name": "Di"}]})[1] == "- Bo;\n- Di"


def test_undefined_variable_is_empty():
    assert render_mail("S\n[{{ nobody.name.first }}]", {}) == ("S", "[]")


def test_variables_of_a_template_are_listed():
    assert variables_of("{{ a.b }}\n{% for x in c %}{{ x }}{{ d|upper }}{% endfor %}") == {"a", "c", "d"}


@pytest.mark.parametrize(
    "attack",
    [
        "{{ ''.__class__.__mro__ }}",
        "{{ cycler.__init__.__globals__ }}",
        "{{ self }}{{ self._TemplateReference__context }}",
        "{{ 'a' * 999999999 }}",
        "{{ 9 ** 9 ** 9 }}",
        "{{ '%999999999d' % 1 }}",
        "{{ 'a'.ljust(999999999) }}",
        "{{ 'a'|center(999999999) }}",
        "{{ '{:>999999999}'.format(1) }}",
        "{{ range(999999999)|list }}",
        "{% for a in range(999) %}{% for b in range(999) %}{% for c in a %}{% endfor %}{% endfor %}{% endfor %}",
        "{% for a in range(999) %}{% for b in range(999) %}aaaaaaaaaaa{% endfor %}{% endfor %}",
        "{{ range(999)|join(range(999)|join(range(999)|join('aaaa'))) }}",
        "{% set a = 'aaaaaaaaaaaaaaaaaaaa' %}",
        "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
        "{% include '/etc/passwd' %}",
        "{% import 'os' as os %}",
        "{{ lipsum(9) }}",
        "{{ x.pop() }}",
    ],
)
def test_sandbox_escapes_and_large_outputs_are_refused(attack):
    """T31: server-side template injection."""
    begun = time.monotonic()
    with pytest.raises(DefinitionError):
        render_mail(f"S\n{attack}", {"x": {"a": 1}})
    assert time.monotonic() - begun < 2


def test_objects_are_converted_to_text():
    class Row:
        secret = "s"

        def __str__(self):
            return "row"

    assert render_mail("S\n{{ row }}{{ row.secret }}", {"row": Row()})[1] == "row"


def test_syntax_error_is_reported():
    with pytest.raises(DefinitionError, match="cannot be read"):
        render_mail("S\n{% if %}", {})


def test_too_long_output_is_refused():
    with pytest.raises(DefinitionError, match="20000"):
        render_mail("S\n" + "a" * 20_001, {})


def test_what_people_wrote_turns_nothing_around_it() -> None:
    """Names in Arabic, and marks of direction, are isolated from the sentence in subject and text; others stay."""
    source = "{{ name }} asks ({{ reference }})\n\nDear {{ name }}, of {{ firm }}."
    variables = {"name": "\u0639\u0644\u064a", "firm": "Globex \u202e", "reference": "NDA-1"}
    subject, body = render_mail(source, variables)
    assert subject == "\u2068\u0639\u0644\u064a\u2069 asks (NDA-1)"
    assert body == "Dear \u2068\u0639\u0644\u064a\u2069, of \u2068Globex \u202e\u2069."
    assert say("en", "Put in copy: {person}", person="\u202eevil") == "Put in copy: \u2068\u202eevil\u2069"
