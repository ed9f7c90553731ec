"""A time stamping authority on loopback: RFC 3161 over HTTP, by any clock, or away."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import asn1crypto.keys
import asn1crypto.x509
from asn1crypto import tsp
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pyhanko.sign.timestamps import DummyTimeStamper


@dataclass
class Authority:
    """`clock`: what it says the time is. `away`: answers 503."""

    clock: Callable[[], datetime]
    away: bool = False
    url: str = ""
    pem: bytes = b""
    asked: list[bytes] = field(default_factory=list)
    stamper: DummyTimeStamper | None = None

    def answer(self, request: bytes) -> bytes:
        assert self.stamper is not None
        self.asked.append(request)
        self.stamper.fixed_dt = self.clock()
        made = self.stamper.request_tsa_response(tsp.TimeStampReq.load(request))
        return bytes(made.dump())


@contextmanager
def stamping(clock: Callable[[], datetime]) -> Iterator[Authority]:
    authority = Authority(clock)
    key, certificate = _certificate()
    authority.pem = certificate.public_bytes(Encoding.PEM)
    authority.stamper = DummyTimeStamper(
        asn1crypto.x509.Certificate.load(certificate.public_bytes(Encoding.DER)),
        asn1crypto.keys.PrivateKeyInfo.load(
            key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        ),
    )

    class Answers(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            assert self.headers["Content-Type"] == "application/timestamp-query"
            content = b"" if authority.away else authority.answer(body)
            self.send_response(503 if authority.away else 200)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Nobody reads it."""

    with HTTPServer(("127.0.0.1", 0), Answers) as server:
        authority.url = f"http://127.0.0.1:{server.server_port}/stamp"
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        yield authority
        server.shutdown()
        thread.join(5)


def _certificate() -> tuple[rsa.RSAPrivateKey, x509.Certificate]:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    who = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Test Time")])
    since = datetime(2026, 1, 1, tzinfo=UTC)
    made = (
        x509.CertificateBuilder().subject_name(who).issuer_name(who).public_key(key.public_key())
        .serial_number(7).not_valid_before(since).not_valid_after(since + timedelta(days=3650))
        .add_extension(
            x509.ExtendedKeyUsage([x509.ExtendedKeyUsageOID.TIME_STAMPING]), critical=True
        )
    )
    return key, made.sign(key, hashes.SHA256())


def by_pyhanko(pdf: Path, *trust: Path) -> list[str]:
    """The command a stranger types."""
    program = Path(sys.executable).with_name("pyhanko")
    trusted = [part for path in trust for part in ("--trust", str(path))]
    return [str(program), "sign", "validate", "--trust-replace", *trusted, "--pretty-print",
            str(pdf)]
