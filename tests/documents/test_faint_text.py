"""Text that nobody sees on paper is found and taken out as hidden text is, and what is seen stays."""

import re

import pytest
from docx import Document
from docx.oxml import parse_xml

from formengine.documents.document_safety import count_remarks
from formengine.documents.word_parts import WordParts
from formengine.documents.word_versions.clean_copy import clean_copy
from tests.documents.conftest import saved
from tests.documents.test_print_copy import BOX, NAMESPACES, document, level_of, main_part, run

WHITE = '<w:color w:val="FFFFFF"/>'


@pytest.mark.parametrize(
    ("properties", "is_faint"),
    [
        ('<w:color w:val="FFFFFF"/>', True),
        ('<w:color w:val="FDFDFA"/>', True),
        ('<w:sz w:val="2"/>', True),
        ('<w:color w:val="FFFFFF"/><w:shd w:val="clear" w:fill="1F3864"/>', False),
        ('<w:color w:val="FFFFFF"/><w:shd w:val="clear" w:fill="FFFFFF"/>', True),
        ('<w:color w:val="767676"/><w:sz w:val="12"/>', False),
        ('<w:w w:val="1"/>', True),
        ('<w:position w:val="-4000"/>', True),
        ('<w:spacing w:val="-100"/>', True),
        ('<w:spacing w:val="-4"/><w:position w:val="6"/>', False),
        (f'{WHITE}<w:highlight w:val="none"/>', True),
        (f'{WHITE}<w:highlight w:val="white"/>', True),
        (f'{WHITE}<w:highlight w:val="darkBlue"/>', False),
        (f'{WHITE}<w:shd w:val="pct5" w:color="FFFFFF" w:fill="FFFFFF"/>', True),
        (f'{WHITE}<w:shd w:val="solid" w:color="1F3864" w:fill="FFFFFF"/>', False),
        (f'{WHITE}<w:shd w:val="clear" w:fill="auto" w:themeFill="background1"/>', True),
        (f'{WHITE}<w:shd w:val="clear" w:fill="auto" w:themeFill="accent1"/>', False),
        ('<w:color w:val="000000"/><w:shd w:val="clear" w:fill="000000"/>', True),
        ('<w:color w:val="auto"/><w:shd w:val="clear" w:fill="000000"/>', False),
    ],
)
def test_text_that_nobody_sees_on_paper_is_taken_out_as_hidden_text_is(properties, is_faint):
    """S3: what is seen on a colour of its own stays, and the marks of signatures."""
    mark = run("[[sign:", properties) + run("client]]", properties)
    pieces = {"pale": (run("[[The price is 1 EUR", properties), ""), "mark": (mark, "")}
    docx = document(pieces)
    assert list(WordParts(docx).unseen()) == [("faint", "[[The price is 1 EUR")] * is_faint
    cleaned, taken = clean_copy(docx)
    assert (taken.hidden, count_remarks(cleaned)) == (int(is_faint), 0)
    assert (b"The price" in main_part(cleaned)) is not is_faint
    assert b"client]]" in main_part(cleaned)


EXACT = '<w:spacing w:lineRule="exact" w:line="20"/>'
ROW = "<w:tbl><w:tr><w:trPr>{height}</w:trPr><w:tc><w:tcPr>{shade}</w:tcPr><w:p>{run}</w:p></w:tc></w:tr></w:tbl>"
FAR = (
    '<wp:anchor><wp:positionH relativeFrom="{of}"><wp:posOffset>{offset}</wp:posOffset></wp:positionH>'
    '<wp:extent cx="2000000" cy="600000"/>'
)


def paragraph(properties, text, style=""):
    return f"<w:p><w:pPr>{style and f'<w:pStyle w:val={style!r}/>'}{properties}</w:pPr>{run(text)}</w:p>"


def anchored(of, offset):
    box = BOX.replace("<wp:inline>", "").replace("</wp:inline>", "</wp:anchor>")
    return f"<w:p>{re.sub('<wp:extent[^>]+>', FAR.format(of=of, offset=offset), box)}</w:p>"


UNSEEN = {
    "line": paragraph(EXACT, "line"),
    "line of a style": paragraph('<w:spacing w:after="0"/>', "line of a style", "Low"),
    "indent of a style": paragraph("", "indent of a style", "Aside"),
    "low row": ROW.format(height='<w:trHeight w:hRule="exact" w:val="20"/>', shade="", run=run("low row")),
    "white cell": ROW.format(
        height="", shade='<w:shd w:val="solid" w:color="FFFFFF" w:fill="000000"/>', run=run("white cell", WHITE)
    ),
    "Boxed words": anchored("page", -9_000_000),
}
SEEN = (
    paragraph('<w:spacing w:lineRule="exact"/>', "no height"),
    paragraph('<w:spacing w:lineRule="exact" w:line="280"/>', "as high as words", "Low"),
    paragraph('<w:ind w:left="720"/>', "indented", "Aside"),
    ROW.format(
        height='<w:trHeight w:hRule="exact"/>', shade='<w:shd w:val="clear" w:fill="222222"/>', run=run("w", WHITE)
    ),
    anchored("margin", 2_000_000),
)


def test_text_that_its_paragraph_style_row_or_box_hides_is_found_and_what_is_seen_is_not():
    """S3: also the words of a list, and each property of a style by itself."""
    word = Document()
    for style, properties in (("Low", EXACT), ("Aside", '<w:ind w:left="20000"/>')):
        markup = f'<w:style {NAMESPACES} w:type="paragraph" w:styleId="{style}"><w:pPr>{properties}</w:pPr></w:style>'
        word.styles.element.append(parse_xml(markup))
    level = f"{level_of(0, 'none', 'Void')[:-8]}<w:rPr>{WHITE}</w:rPr></w:lvl>"
    word.part.numbering_part.element.insert(
        0, parse_xml(f'<w:abstractNum {NAMESPACES} w:abstractNumId="900">{level}</w:abstractNum>')
    )
    for block in parse_xml(f"<w:body {NAMESPACES}>{''.join((*UNSEEN.values(), *SEEN))}</w:body>"):
        word.element.body.insert(0, block)
    docx = saved(word)
    assert {text for _kind, text in WordParts(docx).unseen()} == {*UNSEEN, "Void"}
    cleaned, taken = clean_copy(docx)
    assert (taken.hidden, count_remarks(cleaned)) == (len(UNSEEN) + 1, 0)
