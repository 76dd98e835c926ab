"""Mail over TLS, to a server whose certificate is untrusted unless a test adds it."""

import socket
import ssl

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from formengine.errors import DeliveryFailed
from formengine.mail import build_message, open_transport


@pytest.fixture
def serve(certificate, counter):
    """Starts a server and returns its port; `options` are those of aiosmtpd."""
    running = []

    def start(**options):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        whole = options.pop("whole", False)
        more = {"ssl_context": context} if whole else {"tls_context": context}
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        controller = Controller(counter, hostname="127.0.0.1", port=port, **more, **options)
        controller.start()
        running.append(controller)
        return port

    yield start
    for controller in running:
        controller.stop()


def mail():
    return build_message("p@example.com", "maya@example.com", "Hello", "Dear Maya,", "en", "<a@example.com>")


@pytest.fixture
def trusted(certificate, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))


def test_starttls_is_used_when_offered(serve, counter):
    port = serve(require_starttls=True)
    open_transport(f"smtp://localhost:{port}").deliver(mail())
    assert len(counter.taken) == 1


def test_smtps_refuses_an_untrusted_certificate(serve, counter):
    port = serve(whole=True)
    with pytest.raises(DeliveryFailed, match="certificate") as caught:
        open_transport(f"smtps://localhost:{port}", step=2).deliver(mail())
    assert (caught.value.permanent, counter.taken) == (False, [])


def test_smtps_delivers_to_a_trusted_server(serve, counter, trusted):
    port = serve(whole=True)
    open_transport(f"smtps://localhost:{port}", step=2).deliver(mail())
    assert len(counter.taken) == 1


@pytest.mark.parametrize("is_trusted", [True, False])
def test_password_is_sent_to_a_trusted_server_only(serve, counter, is_trusted, request, monkeypatch):
    monkeypatch.setattr("formengine.mail.transports.LOOPBACK", frozenset())
    if is_trusted:
        request.getfixturevalue("trusted")
    heard = []

    def authenticate(_server, _session, _envelope, _mechanism, data):
        heard.append((data.login, data.password))
        return AuthResult(success=True)

    port = serve(authenticator=authenticate, auth_required=True)
    transport = open_transport(f"smtp://maya:s%40cret@localhost:{port}", step=2)
    if is_trusted:
        transport.deliver(mail())
        assert (heard, len(counter.taken)) == ([(b"maya", b"s@cret")], 1)
    else:
        with pytest.raises(DeliveryFailed):
            transport.deliver(mail())
        assert heard == []


def test_failed_login_is_temporary(serve, counter, trusted):
    """The operator can correct the password; the mails must not be lost meanwhile."""
    port = serve(authenticator=lambda *_: AuthResult(success=False, handled=False), auth_required=True)
    with pytest.raises(DeliveryFailed, match="535") as caught:
        open_transport(f"smtp://maya:wrong@localhost:{port}", step=2).deliver(mail())
    assert not caught.value.permanent
