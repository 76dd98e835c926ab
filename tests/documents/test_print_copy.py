"""What a document says on the page, where people read it and on paper, for what programs read in different ways."""

import html
import io
import re
import zipfile

import pytest
from docx import Document
from docx.oxml import parse_xml

from formengine.documents import find_converter, to_html, to_pdf
from formengine.documents.document_safety import count_remarks
from formengine.documents.word_parts import WordParts
from formengine.documents.word_versions.clean_copy import clean_copy
from formengine.documents.word_versions.pdf_text import read_pdf_text
from tests.documents.conftest import saved

NAMESPACES = " ".join(
    f'xmlns:{prefix}="http://schemas.{address}"'
    for prefix, address in (
        ("w", "openxmlformats.org/wordprocessingml/2006/main"),
        ("mc", "openxmlformats.org/markup-compatibility/2006"),
        ("wps", "microsoft.com/office/word/2010/wordprocessingShape"),
        ("wp", "openxmlformats.org/drawingml/2006/wordprocessingDrawing"),
        ("a", "openxmlformats.org/drawingml/2006/main"),
    )
)
SHAPE = "http://schemas.microsoft.com/office/word/2010/wordprocessingShape"
BOX = f"""<w:r><mc:AlternateContent><mc:Choice Requires="wps"><w:drawing><wp:inline>
<wp:extent cx="2000000" cy="600000"/><wp:docPr id="1" name="Box"/><a:graphic><a:graphicData uri="{SHAPE}">
<wps:wsp><wps:cNvSpPr txBox="1"/><wps:spPr><a:xfrm>
<a:off x="0" y="0"/><a:ext cx="2000000" cy="600000"/></a:xfrm><a:prstGeom prst="rect"><a:avLst/></a:prstGeom></wps:spPr>
<wps:txbx><w:txbxContent><w:p><w:r><w:t>Boxed words</w:t></w:r></w:p></w:txbxContent></wps:txbx><wps:bodyPr/></wps:wsp>
</a:graphicData></a:graphic></wp:inline></w:drawing></mc:Choice><mc:Fallback><w:pict><v:shape
 xmlns:v="urn:schemas-microsoft-com:vml" style="width:150pt;height:50pt"><v:textbox><w:txbxContent><w:p><w:r>
<w:t>Older box</w:t></w:r></w:p></w:txbxContent></v:textbox></v:shape></w:pict>
</mc:Fallback>
</mc:AlternateContent></w:r>"""
BOUND = (
    "<w:sdt><w:sdtPr><w:dataBinding w:prefixMappings=\"xmlns:p='http://purl.org/dc/elements/1.1/'"
    " xmlns:c='http://schemas.openxmlformats.org/package/2006/metadata/core-properties'\""
    ' w:xpath="/c:coreProperties[1]/p:title[1]" w:storeItemID="{6C3C8BC8-F283-45AE-878A-BAB7291924A1}"/><w:text/>'
    "</w:sdtPr><w:sdtContent><w:r><w:t>Title shown</w:t></w:r></w:sdtContent></w:sdt>"
)


def run(text, properties=""):
    return f"<w:r><w:rPr>{properties}</w:rPr><w:t>{text}</w:t></w:r>"


def simple(instruction, shown):
    return f'<w:fldSimple w:instr=" {instruction} ">{run(shown)}</w:fldSimple>'


