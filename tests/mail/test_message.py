"""MIME messages: headers, text and HTML parts, attachments."""

import re
from email import message_from_bytes, policy

import pytest
from repoze.sendmail.encoding import encode_message

from formengine.errors import DeliveryFailed
from formengine.mail import build_message
from formengine.mail.message import ascii_name


def mail(sender="p@example.com", to="maya@example.com", subject="Hello", text="Dear Maya,", language="en", **more):
    return build_message(sender, to, subject, text, language, "<a@example.com>", **more)


@pytest.mark.parametrize("poison", ["\nBcc: joe@example.com", "\r\nBcc: joe@example.com", "\rx", "\0", "\x0b"])
@pytest.mark.parametrize("where", ["sender", "to", "subject"])
def test_newlines_in_headers_are_refused(where, poison):
    """T23: header injection."""
    with pytest.raises(DeliveryFailed, match="control character") as caught:
        mail(**{where: "maya@example.com" + poison})
    assert caught.value.permanent


def test_newlines_in_extra_headers_are_refused():
    """T23: header injection."""
    with pytest.raises(DeliveryFailed):
        mail(headers={"X-Formengine-Dossier": "CTR-1\nBcc: joe@example.com"})
    with pytest.raises(DeliveryFailed):
        mail(headers={"Bcc: joe@example.com\nX": "1"})


def test_encoded_words_in_subjects_are_read_as_they_are_written():
    """T23: one that hides a line break would be decoded, and by some written out, as a header of its own."""
    subject = "Request: =?utf-8?q?x=0d=0aBcc:joe@example.com?= of today"
    message = message_from_bytes(encode_message(mail(subject=subject).to_message()), policy=policy.default)
    assert message["Subject"] == subject
    assert message["Bcc"] is None


@pytest.mark.parametrize("to", ["", "maya", "Maya <>"])
def test_invalid_recipient_is_refused(to):
    with pytest.raises(DeliveryFailed, match="no mail address"):
        mail(to=to)


def test_a_mail_without_text_is_refused():
    with pytest.raises(DeliveryFailed, match="no text"):
        mail(text=" \n ")


def test_html_has_no_styles_scripts_or_images():
    """T9: whatever the text contains."""
    text = "<script>alert(1)</script> ![x](http://x/y.png) [go](javascript:alert(1)) <b onclick=x>"
    html = mail(text=text, subject="</title><script>").html
    assert not re.search(r"<script|<img|<b |href|style=", html)


def test_html_fits_a_phone(new_page):
    """N1: a mail with a long link and a long word is not scrolled sideways; elsewhere it is 600 pixels wide."""
    text = f"Please sign. {'x' * 90}\n\n[Read it, then sign or decline](https://legal.test/{'a' * 90})"
    page = new_page(viewport={"width": 360, "height": 700})
    page.set_content(mail(text=text).html)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.set_viewport_size({"width": 1280, "height": 700})
    assert page.locator(".sheet").first.bounding_box()["width"] == 600


def test_html_declares_language_and_direction():
    assert '<html lang="ar" dir="rtl">' in mail(language="ar").html
    assert '<html lang="fr" dir="ltr">' in mail(language="fr").html


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("é.pdf", "e.pdf"),
        ("../../etc/passwd", "passwd"),
        ("عقد.pdf", "file.pdf"),
        ('a"b\n.txt', "ab.txt"),
        ("", "file"),
    ],
)
def test_attachment_names_are_folded_to_ascii(name, expected):
    assert ascii_name(name) == expected
