"""An OpenID provider of our own, as a process: `python -m tests.oidc_provider PORT`.

It holds to the protocol as a strict one does (client, PKCE, redirect address, codes once) and signs
what it is told to: `POST /next` says whom the next sign-in is of, and what is wrong with the token.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlencode, urlsplit

import requests
from joserfc import jwt
from joserfc.jwk import RSAKey

from tests.sandbox.processes import ROOT, free_port

CLIENT = "inthread-console"
SECRET = "secret/of:the tests"


@dataclass
class Provider:
    """What a test says to it, over HTTP."""

    issuer: str

    def next(self, claims: Mapping[str, object], **how: object) -> None:
        """*claims* of the next token; None takes one away. *how*: `alg` (`RS256`, `none`, `HS256`),
        `key` (`other`), `rotate`."""
        requests.post(f"{self.issuer}/next", json={"claims": claims, **how}, timeout=5)

    def sign_in(self, address: str) -> str:
        """What a browser is sent back to, when somebody has signed in at *address*."""
        answer = requests.get(address, allow_redirects=False, timeout=5)
        assert answer.status_code == 302, answer.text
        return answer.headers["Location"]


@contextmanager
def running() -> Iterator[Provider]:
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.oidc_provider", str(port)], cwd=ROOT,
        stdout=subprocess.PIPE, text=True,
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        yield Provider(f"http://127.0.0.1:{port}")
    finally:
        process.terminate()
        process.wait(timeout=10)
        assert process.stdout is not None
        process.stdout.close()


class _Desk(BaseHTTPRequestHandler):
    keys = [RSAKey.generate_key(2048, {"kid": "one", "use": "sig", "alg": "RS256"})]
    other = RSAKey.generate_key(2048, {"kid": "one"})
    told: dict[str, Any] = {}
    codes: dict[str, dict[str, str]] = {}

    @property
    def issuer(self) -> str:
        return f"http://127.0.0.1:{self.server.server_address[1]}"

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        if parts.path == "/.well-known/openid-configuration":
            self._json({
                "issuer": self.issuer, "authorization_endpoint": f"{self.issuer}/authorize?a=b",
                "token_endpoint": f"{self.issuer}/token", "jwks_uri": f"{self.issuer}/keys",
            })
        elif parts.path == "/keys":
            self._json({"keys": [key.as_dict(private=False) for key in self.keys]})
        elif parts.path == "/authorize":
            self._authorize({name: each[0] for name, each in parse_qs(parts.query).items()})
        else:
            self._json({"error": "not_found"}, 404)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        if self.path == "/next":
            _Desk.told = json.loads(body)
            if _Desk.told.get("rotate"):
                _Desk.keys = [RSAKey.generate_key(2048, {"kid": secrets.token_hex(4)})]
            self._json({})
        else:
            self._token({name: each[0] for name, each in parse_qs(body).items()})

    def _authorize(self, asked: dict[str, str]) -> None:
        wanted = {
            "response_type": "code", "client_id": CLIENT, "scope": "openid email",
            "code_challenge_method": "S256", "a": "b",
        }
        if not asked.items() >= wanted.items() or len(asked["code_challenge"]) != 43:
            self._json({"error": "invalid_request"}, 400)
            return
        code = secrets.token_urlsafe(16)
        self.codes[code] = asked
        back = urlencode({"code": code, "state": asked["state"]})
        self.send_response(302)
        self.send_header("Location", f"{asked['redirect_uri']}?{back}")
        self.end_headers()

    def _token(self, given: dict[str, str]) -> None:
        asked = self.codes.pop(given.get("code", ""), None)
        kind, _, pair = self.headers["Authorization"].partition(" ")
        who = [unquote(part) for part in base64.b64decode(pair).decode().split(":")]
        proof = hashlib.sha256(given.get("code_verifier", "").encode()).digest()
        if (
            asked is None or kind != "Basic" or who != [CLIENT, SECRET]
            or given["redirect_uri"] != asked["redirect_uri"]
            or base64.urlsafe_b64encode(proof).rstrip(b"=").decode() != asked["code_challenge"]
        ):
            self._json({"error": "invalid_grant"}, 400)
            return
        self._json({"id_token": self._signed(asked["nonce"]), "access_token": "x",
                    "token_type": "Bearer"})

    def _signed(self, nonce: str) -> str:
        now = int(time.time())
        claims = {
            "iss": self.issuer, "aud": CLIENT, "sub": "1", "nonce": nonce, "iat": now,
            "exp": now + 300, **self.told["claims"],
        }
        kept = {name: value for name, value in claims.items() if value is not None}
        alg = self.told.get("alg", "RS256")
        if alg in ("none", "HS256"):
            head = {"alg": alg, "kid": self.keys[0].kid}
            text = ".".join(_b64(json.dumps(part).encode()) for part in (head, kept))
            # The old trick: the public key as the secret of a symmetric signature.
            public = self.keys[0].as_pem(private=False)
            mac = hmac.digest(public, text.encode(), "sha256") if alg == "HS256" else b""
            return f"{text}.{_b64(mac)}"
        key: Any = self.other if self.told.get("key") == "other" else self.keys[0]
        return jwt.encode({"alg": alg, "kid": self.keys[0].kid}, kept, key, algorithms=[alg])

    def _json(self, body: object, status: int = 200) -> None:
        sent = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(sent)))
        self.end_headers()
        self.wfile.write(sent)

    def log_message(self, *_: object) -> None:
        """Nothing: the test says what went wrong."""


def _b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), _Desk)
    print("ready", flush=True)
    server.serve_forever()
