"""TLS of all gRPC connections: which files say who a process is, and whom it trusts."""

from __future__ import annotations

import re
import socket
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import grpc

from .errors import ConnectionNotTrusted, InvalidSetting

_PROBE_SECONDS = 3.0
_ASKS_FOR_TLS = "it asks for TLS; name the authority to trust with CUEGRAPH_TLS_CA"
_FAILED_HANDSHAKE = re.compile(r"handshake|verification|SSL|Socket closed|Connection reset", re.IGNORECASE)
"""What gRPC says of a peer that does not like a certificate, and of one that went away."""


@dataclass(frozen=True)
class TlsFiles:
    """PEM files; empty where there is none."""

    cert: str = ""
    """Certificate chain that this process shows, as a server and as a client."""
    key: str = ""
    """Private key of `cert`."""
    client_ca: str = ""
    """Authorities whose clients a server takes; with it TLS is mutual."""
    ca: str = ""
    """Authorities whose servers a client trusts; without it, it calls in the clear."""
    server_name: str = ""
    """Name in the certificates of servers that are reached by another, as pods are that share one name."""

    def __post_init__(self) -> None:
        if bool(self.cert) != bool(self.key):
            raise InvalidSetting("a TLS certificate and its key belong together; give both (--tls-cert, --tls-key)")
        if self.client_ca and not self.cert:
            raise InvalidSetting("--tls-client-ca needs a certificate of the server too (--tls-cert, --tls-key)")

    @property
    def is_mutual(self) -> bool:
        """Whether a server asks its clients who they are."""
        return bool(self.client_ca)


IN_THE_CLEAR = TlsFiles()


def server_credentials(files: TlsFiles) -> grpc.ServerCredentials | None:
    """What a server shows and asks for; None if it serves in the clear. Raises InvalidSetting."""
    if not files.cert:
        return None
    _context(ssl.PROTOCOL_TLS_SERVER, files, files.client_ca)
    pair = (_bytes(files.key), _bytes(files.cert))
    made: grpc.ServerCredentials = grpc.ssl_server_credentials(
        [pair], _bytes(files.client_ca) if files.client_ca else None, require_client_auth=files.is_mutual
    )
    return made


def open_channel(address: str, files: TlsFiles, options: Sequence[tuple[str, Any]] = ()) -> grpc.Channel:
    """A connection to a server, encrypted if it is said whom to trust. Raises InvalidSetting."""
    channel: grpc.Channel
    if not files.ca:
        channel = grpc.insecure_channel(address, options=options)
        return channel
    check_client(files)
    own = (_bytes(files.key), _bytes(files.cert)) if files.cert else (None, None)
    name = [("grpc.ssl_target_name_override", files.server_name)] if files.server_name else []
    credentials = grpc.ssl_channel_credentials(_bytes(files.ca), *own)
    channel = grpc.secure_channel(address, credentials, options=[*options, *name])
    return channel


def check_client(files: TlsFiles) -> None:
    """Raises InvalidSetting unless a client can use the files."""
    _context(ssl.PROTOCOL_TLS_CLIENT, files, files.ca)


def refusal(address: str, files: TlsFiles, details: str) -> ConnectionNotTrusted | None:
    """Why no connection comes about, if that is for certificates; `details` is what gRPC said, which is too little.

    Shakes hands once more to learn it; takes at most some seconds.
    """
    if not _FAILED_HANDSHAKE.search(details):
        return None
    reason = _why(address, files)
    return ConnectionNotTrusted(f"the connection to {address} is refused: {reason}") if reason else None


def _why(address: str, files: TlsFiles) -> str:
    """Empty if the handshake succeeds, or fails for a reason that has nothing to do with TLS."""
    try:
        # One who closes at once may be at its end: only who does so again minds the client.
        is_welcome = _shake_hands(address, files) or _shake_hands(address, files)
    except ssl.SSLCertVerificationError as error:
        return f"its certificate is not trusted ({error.verify_message}); see CUEGRAPH_TLS_CA, CUEGRAPH_TLS_SERVER_NAME"
    except ssl.SSLError as error:
        return _blamed(error, files)
    except (OSError, ValueError):  # ValueError: an address that is not host:port
        return ""
    if not files.ca:
        return _ASKS_FOR_TLS
    return "" if is_welcome else _minds_client(files)


def _blamed(error: ssl.SSLError, files: TlsFiles) -> str:
    if error.reason == "WRONG_VERSION_NUMBER":
        return "it does not speak TLS; give it a certificate with --tls-cert and --tls-key" if files.ca else ""
    return _minds_client(files) if files.ca else _ASKS_FOR_TLS


def _minds_client(files: TlsFiles) -> str:
    minds = (
        "it does not take the certificate of this client" if files.cert else "it asks for a certificate of the client"
    )
    return f"{minds}; give one of its --tls-client-ca with CUEGRAPH_TLS_CERT and CUEGRAPH_TLS_KEY"


def _shake_hands(address: str, files: TlsFiles) -> bool:
    """Whether the peer goes on after the handshake: one who minds the client shakes hands and closes.

    Raises ssl.SSLError, OSError, or ValueError.
    """
    host, _, port = address.rpartition(":")
    context = _context(ssl.PROTOCOL_TLS_CLIENT, files, files.ca) if files.ca else _trusting_context()
    context.set_alpn_protocols(["h2"])
    with (
        socket.create_connection((host.strip("[]"), int(port)), timeout=_PROBE_SECONDS) as plain,
        context.wrap_socket(plain, server_hostname=files.server_name or host.strip("[]")) as encrypted,
    ):
        return bool(encrypted.recv(1))


def _trusting_context() -> ssl.SSLContext:
    """Finds out whether a peer speaks TLS at all; nothing is sent through it."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _context(protocol: int, files: TlsFiles, trusted: str) -> ssl.SSLContext:
    """Reads all files as OpenSSL does, which tells what is wrong with them. Raises InvalidSetting."""
    context = ssl.SSLContext(protocol)
    if files.cert:
        _read(lambda: context.load_cert_chain(files.cert, files.key), f"{files.cert!r} with key {files.key!r}")
    if trusted:
        _read(lambda: context.load_verify_locations(trusted), repr(trusted))
    return context


def _read(load: Any, what: str) -> None:
    try:
        load()
    except ssl.SSLError as error:
        reason = error.reason or "no PEM file"
        raise InvalidSetting(f"TLS: {what} cannot be used ({reason}); give PEM files that belong together") from error
    except OSError as error:
        raise InvalidSetting(f"TLS: {what} cannot be read: {error.strerror}; check the path") from error


def _bytes(path: str) -> bytes:
    return Path(path).read_bytes()
