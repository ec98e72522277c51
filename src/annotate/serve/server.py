"""Listening on an address until a signal says to stop."""

from __future__ import annotations

import ipaddress
import os
import signal
import socket
from typing import Final

import uvicorn
from starlette.types import ASGIApp

from annotate.errors import AnnotateError

_FAREWELL: Final = 10
"""Seconds that requests in progress have to end in once the server is told to stop."""
_WAITING: Final = 32
"""Connections beyond which requests are answered with 503: each may hold a body in memory."""


def listen(host: str, port: int) -> socket.socket:
    """Open the address.

    Raises:
        AnnotateError: if it is taken, not ours, or none at all.
    """
    try:
        family, *_ = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        return socket.create_server((host, port), family=family)
    except socket.gaierror as error:
        raise AnnotateError(f"Cannot listen on {host}: {error.strerror}; give another --host.") from error
    except OSError as error:
        # The socket module's own text repeats the address.
        why = os.strerror(error.errno) if error.errno else str(error)
        raise AnnotateError(f"Cannot listen on {host}, port {port}: {why}; give another --host or --port.") from error


def is_loopback(host: str) -> bool:
    """Whether only programs on this machine can reach the host."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def run(app: ASGIApp, opened: socket.socket) -> None:
    """Serve until SIGINT or SIGTERM; requests in progress are finished first, a second SIGINT does not wait."""
    server = uvicorn.Server(
        uvicorn.Config(
            app,
            log_config=None,
            access_log=False,  # its lines hold query strings
            server_header=False,
            limit_concurrency=_WAITING,
            timeout_graceful_shutdown=_FAREWELL,
        )
    )

    def stop(*_: object) -> None:
        server.should_exit = True

    # uvicorn raises the signals it was stopped by once more for whoever had them before; that is us.
    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        server.run(sockets=[opened])
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
