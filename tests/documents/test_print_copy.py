"""What a document says on the page, where people read it and on paper, for what programs read in different ways."""

import html
import io
import re
import subprocess
import zipfile

import pytest
from docx import Document
from docx.opc.packuri import PackURI
from docx.opc.part import XmlPart
from docx.oxml import parse_xml
from docx.oxml.ns import qn
from PIL import Image

from formengine.documents import find_converter, to_html, to_pdf
from formengine.documents.document_safety import count_remarks
from formengine.documents.print_copy import as_printed
from formengine.documents.reader_words import PAGE, html_in_words, in_words
from formengine.documents.word_parts import WordParts
from formengine.documents.word_templates.number_formats import KNOWN
from formengine.documents.word_versions.clean_copy import clean_copy
from formengine.documents.word_versions.comparison import compare
from formengine.documents.word_versions.differences import Change
from formengine.documents.word_versions.pdf_text import read_pdf_text
from formengine.documents.word_versions.word_text import read_word_text
from tests.documents.conftest import saved
from tests.documents.word_versions.builders import with_notes

NAMESPACES = " ".join(
    f'xmlns:{prefix}="http://schemas.{address}"'
    for prefix, address in (
        ("w", "openxmlformats.org/wordprocessingml/2006/main"),
        ("mc", "openxmlformats.org/markup-compatibility/2006"),
        ("wps", "microsoft.com/office/word/2010/wordprocessingShape"),
        ("wp", "openxmlformats.org/drawingml/2006/wordprocessingDrawing"),
        ("a", "openxmlformats.org/drawingml/2006/main"),
        ("m", "openxmlformats.org/officeDocument/2006/math"),
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
    return f"<w:r><w:rPr>{properties}</w:rPr><w:t xml:space='preserve'>{text}</w:t></w:r>"


def math_run(text):
    return f"<m:r><m:t>{text}</m:t></m:r>"


def simple(instruction, shown):
    return f'<w:fldSimple w:instr=" {instruction} ">{run(shown)}</w:fldSimple>'


def complex_field(instruction, shown):
    """A field of runs; `instruction` may hold another one."""
    begin, middle, end = (f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>' for kind in ("begin", "separate", "end"))
    pieces = instruction if "<" in instruction else code(instruction)
    return f"{begin}{pieces}{middle}{run(shown)}{end}"


def code(text):
    return f'<w:r><w:instrText xml:space="preserve"> {text} </w:instrText></w:r>'


def form_field(instruction, data):
    begin = f'<w:r><w:fldChar w:fldCharType="begin"><w:ffData>{data}</w:ffData></w:fldChar></w:r>'
    return f'{begin}{code(instruction)}<w:r><w:fldChar w:fldCharType="end"/></w:r>'


def entry(text):
    return f'<w:listEntry w:val="{text}"/>'


FRACTION = "<m:f><m:num><m:r><m:t>a+b</m:t></m:r></m:num><m:den><m:r><m:t>2</m:t></m:r></m:den></m:f>"


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
STRUCK = '<w:rStyle w:val="Struck"/>'
STEADY = {
    "reference": (complex_field("REF place \\h", "clause 4"), "clause 4"),
    "page": (simple("PAGE", "88 not binding"), "[page]"),
    "pages": (complex_field("NUMPAGES \\# &quot;0&quot;", "77"), "[pages]"),
    "empty page": (complex_field("PAGE", "").replace("<w:t xml:space='preserve'></w:t>", ""), "[page]"),
    "ticked": (form_field("FORMCHECKBOX", '<w:checkBox><w:default w:val="1"/></w:checkBox>'), "☒"),
    "unticked": (form_field("FORMCHECKBOX", '<w:checkBox><w:checked w:val="0"/></w:checkBox>'), "☐"),
    "chosen": (
        form_field(
            "FORMDROPDOWN", f'<w:ddList><w:result w:val="1"/>{"".join(map(entry, ("Alpha", "Beta")))}</w:ddList>'
        ),
        "Beta",
    ),
    "pressed": (complex_field("MACROBUTTON none Press here", ""), "Press here"),
    "symbol field": (complex_field("SYMBOL 163 \\f Symbol", ""), "≤"),
    "symbols": ('<w:r><w:sym w:font="Wingdings" w:char="F0FE"/><w:t>agreed</w:t></w:r>', "☑agreed"),
    "private use": (run("\uf0a3 abc", '<w:rFonts w:ascii="Symbol" w:hAnsi="Symbol"/>'), "≤ αβχ"),
    "equation": (f"<m:oMath>{FRACTION}<m:r><m:t>=x</m:t></m:r></m:oMath>", "(a+b)/2=x"),
    "tracked": (
        f"<m:oMath><m:r><m:t>A </m:t></m:r><w:del>{math_run(100)}</w:del><w:ins>{math_run(200)}</w:ins></m:oMath>",
        "A 200",
    ),
    "ruby": (
        f"<w:r><w:ruby><w:rt>{run('above')}</w:rt><w:rubyBase>{run('base')}</w:rubyBase></w:ruby></w:r>",
        "base(above)",
    ),
    "hyphens": ("<w:r><w:t>super</w:t><w:softHyphen/><w:t>mar\u00adket</w:t></w:r>", "supermarket"),
    "tabs": ("<w:r><w:t>left</w:t><w:tab/><w:t>right</w:t><w:br/><w:t>below</w:t></w:r>", "left right below"),
    "blanks": ("<w:r><w:t>un </w:t><w:t> fit</w:t></w:r>", "unfit"),
    "direction": (f'<w:bdo w:val="rtl">{run("one")}</w:bdo><w:dir w:val="rtl">{run("two")}</w:dir>', "onetwo"),
    "dropdown": (
        f"<w:sdt><w:sdtPr><w:dropDownList/></w:sdtPr><w:sdtContent>{run('Paris')}</w:sdtContent></w:sdt>",
        "Paris",
    ),
    "struck": (run("two ", "<w:strike/>") + run("years", "<w:dstrike/>"), "[struck out: two years]"),
    "stand-ins": (run("\U00100003Pay &#x100000;10\U00100005"), "Pay 10"),
    "struck by style": (run("one", '<w:rStyle w:val="Struck"/><w:b/>'), "[struck out: one]"),
    "not struck": (run("two", f'{STRUCK}<w:strike w:val="0"/>'), "two"),
    "link": (complex_field("HYPERLINK &quot;https://example.com&quot;", "linked words"), "linked words"),
    "box": (BOX, "Boxed words"),
    "choice": (either("newer words", "older words"), "newer words"),
    "fallback": (either("newest words", "old words", "new"), "old words"),
    "web": (run("On paper", "<w:webHidden/>"), "On paper"),
}


def document(pieces):
    word = Document()
    style = f'<w:style {NAMESPACES} w:type="character" w:styleId="Struck"><w:rPr><w:strike/></w:rPr></w:style>'
    word.styles.element.append(parse_xml(style))
    word.core_properties.title = "Another title"
    for name, (markup, _shown) in pieces.items():
        paragraph = word.add_paragraph(f"{name}: ")._p
        paragraph.extend(list(parse_xml(f"<w:p {NAMESPACES}>{markup}</w:p>")))
    place = '<w:bookmarkStart w:id="5" w:name="place"/>' + run("clause 9") + '<w:bookmarkEnd w:id="5"/>'
    word.add_paragraph("place: ")._p.extend(list(parse_xml(f"<w:p {NAMESPACES}>{place}</w:p>")))
    return saved(word)


def read(docx):
    """The text of the reading copy in English, as a browser shows it."""
    copy = re.sub("</?(?:strong|em|s|u|sup)>", "", html_in_words(to_html(docx), "en"))
    return html.unescape(re.sub("<[^>]+>", " ", copy))


def compared(docx):
    """The text of the comparison in English."""
    paragraphs = read_word_text(as_printed(docx)).paragraphs
    return "\n".join(in_words(f"{paragraph.number} {paragraph.text}", "en") for paragraph in paragraphs)


def printed(docx):
    return " ".join(paragraph.text for paragraph in read_pdf_text(to_pdf(docx)))


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
    assert words(read(docx)) == words(shown.replace("[page]", "…").replace("[pages]", "…"))
    assert words(compared(docx)) == words(shown)
    shown = re.sub(r"\[struck out: ([^]]+)\]", r"\1", shown.replace("[page]", "1").replace("[pages]", "2"))
    assert words(printed(docx)) == words(shown)


def numbered(language):
    """Lists that begin anew, have levels of their own or count in words and letters."""
    word = Document()
    numbering = word.part.numbering_part.element
    word.styles.element.find(f".//{qn('w:rPrDefault')}//{qn('w:lang')}").set(qn("w:val"), language)
    lists = [[(kind, "%1.")] for kind in [*sorted(KNOWN - {"bullet", "none"}), "thaiLetters"]]
    lists += [[("bullet", "Not:")], [("none", "Article %1")], [("decimal", "%1."), ("decimal", "%1.%2")]]
    for number, levels in enumerate(lists, 900):
        texts = "".join(level_of(level, *shape) for level, shape in enumerate(levels))
        numbering.insert(
            0, parse_xml(f'<w:abstractNum {NAMESPACES} w:abstractNumId="{number}">{texts}</w:abstractNum>')
        )
        numbering.append(made_of(number, number))
    own = '<w:lvl w:ilvl="0"><w:numFmt w:val="upperLetter"/><w:lvlText w:val="Annex %1:"/></w:lvl>'
    numbering.append(made_of(number + 1, number, '<w:startOverride w:val="7"/>'))
    numbering.append(made_of(number + 2, number, own))
    paragraphs = [(list_, 0) for list_ in range(900, number) for _count in range(2)]
    paragraphs += [(number, level) for level in (1, 0, 1)] + [(number + 1, 0), (number + 1, 1), (number + 2, 0)]
    for count, (list_, level) in enumerate(paragraphs):
        properties = word.add_paragraph(f"«{count}»")._p.get_or_add_pPr()
        own = f'<w:ilvl w:val="{level}"/><w:numId w:val="{list_}"/>'
        properties.append(parse_xml(f"<w:numPr {NAMESPACES}>{own}</w:numPr>"))
    return saved(word)


def level_of(level, kind, pattern):
    shape = f'<w:start w:val="1"/><w:numFmt w:val="{kind}"/><w:lvlText w:val="{pattern}"/>'
    return f'<w:lvl w:ilvl="{level}">{shape}</w:lvl>'


def made_of(number, abstract, override=""):
    changed = f'<w:lvlOverride w:ilvl="0">{override}</w:lvlOverride>' if override else ""
    return parse_xml(f'<w:num {NAMESPACES} w:numId="{number}"><w:abstractNumId w:val="{abstract}"/>{changed}</w:num>')


@pytest.mark.parametrize("language", ["en-GB", "fr-FR", "de-DE"])
def test_numbers_of_clauses_are_those_that_are_printed(language):
    """T35: lawyers cite them."""
    if find_converter() is None:
        pytest.skip("LibreOffice is not installed")
    docx = numbered(language)
    of_clauses = {line.split("«")[1]: line.split("«")[0].strip() for line in compared(docx).split("\n")}
    command = ["pdftotext", "-layout", "-nopgbrk", "-", "-"]
    paper = subprocess.run(command, input=to_pdf(docx), capture_output=True, check=True).stdout.decode()
    lines = re.findall(r"(.*)«(\d+»)", re.sub("[\u202a-\u202e\u200e\u200f]", "", paper))
    assert of_clauses == {clause: number.strip() for number, clause in lines}
    assert list(of_clauses.values())[-6:] == ["1.1", "2.", "2.1", "7.", "7.1", "Annex H:"]


WATERMARK = (
    '<w:r><w:pict><v:shape xmlns:v="urn:schemas-microsoft-com:vml" style="width:300pt;height:60pt"><v:textpath'
    ' style="font-family:Arial" string="NOT BINDING"/></v:shape></w:pict></w:r>'
)


def letter(footer="Draft"):
    """Two pages with all that stands beside a text, and what would on pages of other kinds."""
    word = Document()
    section = word.sections[0]
    section.different_first_page_header_footer = True
    section.first_page_header.paragraphs[0].text = "Letterhead"
    section.header.paragraphs[0].text = "Running"
    section.even_page_header.paragraphs[0].text = "Unprinted"
    number = f"{run('Page ')}{simple('PAGE', '88')}{run(' of ')}{complex_field('NUMPAGES', '77')}"
    for part, markup in ((section.first_page_footer, run(footer)), (section.footer, number)):
        part.paragraphs[0]._p.extend(list(parse_xml(f"<w:p {NAMESPACES}>{markup}</w:p>")))
    section.header.paragraphs[0]._p.extend(list(parse_xml(f"<w:p {NAMESPACES}>{WATERMARK}</w:p>")))
    for text in ("third", "fourth"):
        word.add_paragraph(text, style="List Number")
    word.add_paragraph("between")
    word.add_paragraph("fifth", style="List Number")
    word.add_paragraph("Before")._p.extend(list(parse_xml(f"<w:p {NAMESPACES}>{BOX}{run(' after')}</w:p>")))
    table = word.add_table(2, 2)
    for index, text in enumerate(("Merged", "one", "Covered", "two")):
        table.cell(index // 2, index % 2).text = text
    for row, kind in enumerate(("restart", "continue")):
        properties = table.rows[row]._tr.tc_lst[0].get_or_add_tcPr()
        properties.append(parse_xml(f'<w:vMerge {NAMESPACES} w:val="{kind}"/>'))
    word.add_page_break()
    word.add_paragraph("Overleaf")
    return with_notes(saved(word), "footnotes", (2, "Noted."))


def test_headers_footers_notes_boxes_and_tables_are_read_as_they_are_printed():
    """T35: those that pages show, once each; the numbers of pages and lists are those that are printed."""
    docx = letter()
    text = " ".join(read(docx).split())
    assert text == (
        "Header of the first page Letterhead Header Running NOT BINDING third fourth between1 fifth Before after "
        "Boxed words Merged one two Overleaf Footnotes 1 Noted. "
        "Footer of the first page Draft Footer Page … of …"
    )
    assert '<li value="3">fifth</li>' in to_html(docx)
    assert '<td rowspan="2">Merged</td>' in to_html(docx)
    shown = re.sub(r"(?:Header|Footer|Footnotes)(?: of the first page)? ", "", text).replace(
        "… of …", "[page] of [pages]"
    )
    said = compared(docx).replace("1.", "").replace("2.", "").replace("3.", "")
    assert words(said) == words(shown.replace("between1", "between"))
    if find_converter() is not None:
        paper = shown.replace(" NOT BINDING", "").replace("[page] of [pages]", "2 of 2") + " 1. 2. 3."
        assert words(printed(docx).replace("1Noted", "1 Noted")) == words(paper)


def test_a_changed_footer_is_a_change_and_another_number_of_pages_is_none():
    """S3: in the comparison and in the redline, which is made of the same text."""
    comparison, marked = compare(letter(), letter("Not a binding draft"), "Ana", "2026-01-01T00:00:00Z")
    changes = [block for block in comparison.blocks if isinstance(block, Change) and block.kind != "same"]
    assert {(change.kind, change.paragraph.text, change.paragraph.part) for change in changes} == {
        ("removed", "Draft", "footer"),
        ("added", "Not a binding draft", "footer"),
    }
    with zipfile.ZipFile(io.BytesIO(marked)) as archive:
        parts = "".join(archive.read(name).decode() for name in archive.namelist() if "xml" in name)
    marks = re.findall(r"<w:(?:ins|del) .*?</w:(?:ins|del)>", parts)
    assert {re.sub("<[^>]+>", "", mark) for mark in marks} - {""} == {"Draft", "Not a binding draft"}
    assert PAGE not in parts


CHART = (
    '<c:chartSpace xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart"'
    ' xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"><c:chart><c:title><c:tx><c:rich><a:p><a:r>'
    "<a:t>Fees by</a:t></a:r><a:r><a:t> year</a:t></a:r></a:p></c:rich></c:tx></c:title><c:ser><c:val><c:numRef>"
    "<c:numCache><c:pt><c:v>450</c:v></c:pt></c:numCache></c:numRef></c:val></c:ser></c:chart></c:chartSpace>"
)


def drawn(colour="navy"):
    """A picture, and a chart between two words."""
    word, image = Document(), io.BytesIO()
    Image.new("RGB", (9, 9), colour).save(image, "PNG")
    word.add_paragraph("Logo ").add_run().add_picture(image)
    part = XmlPart(PackURI("/word/charts/chart1.xml"), "application/xml", parse_xml(CHART), word.part.package)
    link = word.part.relate_to(part, "http://schemas.openxmlformats.org/officeDocument/2006/relationships/chart")
    word.add_paragraph("before")._p.extend(
        parse_xml(
            f"<w:p {NAMESPACES}><w:r><w:drawing><wp:inline><a:graphic><a:graphicData><c:chart"
            ' xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart" r:id="'
            f'{link}" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"/>'
            f"</a:graphicData></a:graphic></wp:inline></w:drawing></w:r>{run(' after')}</w:p>"
        )
    )
    return saved(word)


def test_charts_are_read_and_another_picture_is_a_change():
    """T35, S3: what stands in pictures is not read, and it is said that there is one."""
    assert read(drawn()).split() == ["Logo", "[picture]", "before", "after", "Fees", "by", "year", "450"]
    blocks = compare(drawn(), drawn("red"))[0].blocks
    (change,) = [block for block in blocks if isinstance(block, Change) and block.kind == "changed"]
    assert re.fullmatch(r"Logo \[picture [0-9a-f]{6}\]", in_words(change.paragraph.text, "en"))
    assert in_words(f"{PAGE}{change.paragraph.text}", "fr").startswith("[page]Logo [image ")


def test_texts_that_change_by_themselves_are_not_clean_and_are_frozen():
    """S3: they are told with the words they show, and the clean version keeps these words alone."""
    docx = document(CHANGING | STEADY)
    assert [text for _kind, text in WordParts(docx).unseen()] == [shown for _markup, shown in CHANGING.values()]
    cleaned, taken = clean_copy(docx)
    assert (count_remarks(docx), taken.frozen, count_remarks(cleaned)) == (len(CHANGING) + 2, len(CHANGING), 0)
    assert read(cleaned) == read(docx)
    assert b"REF place" in main_part(cleaned)


def main_part(docx):
    with zipfile.ZipFile(io.BytesIO(docx)) as archive:
        return archive.read("word/document.xml")


def test_the_style_sheet_is_the_one_of_the_text():
    """T35: building blocks have styles of their own, which may come first in the file."""
    sheet = f"<w:styles {NAMESPACES}><w:style w:type='paragraph' w:styleId='Title'><w:rPr><w:rFonts w:ascii='Symbol'/>"
    word = Document()
    word.add_paragraph("abc", style="Title")
    docx = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(saved(word))) as source, zipfile.ZipFile(docx, "w") as target:
        target.writestr("word/glossary/styles.xml", f"{sheet}</w:rPr></w:style></w:styles>")
        for name in source.namelist():
            target.writestr(name, source.read(name))
    assert compared(docx.getvalue()).strip() == "abc"
