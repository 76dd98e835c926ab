"""Mail transports: SMTP, memory and development."""

import email
import email.policy
import socket
import threading
import time

import pytest

from formengine.errors import DeliveryFailed, SettingError
from formengine.mail import MemoryTransport, build_message, open_transport
from formengine.mail.message import MailAttachment


def mail(subject="Bonjour", text="Chère Maya,", to="Maya <maya@example.com>", **more):
    return build_message("Portail <portail@example.com>", to, subject, text, "fr", "<a.b@example.com>", **more)


def read(envelope):
    return email.message_from_bytes(envelope, policy=email.policy.default)


def test_non_ascii_text_arrives_unchanged(server, counter):
    subject = "Votre demande « n° 7 » — reçue ✓ " + "très " * 40
    mail_ = mail(subject, "Chère **Zoé**, l'œuvre: عقد ✓", to="Zoé Œuvrard <zoe@example.com>")
    open_transport(server).deliver(mail_)
    (envelope,) = counter.taken
    message = read(envelope)
    assert message["Subject"].strip() == subject.strip()
    assert message["To"].addresses[0].display_name == "Zoé Œuvrard"
    assert message.get_body(("plain",)).get_content().strip() == "Chère Zoé, l'œuvre: عقد ✓"
    assert "<strong>Zoé</strong>" in message.get_body(("html",)).get_content()
    assert counter.recipients == ["zoe@example.com"]


def test_lines_end_in_crlf(server, counter):
    open_transport(server).deliver(mail(text="Un\n\nDeux"))
    (envelope,) = counter.taken
    assert envelope.count(b"\n") == envelope.count(b"\r\n") > 10


def test_long_lines_are_accepted(server, counter):
    open_transport(server).deliver(mail(text="é" * 5000 + "\n\n" + "x" * 5000))
    (envelope,) = counter.taken
    assert max(map(len, envelope.split(b"\r\n"))) <= 998
    assert "x" * 5000 in read(envelope).get_body(("plain",)).get_content()


def test_the_message_id_and_other_headers_arrive(server, counter):
    """N3: the Message-ID is the product's own, so that a repeat has the same."""
    open_transport(server).deliver(mail(headers={"X-Formengine-Dossier": "CTR-2026-0042"}))
    message = read(counter.taken[0])
    assert message["Message-ID"] == "<a.b@example.com>"
    assert message["X-Formengine-Dossier"] == "CTR-2026-0042"
    assert message["Date"].datetime is not None


def test_attachment_with_non_ascii_name_arrives(server, counter):
    enclosure = MailAttachment("contrat signé.pdf", "application/pdf", b"%PDF-1.7 ...")
    open_transport(server).deliver(mail(enclosures=[enclosure]))
    (attached,) = read(counter.taken[0]).iter_attachments()
    assert (attached.get_filename(), attached.get_content()) == ("contrat signe.pdf", b"%PDF-1.7 ...")


def test_4xx_replies_are_temporary(server, counter):
    counter.answers_to_data.append("451 Try later")
    transport = open_transport(server)
    with pytest.raises(DeliveryFailed, match="451 Try later") as caught:
        transport.deliver(mail())
    assert not caught.value.permanent
    transport.deliver(mail())
    assert len(counter.taken) == 1


@pytest.mark.parametrize("where", ["answers_to_rcpt", "answers_to_data"])
def test_5xx_replies_are_permanent(server, counter, where):
    getattr(counter, where).append("550 No such user")
    with pytest.raises(DeliveryFailed, match="550 No such user") as caught:
        open_transport(server).deliver(mail())
    assert caught.value.permanent


def test_refused_connection_is_temporary():
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        with pytest.raises(DeliveryFailed) as caught:
            open_transport(f"smtp://127.0.0.1:{bound.getsockname()[1]}").deliver(mail())
    assert not caught.value.permanent


@pytest.fixture
def listener():
    """A listening socket that accepts connections; the test decides what it replies."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening


def test_silent_server_times_out(listener):
    transport = open_transport(f"smtp://127.0.0.1:{listener.getsockname()[1]}", step=0.3)
    begun = time.monotonic()
    with pytest.raises(DeliveryFailed, match="timed out") as caught:
        transport.deliver(mail())
    assert (caught.value.permanent, time.monotonic() - begun < 3) == (False, True)


def test_slow_drip_server_times_out(listener):
    over = threading.Event()

    def drip():
        connection, _address = listener.accept()
        with connection:
            while not over.wait(0.1):
                try:
                    connection.send(b"2")
                except OSError:
                    return

    thread = threading.Thread(target=drip)
    thread.start()
    begun = time.monotonic()
    try:
        with pytest.raises(DeliveryFailed):
            open_transport(f"smtp://127.0.0.1:{listener.getsockname()[1]}", step=5, total=0.8).deliver(mail())
        assert time.monotonic() - begun < 4
    finally:
        over.set()
        thread.join()


def test_disconnect_after_acceptance_counts_as_delivered(listener):
    def serve():
        connection, _address = listener.accept()
        with connection, connection.makefile("rwb", 0) as wire:
            wire.write(b"220 here\r\n")
            for line in wire:
                if line.upper().startswith(b"DATA"):
                    wire.write(b"354 go\r\n")
                    while wire.readline() != b".\r\n":
                        pass
                    wire.write(b"250 taken\r\n")
                    return
                wire.write(b"250 fine\r\n")

    thread = threading.Thread(target=serve)
    thread.start()
    open_transport(f"smtp://127.0.0.1:{listener.getsockname()[1]}", step=2).deliver(mail())
    thread.join()


def test_password_is_not_sent_unencrypted_to_another_host(server, counter, monkeypatch):
    monkeypatch.setattr("formengine.mail.transports.LOOPBACK", frozenset())
    with pytest.raises(DeliveryFailed) as caught:
        open_transport(server.replace("//", "//maya:secret@")).deliver(mail())
    assert (caught.value.permanent, counter.taken) == (False, [])


def test_smtps_uses_tls_from_the_start(listener):
    heard = []

    def serve():
        connection, _address = listener.accept()
        with connection:
            heard.append(connection.recv(3))

    thread = threading.Thread(target=serve)
    thread.start()
    with pytest.raises(DeliveryFailed):
        open_transport(f"smtps://127.0.0.1:{listener.getsockname()[1]}", step=1).deliver(mail())
    thread.join()
    assert heard[0][:2] == b"\x16\x03"


def test_memory_transport_keeps_mails():
    transport = open_transport("memory:")
    assert isinstance(transport, MemoryTransport)
    transport.deliver(mail("Un"))
    assert [mail.subject for mail in transport.sent] == ["Un"]


def test_dev_transport_sends_nothing():
    open_transport("dev:").deliver(mail())


@pytest.mark.parametrize("url", ["http://example.com", "smtp:", "mail"])
def test_unsupported_mail_urls_are_refused(url):
    with pytest.raises(SettingError, match="write smtp://host:port"):
        open_transport(url)
