"""Make a certificate of the organisation with which the evidence is signed in a sandbox. Nobody
vouches for it: in production use one that a certificate authority gave you."""

from __future__ import annotations

import argparse
import os
import secrets
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    pkcs12,
)

from inthread.cli.parts import Parts, Stop

if TYPE_CHECKING:
    from inthread.cli.parts import Verbs

YEARS = 3


def add(actions: Verbs) -> None:
    verb = actions.add_parser(
        "signer", help="make a certificate for signing evidence in a sandbox", description=__doc__
    )
    verb.add_argument("file", type=Path, metavar="FILE.p12", help="where the key goes")
    verb.add_argument("--name", default="", help="the organisation; INTHREAD_BRAND_NAME by default")
    verb.set_defaults(run=run)


def run(parts: Parts, options: argparse.Namespace) -> int:
    name = options.name or os.environ.get("INTHREAD_BRAND_NAME", "") or "Alderway"
    password = write_signer(options.file, name, datetime.now(UTC))
    print(f"INTHREAD_SIGNER={options.file}")
    print(f"INTHREAD_SIGNER_PASSWORD={password}")
    print(f"The certificate to check with is {certificate_of(options.file)}.", file=sys.stderr)
    return 0


def certificate_of(file: Path) -> Path:
    return file.with_suffix(".pem")


def write_signer(file: Path, name: str, now: datetime) -> str:
    """A new key and its certificate in *file* (PKCS#12), the certificate alone beside it as .pem.
    Returns the password. Raises Stop for a file that is there already."""
    password = secrets.token_urlsafe(24)
    key, certificate = _made(name, now)
    archive = pkcs12.serialize_key_and_certificates(
        name.encode(), key, certificate, None, BestAvailableEncryption(password.encode())
    )
    _write(file, archive, 0o600)
    _write(certificate_of(file), certificate.public_bytes(Encoding.PEM), 0o644)
    return password


def _made(name: str, now: datetime) -> tuple[rsa.RSAPrivateKey, x509.Certificate]:
    key = rsa.generate_private_key(public_exponent=65537, key_size=3072)
    who = x509.Name([
        x509.NameAttribute(x509.NameOID.ORGANIZATION_NAME, name[:64]),
        x509.NameAttribute(x509.NameOID.COMMON_NAME, name[:64]),
    ])
    use = x509.KeyUsage(
        digital_signature=True, content_commitment=True, key_encipherment=False,
        data_encipherment=False, key_agreement=False, key_cert_sign=False, crl_sign=False,
        encipher_only=False, decipher_only=False,
    )
    made = (
        x509.CertificateBuilder().subject_name(who).issuer_name(who).public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + timedelta(days=365 * YEARS))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(use, critical=True)
        .add_extension(
            x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False
        )
    )
    return key, made.sign(key, hashes.SHA256())


def _write(file: Path, content: bytes, mode: int) -> None:
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    except FileExistsError as there:
        raise Stop(f"{file} is there already: name another file.") from there
    except OSError as trouble:
        raise Stop(f"{file}: {trouble.strerror}") from trouble
    with os.fdopen(handle, "wb") as out:
        out.write(content)
