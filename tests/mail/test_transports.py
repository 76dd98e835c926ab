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


def read(taken):
    return email.message_from_bytes(taken, policy=email.policy.default)


def test_a_mail_arrives_with_every_letter_as_written(server, counter):
    subject = "Votre demande « n° 7 » — reçue ✓ " + "très " * 40
    mail_ = mail(subject, "Chère **Zoé**, l'œuvre: عقد ✓", to="Zoé Œuvrard <zoe@example.com>")
    open_transport(server).deliver(mail_)
    (taken,) = counter.taken
    message = read(taken)
    assert message["Subject"].strip() == subject.strip()
    assert message["To"].addresses[0].display_name == "Zoé Œuvrard"
    assert message.get_body(("plain",)).get_content().strip() == "Chère Zoé, l'œuvre: عقد ✓"
    assert "<strong>Zoé</strong>" in message.get_body(("html",)).get_content()
    assert counter.recipients == ["zoe@example.com"]


def test_every_line_ends_in_carriage_return_and_line_feed(server, counter):
    open_transport(server).deliver(mail(text="Un\n\nDeux"))
    (taken,) = counter.taken
    assert taken.count(b"\n") == taken.count(b"\r\n") > 10


def test_long_lines_are_taken(server, counter):
    open_transport(server).deliver(mail(text="é" * 5000 + "\n\n" + "x" * 5000))
    (taken,) = counter.taken
    assert max(map(len, taken.split(b"\r\n"))) <= 998
    assert "x" * 5000 in read(taken).get_body(("plain",)).get_content()


def test_the_message_id_and_other_headers_arrive(server, counter):
    """N3: the Message-ID is ours, so that a repeat bears the same one."""
    open_transport(server).deliver(mail(headers={"X-Formengine-Dossier": "CTR-2026-0042"}))
    message = read(counter.taken[0])
    assert message["Message-ID"] == "<a.b@example.com>"
    assert message["X-Formengine-Dossier"] == "CTR-2026-0042"
    assert message["Date"].datetime is not None


def test_a_file_with_a_foreign_name_arrives(server, counter):
    enclosure = MailAttachment("contrat signé.pdf", "application/pdf", b"%PDF-1.7 ...")
    open_transport(server).deliver(mail(enclosures=[enclosure]))
    (attached,) = read(counter.taken[0]).iter_attachments()
    assert (attached.get_filename(), attached.get_content()) == ("contrat signe.pdf", b"%PDF-1.7 ...")


def test_a_busy_server_is_worth_another_try(server, counter):
    counter.answers_to_data.append("451 Try later")
    transport = open_transport(server)
    with pytest.raises(DeliveryFailed, match="451 Try later") as caught:
        transport.deliver(mail())
    assert not caught.value.permanent
    transport.deliver(mail())
    assert len(counter.taken) == 1


@pytest.mark.parametrize("where", ["answers_to_rcpt", "answers_to_data"])
def test_a_refusal_is_final(server, counter, where):
    getattr(counter, where).append("550 No such user")
    with pytest.raises(DeliveryFailed, match="550 No such user") as caught:
        open_transport(server).deliver(mail())
    assert caught.value.permanent


def test_where_nobody_listens_is_worth_another_try():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        with pytest.raises(DeliveryFailed) as caught:
            open_transport(f"smtp://127.0.0.1:{taken.getsockname()[1]}").deliver(mail())
    assert not caught.value.permanent


@pytest.fixture
def listener():
    """A socket that somebody can connect to; what is said there is the test's business."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening


def test_a_silent_server_is_given_up_after_a_while(listener):
    transport = open_transport(f"smtp://127.0.0.1:{listener.getsockname()[1]}", step=0.3)
    begun = time.monotonic()
    with pytest.raises(DeliveryFailed, match="timed out") as caught:
        transport.deliver(mail())
    assert (caught.value.permanent, time.monotonic() - begun < 3) == (False, True)


def test_a_server_that_drips_is_given_up_after_a_while(listener):
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


def test_a_server_that_hangs_up_after_taking_a_mail_has_it(listener):
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


def test_a_password_is_not_sent_in_the_clear_to_another_machine(server, counter, monkeypatch):
    monkeypatch.setattr("formengine.mail.transports.LOOPBACK", frozenset())
    with pytest.raises(DeliveryFailed) as caught:
        open_transport(server.replace("//", "//maya:secret@")).deliver(mail())
    assert (caught.value.permanent, counter.taken) == (False, [])


def test_smtps_speaks_tls_from_the_start(listener):
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


def test_memory_keeps_what_was_delivered():
    transport = open_transport("memory:")
    assert isinstance(transport, MemoryTransport)
    transport.deliver(mail("Un"))
    assert [one.subject for one in transport.sent] == ["Un"]


def test_dev_delivers_nowhere():
    open_transport("dev:").deliver(mail())


@pytest.mark.parametrize("url", ["http://example.com", "smtp:", "mail"])
def test_other_addresses_are_refused(url):
    with pytest.raises(SettingError, match="write smtp://host:port"):
        open_transport(url)
