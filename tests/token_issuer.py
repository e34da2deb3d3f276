"""An OpenID Connect provider on this machine: its keys over HTTP, and tokens that it signs."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec

ISSUER, AUDIENCE, KEY_ID = "https://login.example", "cuegraph", "first"


@dataclass(frozen=True)
class TokenIssuer:
    """Signs with one key, of which `keys_url` has the public half."""

    keys_url: str
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    def token(self, **claims: Any) -> str:
        """A token for ten minutes, but for what `claims` say; a claim that is None is left out."""
        usual = {"iss": ISSUER, "aud": AUDIENCE, "sub": "ana", "exp": time.time() + 600, "tenant": "studio-a"}
        said = {name: value for name, value in {**usual, **claims}.items() if value is not None}
        return jwt.encode(said, self.key, algorithm="ES256", headers={"kid": KEY_ID})

    def keys(self) -> bytes:
        public = jwt.algorithms.ECAlgorithm.to_jwk(self.key.public_key(), as_dict=True)
        return json.dumps({"keys": [{**public, "kid": KEY_ID, "use": "sig", "alg": "ES256"}]}).encode()


@contextmanager
def token_issuer() -> Iterator[TokenIssuer]:
    """Serves the keys until the block ends."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Keys) as server:
        issuer = TokenIssuer(f"http://127.0.0.1:{server.server_port}/keys")
        server.issuer = issuer  # type: ignore[attr-defined]
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield issuer
        finally:
            server.shutdown()
            thread.join()


class _Keys(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = self.server.issuer.keys()  # type: ignore[attr-defined]
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments: object) -> None:
        """Says nothing."""
