"""The client's address behind a reverse proxy, by X-Forwarded-For (T19).

The right-most address that is not a trusted proxy counts; everything left of it was written by the client.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Any

from formengine.settings import Network


def client_address(peer: str, forwarded_for: str, trusted: Sequence[Network]) -> str:
    """The address of the client that a request came from.

    `peer` is the other end of the connection, `forwarded_for` the value of X-Forwarded-For (empty without one). An
    entry that is no address ends the search: the proxy to the right of it is the last that can be relied on.

    >>> from ipaddress import ip_network
    >>> client_address("127.0.0.1", "198.51.100.9, 203.0.113.7", [ip_network("127.0.0.0/8")])
    '203.0.113.7'
    """
    address = peer
    for hop in (peer, *reversed(forwarded_for.split(","))) if forwarded_for else (peer,):
        parsed = _parse_address(hop)
        if parsed is None:
            return address
        address = str(parsed)
        if not any(parsed in network for network in trusted):
            return address
    return address


def _parse_address(text: str) -> IPv4Address | IPv6Address | None:
    """An address as proxies write it: plain, `[::1]:443` or `192.0.2.1:443`."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def tween_factory(handler: Callable[[Any], Any], registry: Any) -> Callable[[Any], Any]:
    """Replace the address of the connection by that of the client, before it is logged or counted."""
    trusted = registry.platform.settings.trusted_proxy
    if not trusted:
        return handler

    def tween(request: Any) -> Any:
        forwarded_for = request.environ.get("HTTP_X_FORWARDED_FOR", "")
        request.environ["REMOTE_ADDR"] = client_address(request.remote_addr or "", forwarded_for, trusted)
        return handler(request)

    return tween


def includeme(config: Any) -> None:
    from pyramid.tweens import INGRESS

    config.add_tween(
        "formengine.web.reverse_proxy.tween_factory",
        under=INGRESS,
        over=("formengine.web.security_headers.tween_factory", "formengine.web.access_log.tween_factory"),
    )
