"""The plain-text part made of Markdown."""

from formengine.mail import to_html, to_text


def test_lists_quotes_and_links_as_plain_text():
    source = "# News\n\nDear *Maya*,\nhello\n\n1. one\n2. two\n   - inner\n\n[Open](https://x.org) or <https://x.org/2>\n\n---\nBye"
    assert to_text(source) == (
        "News\n\nDear Maya,\nhello\n\n1. one\n2. two\n  - inner\n\nOpen (https://x.org) or https://x.org/2\n\n-----\n\nBye"
    )


def test_unsafe_links_are_removed():
    assert 'href="https://x.org"' in to_html("[a](https://x.org)")
    assert "href" not in to_html("[a](javascript:alert(1)) [b](data:text/html,x)")


def test_html_in_markdown_is_escaped():
    assert to_html("<b>x</b>") == "<p>&lt;b&gt;x&lt;/b&gt;</p>\n"
