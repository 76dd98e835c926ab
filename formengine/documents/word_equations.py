"""Equations of Word documents as a line of text: `(price)/(months)`, `x^2` (OMML, ECMA-376 part 1, 22.1).

LibreOffice prints them as pictures, or not at all where its part for equations is not installed. As text they are
printed, read and compared alike; the notation is that in which Word takes equations as they are typed (Unicode
Technical Note 28).
"""

from __future__ import annotations

from typing import Any, Final

_MATH: Final = (
    "{http://schemas.openxmlformats.org/officeDocument/2006/math}",
    "{http://purl.oclc.org/ooxml/officeDocument/math}",
)
_DEPTH: Final = 40
_GONE: Final = ("del", "moveFrom")
"""What was deleted or moved away, as a tracked change."""
_DEFAULT_ACCENT: Final = "\u0302"
_INTEGRAL: Final = "\u222b"
"""The accent, and the sign before a sum or the like, of an equation that names none."""


def equations_of(root: Any) -> list[Any]:
    """The outermost equations of a part, those of a paragraph of equations (`m:oMathPara`) as one."""
    tags = [f"{namespace}{name}" for namespace in _MATH for name in ("oMathPara", "oMath")]
    return [equation for equation in root.iter(*tags) if next(equation.iterancestors(*tags), None) is None]


def linear(element: Any, depth: int = 0) -> str:
    """An equation, or a part of one, as a line of text. Raises ValueError for one that is nested too deeply."""
    if depth > _DEPTH:
        raise ValueError("the document has an equation that is nested too deeply")
    name = _name(element)
    if name == "t":
        return element.text or ""
    if name.endswith("Pr") or name in _GONE:
        return ""
    parts: dict[str, str] = {}
    texts = []
    for child in element:
        text = linear(child, depth + 1) if isinstance(child.tag, str) else ""
        texts.append(text)
        parts.setdefault(_name(child), text)
    return _written(name, element, texts, parts)


def _written(name: str, element: Any, texts: list[str], parts: dict[str, str]) -> str:
    base, below, above = (parts.get(part, "") for part in ("e", "sub", "sup"))
    if name == "f":
        return f"{_grouped(parts.get('num', ''))}/{_grouped(parts.get('den', ''))}"
    if name in ("sSup", "sSub", "sSubSup", "sPre"):
        scripts = (f"_{_grouped(below)}" if below else "") + (f"^{_grouped(above)}" if above else "")
        return scripts + base if name == "sPre" else _grouped(base) + scripts
    if name == "rad":
        return f"\u221a({parts['deg']}&{base})" if parts.get("deg") else f"\u221a{_grouped(base)}"
    if name == "nary":
        bounds = (f"_{_grouped(below)}" if below else "") + (f"^{_grouped(above)}" if above else "")
        return f"{_property(element, 'chr', _INTEGRAL)}{bounds} {base}"
    if name == "d":
        inner = _property(element, "sepChr", "|").join(text for text in texts if text)
        return f"{_property(element, 'begChr', '(')}{inner}{_property(element, 'endChr', ')')}"
    if name == "func":
        return f"{parts.get('fName', '')} {_grouped(base)}"
    if name in ("limLow", "limUpp"):
        return f"{base}{'_' if name == 'limLow' else '^'}{_grouped(parts.get('lim', ''))}"
    if name == "acc":
        return base + _property(element, "chr", _DEFAULT_ACCENT)
    return _rows(name, texts)


def _rows(name: str, texts: list[str]) -> str:
    """What stands in rows and columns: of a matrix, an array of equations, or one below the other."""
    if name == "mr":
        return ", ".join(texts)
    if name in ("m", "eqArr"):
        rows = "; ".join(text for text in texts if text)
        return f"[{rows}]" if name == "m" else rows
    return " ".join(text for text in texts if text) if name == "oMathPara" else "".join(texts)


def _grouped(text: str) -> str:
    """A part in brackets, unless it is one number or word.

    >>> _grouped("x"), _grouped("a+b"), _grouped("(a+b)")
    ('x', '(a+b)', '(a+b)')
    """
    is_closed = text.startswith("(") and text.endswith(")") and "(" not in text[1:] and ")" not in text[:-1]
    return text if text.isalnum() or is_closed else f"({text})"


def _name(element: Any) -> str:
    return str(element.tag).rsplit("}", 1)[-1] if isinstance(element.tag, str) else ""


def _property(element: Any, name: str, otherwise: str) -> str:
    """A property of an element; one without a value is empty, as that of a bracket that is left out."""
    for properties in element:
        if _name(properties).endswith("Pr"):
            for child in properties:
                if _name(child) == name:
                    return str(next((child.get(f"{namespace}val") for namespace in _MATH if child.attrib), "") or "")
    return otherwise
