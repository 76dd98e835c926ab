"""Detects a file's content type from its bytes (content sniffing).

The name only decides between kinds of text and between old Office formats. Active content (HTML, SVG, XML, scripts) is
recognised before any other text, so that it is never accepted or served as something harmless.
"""

from __future__ import annotations

import html
import io
import re
import zipfile
import zlib
from typing import Final

BINARY: Final = "application/octet-stream"
OLD_CONTAINER: Final = "application/x-ole-storage"
"""An Office file of before 2007 whose name does not say which, or a newer one with a password ([MS-OFFCRYPTO])."""
PDF: Final = "application/pdf"
DOCX: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PPTX: Final = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
ACTIVE: Final = frozenset(
    (
        "text/html", "image/svg+xml", "application/xhtml+xml", "application/xml", "text/javascript", "application/x-sh",
        "text/x-script", "application/java-archive", "application/vnd.microsoft.portable-executable",
        "application/x-elf", "application/x-mach-binary", "application/x-ms-shortcut",
    )
)  # fmt: skip
"""Types that a browser, a shell or the reader's system may execute."""

GROUPS: Final[dict[str, frozenset[str]]] = {
    "pdf": frozenset((PDF,)),
    "word": frozenset((DOCX, "application/msword", "application/rtf")),
    "excel": frozenset((XLSX, "application/vnd.ms-excel")),
    "powerpoint": frozenset((PPTX, "application/vnd.ms-powerpoint")),
    "opendocument": frozenset(
        f"application/vnd.oasis.opendocument.{kind}" for kind in ("text", "spreadsheet", "presentation", "graphics")
    ),
    "images": frozenset(f"image/{kind}" for kind in ("png", "jpeg", "gif", "webp", "tiff", "heic")),
    "text": frozenset(("text/plain", "text/markdown", "text/calendar", "application/json")),
    "csv": frozenset(("text/csv",)),
    "mail": frozenset(("message/rfc822", "application/vnd.ms-outlook")),
    "zip": frozenset(("application/zip",)),
    "html": frozenset(("text/html", "application/xhtml+xml")),
    "svg": frozenset(("image/svg+xml",)),
    "xml": frozenset(("application/xml",)),
}
"""The content types that a site may accept, in groups with a short name each."""
DEFAULT_GROUPS: Final = tuple(name for name, types in GROUPS.items() if not types & ACTIVE)
"""The groups that a site accepts unless it says otherwise: none of active content."""
ACTIVE_SUFFIXES: Final = {
    "text/html": (".html", ".htm"),
    "application/xhtml+xml": (".xhtml", ".html", ".htm"),
    "image/svg+xml": (".svg",),
    "application/xml": (".xml",),
}
"""The endings of the names under which active content of each type is what it says it is."""

_SIGNATURES: Final = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"II*\0", "image/tiff"),
    (b"MM\0*", "image/tiff"),
    (b"%PDF-", PDF),
    (b"{\\rtf", "application/rtf"),
    (b"MZ", "application/vnd.microsoft.portable-executable"),
    (b"\x7fELF", "application/x-elf"),
    (b"\xcf\xfa\xed\xfe", "application/x-mach-binary"),
    (b"L\x00\x00\x00\x01\x14\x02\x00", "application/x-ms-shortcut"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"Rar!\x1a\x07", "application/vnd.rar"),
    (b"\x1f\x8b", "application/gzip"),
)
_OFFICE: Final = (("word/", DOCX), ("xl/", XLSX), ("ppt/", PPTX))
WORD_MACROS: Final = "application/vnd.ms-word.document.macroEnabled.12"
_MACROS: Final = {
    DOCX: WORD_MACROS,
    XLSX: "application/vnd.ms-excel.sheet.macroEnabled.12",
    PPTX: "application/vnd.ms-powerpoint.presentation.macroEnabled.12",
}
MACROS: Final = frozenset(_MACROS.values())
"""The types of Office files with macros."""
_CONTENT_TYPES: Final = "[Content_Types].xml"
_MAX_CONTENT_TYPES: Final = 1024 * 1024
_MACRO_MAIN: Final = re.compile(r"\.macroEnabled(?:Template)?\.main\+xml", re.IGNORECASE)
"""The end of the content type of a main part that may hold macros ([MS-OFFMACRO])."""
_OLD_OFFICE: Final = {
    ".doc": "application/msword",
    ".xls": "application/vnd.ms-excel",
    ".ppt": "application/vnd.ms-powerpoint",
    ".msg": "application/vnd.ms-outlook",
}
_HEIF_BRANDS: Final = (b"heic", b"heix", b"mif1", b"msf1")
_ACTIVE_TEXTS: Final = frozenset(
    (".html", ".htm", ".xhtml", ".xht", ".shtml", ".mht", ".mhtml", ".svg", ".xml", ".js", ".mjs", ".sh")
)
"""Endings by which a browser takes a text for a page, web archives among them (RFC 2557), or for a script."""
_SCRIPTS: Final = frozenset(
    (
        ".bat", ".cmd", ".ps1", ".psm1", ".vbs", ".vbe", ".wsf", ".wsh", ".jse", ".hta", ".reg", ".scf", ".url", ".inf",
        ".py", ".pyw", ".pl", ".rb", ".php", ".desktop", ".command",
        ".vb", ".wsc", ".sct", ".jnlp", ".application", ".settingcontent-ms", ".library-ms", ".csh", ".bash",
        ".zsh", ".iqy", ".slk",
    )
)  # fmt: skip
"""Endings by which a system takes a text for something to execute."""
_TEXTS: Final = {".csv": "text/csv", ".md": "text/markdown", ".ics": "text/calendar", ".json": "application/json"}
# Tags that make a browser take a file for HTML when they come first: WHATWG MIME Sniffing 7.1, and a few more.
_HTML = re.compile(
    r"<(?:!doctype\s+html|!--|(?:html|head|body|script|iframe|h1|div|font|table|a|style|title|b|br|p|img|meta|link|"
    r"object|embed|form|input|base|svg|math|video|audio|details)[\s/>])",
    re.IGNORECASE,
)
_HEADER = re.compile(r"(?:[A-Za-z][A-Za-z0-9-]*:[^\n]*\r?\n(?:[ \t][^\n]*\r?\n)*){2}")
_MAIL_HEADERS = re.compile(r"(?im)^(?:from|received|return-path|message-id|mime-version|delivered-to):")


