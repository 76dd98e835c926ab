"""Why a tag of a Word template cannot be read, in the reader's language; the template engine says it in English."""

from __future__ import annotations

import re

from formengine.i18n import say


def syntax_reason(message: str, language: str) -> str:
    """The reason in a language, from the message of Jinja's parser.

    >>> syntax_reason("expected token 'end of print statement', got 'b'", "en")
    '“b” cannot stand there'
    """
    if match := re.match(r"Encountered unknown tag '(.+?)'", message):
        return say(language, "no tag “{tag}” can stand there", tag=match[1])
    if message.startswith("Unexpected end of template"):
        return say(language, "a tag before it is not closed")
    if message.startswith("Expected an expression"):
        return say(language, "something is missing in it")
    if match := re.search(r"got '(.+)'", message) or re.search(r"unexpected (?:char )?['\"](.+?)['\"]", message):
        return say(language, "“{word}” cannot stand there", word=match[1])
    return say(language, "its words do not fit together")