def complex_field(instruction, shown):
    """A field of runs; `instruction` may hold another one."""
    begin, middle, end = (f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>' for kind in ("begin", "separate", "end"))
    pieces = instruction if "<" in instruction else code(instruction)
    return f"{begin}{pieces}{middle}{run(shown)}{end}"


def code(text):
    return f'<w:r><w:instrText xml:space="preserve"> {text} </w:instrText></w:r>'


def either(choice, fallback, requires="wps"):
    return (
        f'<w:r><mc:AlternateContent xmlns:new="urn:new"><mc:Choice Requires="{requires}"><w:t>{choice}</w:t>'
        f"</mc:Choice><mc:Fallback><w:t>{fallback}</w:t></mc:Fallback></mc:AlternateContent></w:r>"
    )


CHANGING = {
    "date": (simple("DATE \\@ &quot;d MMMM yyyy&quot;", "1 January 2020"), "1 January 2020"),
    "day": (complex_field("PRINTDATE", "2 January 2020"), "2 January 2020"),
    "title": (simple("DOCPROPERTY Title", "The title"), "The title"),
    "sum": (complex_field("=2*450", "100"), "100"),
    "condition": (simple("IF 1 = 2 &quot;A&quot; &quot;B&quot;", "The first case"), "The first case"),
    "nested": (
        complex_field(code("IF") + complex_field("REF place", "unseen") + code("= 1 a b"), "Nested words"),
        "Nested words",
    ),
    "control": (BOUND, "Title shown"),
}
STEADY = {
    "reference": (complex_field("REF place \\h", "clause 4"), "clause 4"),
    "page": (simple("PAGE", "1"), "1"),
    "link": (complex_field("HYPERLINK &quot;https://example.com&quot;", "linked words"), "linked words"),
    "box": (BOX, "Boxed words"),
    "choice": (either("newer words", "older words"), "newer words"),
    "fallback": (either("newest words", "old words", "new"), "old words"),
    "web": (run("On paper", "<w:webHidden/>"), "On paper"),
}


def document(pieces):
    word = Document()
    word.core_properties.title = "Another title"
    for name, (markup, _shown) in pieces.items():
        paragraph = word.add_paragraph(f"{name}: ")._p
        paragraph.extend(list(parse_xml(f"<w:p {NAMESPACES}>{markup}</w:p>")))
    place = '<w:bookmarkStart w:id="5" w:name="place"/>' + run("clause 9") + '<w:bookmarkEnd w:id="5"/>'
    word.add_paragraph("place: ")._p.extend(list(parse_xml(f"<w:p {NAMESPACES}>{place}</w:p>")))
    return saved(word)


def read(docx):
    return html.unescape(re.sub("<[^>]+>", " ", to_html(docx)))


def words(text):
    """Its words in some order: a box stands beside its paragraph on paper."""
    return sorted(text.split())


def test_what_is_read_and_what_is_printed_is_what_the_file_shows():
    """T35: whatever LibreOffice would make of it on the day of the conversion."""
    if find_converter() is None:
        pytest.skip("LibreOffice is not installed")
    pieces = CHANGING | STEADY
    docx = document(pieces)
    shown = " ".join(f"{name}: {text}" for name, (_markup, text) in pieces.items()) + " place: clause 9"
    assert words(read(docx)) == words(shown)
    printed = " ".join(paragraph.text for paragraph in read_pdf_text(to_pdf(docx)))
    assert words(printed) == words(shown)


def test_texts_that_change_by_themselves_are_not_clean_and_are_frozen():
    """S3: they are told with the words they show, and the clean version keeps these words alone."""
    docx = document(CHANGING | STEADY)
    assert [text for _kind, text in WordParts(docx).unseen()] == [shown for _markup, shown in CHANGING.values()]
    cleaned, taken = clean_copy(docx)
    assert (count_remarks(docx), taken.frozen, count_remarks(cleaned)) == (len(CHANGING), len(CHANGING), 0)
    assert read(cleaned) == read(docx)
    assert b"REF place" in main_part(cleaned)


def main_part(docx):
    with zipfile.ZipFile(io.BytesIO(docx)) as archive:
        return archive.read("word/document.xml")


@pytest.mark.parametrize(
    ("properties", "is_faint"),
    [
        ('<w:color w:val="FFFFFF"/>', True),
        ('<w:color w:val="FDFDFA"/>', True),
        ('<w:sz w:val="2"/>', True),
        ('<w:color w:val="FFFFFF"/><w:shd w:val="clear" w:fill="1F3864"/>', False),
        ('<w:color w:val="FFFFFF"/><w:shd w:val="clear" w:fill="FFFFFF"/>', True),
        ('<w:color w:val="767676"/><w:sz w:val="12"/>', False),
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