def sniff(data: bytes, name: str = "") -> str:
    """The content type of a file from its bytes and name; `application/octet-stream` where it is not known.

    >>> sniff(b"%PDF-1.7 ..."), sniff(b"<svg onload='x'>", "photo.png"), sniff(b"a;b", "list.csv")
    ('application/pdf', 'image/svg+xml', 'text/csv')
    """
    for start, content_type in _SIGNATURES:
        if data.startswith(start):
            return content_type
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    if data[4:8] == b"ftyp" and data[8:12] in _HEIF_BRANDS:
        return "image/heic"
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _sniff_zip(data)
    suffix = ending_of(name)
    if data.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return _OLD_OFFICE.get(suffix, OLD_CONTAINER)
    text = _decode(data)
    return BINARY if text is None else _sniff_text(text, suffix)


def ending_of(name: str) -> str:
    """The ending by which a system opens a file of a name, in lower case, with its dot; empty where there is none.

    Windows drops dots and spaces at the end, and takes what follows a lone first dot for an ending.

    >>> ending_of("Lease.PDF"), ending_of("run.hta. "), ending_of(".hta"), ending_of("README")
    ('.pdf', '.hta', '.hta', '')
    """
    _stem, dot, ending = name.rstrip(". ").rpartition(".")
    return f".{ending.lower()}" if dot else ""


def is_run_by_name(name: str) -> bool:
    """Whether a browser or system takes a file of this name for a page or script, and looks for one in any content.

    `mshta` runs the script in the middle of a PDF, `cmd` the lines of an RTF file that it understands.
    """
    return ending_of(name) in _ACTIVE_TEXTS | _SCRIPTS


def is_active(content_type: str) -> bool:
    """Whether opening a file of this type may execute code: scripts, markup, or macros."""
    return content_type in ACTIVE or content_type in MACROS or content_type.endswith("+xml")


def _sniff_zip(data: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = archive.namelist()
            declares_macros = _CONTENT_TYPES in names and _declares_macros(archive)
            if names and names[0] == "mimetype" and archive.infolist()[0].file_size < 100:
                declared = archive.read("mimetype").decode("ascii", "replace").strip()
                if re.fullmatch(r"application/[\w.+-]+", declared):
                    return declared
    except (zipfile.BadZipFile, ValueError, NotImplementedError, RuntimeError, OSError, EOFError, zlib.error):
        return BINARY
    if "META-INF/MANIFEST.MF" in names:
        return "application/java-archive"
    if _CONTENT_TYPES in names:
        for folder, content_type in _OFFICE:
            if any(name.startswith(folder) for name in names):
                macros = declares_macros or any(name.lower().endswith("vbaproject.bin") for name in names)
                return _MACROS[content_type] if macros else content_type
    return "application/zip"


def _declares_macros(archive: zipfile.ZipFile) -> bool:
    """Whether an Office file says that its main part may hold macros, in any spelling of XML: Word goes by that."""
    with archive.open(_CONTENT_TYPES) as stream:
        declared = stream.read(_MAX_CONTENT_TYPES).replace(b"\0", b"").decode("latin-1")
    return _MACRO_MAIN.search(html.unescape(declared)) is not None


def _decode(data: bytes) -> str | None:
    """The file as text (UTF-8, UTF-16 or Windows-1252), or None for binary data."""
    has_utf16_mark = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ("utf-16",) if has_utf16_mark else ("utf-8-sig", "cp1252"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        return None if re.search(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]", text) else text
    return None


def _sniff_text(text: str, suffix: str) -> str:
    start = text.lstrip("\ufeff \t\r\n\f")[:4096]
    lowered = start.lower()
    if re.match(r"(?:<\?xml|<!--|<!doctype svg|<svg[\s/>])", lowered) and re.search(r"<(?:\w+:)?svg[\s/>]", lowered):
        return "image/svg+xml"
    if lowered.startswith("<?xml"):
        return "application/xhtml+xml" if "http://www.w3.org/1999/xhtml" in lowered else "application/xml"
    if _HTML.match(start):
        return "text/html"
    if start.startswith("#!"):
        return "application/x-sh"
    if suffix in _ACTIVE_TEXTS:
        named = {".svg": "image/svg+xml", ".xml": "application/xml", ".sh": "application/x-sh"}
        return named.get(suffix, "text/javascript" if suffix.endswith("js") else "text/html")
    if suffix in _SCRIPTS:
        return "text/x-script"
    if _HEADER.match(start) and _MAIL_HEADERS.search(start):
        return "message/rfc822"
    return _TEXTS.get(suffix, "text/plain")
