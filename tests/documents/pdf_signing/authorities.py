"""A certificate authority with revocation data and a time stamp server, on a port of the loopback interface."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

import yaml
from asn1crypto import pem

VALID = {"valid-from": "2020-01-01T00:00:00+0000", "valid-to": "2050-01-01T00:00:00+0000"}
NAMES = ("root", "seal", "tsa", "ocsp")


@dataclass(frozen=True)
class Authorities:
    """The address of the time stamp server, and keys and certificates as PEM by name."""

    timestamp_url: str
    keys: dict[str, str]
    certificates: dict[str, str]


class Quiet(WSGIRequestHandler):
    def log_message(self, *_: Any) -> None:
        pass


@contextmanager
def authorities(folder: Path) -> Iterator[Authorities]:
    """Authorities that answer until the end of the block."""
    from certomancer.integrations.animator import Animator, AnimatorArchStore
    from certomancer.registry import CertLabel, CertomancerConfig

    keys = {name: _key(folder / f"{name}.pem") for name in NAMES}
    holder: list[Any] = []
    with make_server("127.0.0.1", 0, lambda *call: holder[0](*call), handler_class=Quiet) as server:
        config = CertomancerConfig(_config(f"http://127.0.0.1:{server.server_port}", folder), str(folder))
        holder.append(Animator(AnimatorArchStore(config.pki_archs)))
        arch = next(iter(config.pki_archs.values()))
        certificates = {
            name: pem.armor("CERTIFICATE", arch.get_cert(CertLabel(name)).dump()).decode() for name in NAMES
        }
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield Authorities(f"http://127.0.0.1:{server.server_port}/pki/tsa/tsa", keys, certificates)
        server.shutdown()


def _key(path: Path) -> str:
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    text = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
    path.write_text(text)
    return text


def _certificate(name: str, *usages: str, extended: str = "", revocation: bool = True) -> dict[str, Any]:
    extensions: list[dict[str, Any]] = [
        {"id": "key_usage", "critical": True, "smart-value": {"schema": "key-usage", "params": list(usages)}}
    ]
    if extended:
        extensions.append({"id": "extended_key_usage", "critical": True, "value": [extended]})
    if revocation:
        points = {"schema": "crl-dist-url", "params": {"crl-repo-names": ["root"]}}
        addresses = {"schema": "aia-urls", "params": {"ocsp-responder-names": ["ocsp"]}}
        extensions.append({"id": "crl_distribution_points", "smart-value": points})
        extensions.append({"id": "authority_information_access", "smart-value": addresses})
    else:
        extensions.append({"id": "ocsp_no_check"})
    return {"subject": name, "issuer": "root", "validity": VALID, "extensions": extensions}


def _config(prefix: str, folder: Path) -> dict[str, Any]:
    simple_ca = {"id": "simple-ca", "params": {"crl-repo": "root"}}
    certificates = {
        "root": {"subject": "root", "issuer": "root", "validity": VALID, "profiles": [simple_ca]},
        "seal": _certificate("seal", "digital_signature", "non_repudiation"),
        "tsa": _certificate("tsa", "digital_signature", extended="time_stamping"),
        "ocsp": _certificate("ocsp", "digital_signature", extended="ocsp_signing", revocation=False),
    }
    crl = {"for-issuer": "root", "signing-key": "root", "simulated-update-schedule": "P90D"}
    services = {
        "time-stamping": {"tsa": {"signing-cert": "tsa"}},
        "ocsp": {"ocsp": {"for-issuer": "root", "responder-cert": "ocsp", "signing-key": "ocsp"}},
        "crl-repo": {"root": crl},
    }
    architecture = {
        "keyset": "keys",
        "entity-defaults": {"country-name": "FR", "organization-name": "Test authorities"},
        "entities": {name: {"common-name": name} for name in NAMES},
        "certs": certificates,
        "services": services,
    }
    keys = {"path-prefix": str(folder), "keys": {name: {"path": f"{name}.pem"} for name in NAMES}}
    config = {"external-url-prefix": prefix, "keysets": {"keys": keys}, "pki-architectures": {"pki": architecture}}
    loaded: dict[str, Any] = yaml.safe_load(yaml.safe_dump(config))  # it changes what it is given
    return loaded
