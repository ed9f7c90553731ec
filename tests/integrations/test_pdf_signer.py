"""Signed files: a public tool calls them valid, and no changed byte goes unseen."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
from asn1crypto import tsp
from pyhanko.pdf_utils.generic import TextStringObject
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from integrations.pdf_signer import FIELD, PdfSigner, fingerprint
from inthread.cli.parts import Stop
from inthread.cli.signer import certificate_of, write_signer
from inthread.papers.paper import Paper
from inthread.spi import Retry
from tests.clock import Clock
from tests.integrations.tsa import Authority, by_pyhanko, stamping

MADE = datetime(2026, 1, 2, tzinfo=UTC)


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    file = tmp_path_factory.mktemp("signer") / "signer.p12"
    return file, write_signer(file, "Alderway", MADE)


def a_signer(key: tuple[Path, str], clock: Clock, tsa: str = "") -> PdfSigner:
    return PdfSigner.at(*key, now=clock, tsa=tsa, allow_loopback=True)


def a_pdf() -> bytes:
    paper = Paper(brand="Alderway", title="Title", at=MADE, locale="en")
    paper.text("I agree to pay $40.00 a week.")
    return paper.write()


def said_of(pdf: bytes, folder: Path, *trust: Path) -> tuple[int, str]:
    """Exit status and words of `pyhanko sign validate`."""
    file = folder / "evidence.pdf"
    file.write_bytes(pdf)
    done = subprocess.run(by_pyhanko(file, *trust), capture_output=True, text=True, timeout=120)
    return done.returncode, done.stdout + done.stderr


def test_r4_12_a_stranger_with_a_public_tool_finds_it_valid(
    key: tuple[Path, str], tmp_path: Path
) -> None:
    clock = Clock()
    plain = a_pdf()
    signed = a_signer(key, clock).sign(plain, reason="Evidence")
    assert signed.startswith(plain)
    status, said = said_of(signed, tmp_path, certificate_of(key[0]))
    assert "The signature is judged VALID." in said
    assert "The signature covers the entire file." in said
    assert "Signing time as reported by signer: 2026-01-05T15:00:00+00:00" in said
    assert status == 0


def test_another_certificate_does_not_vouch_for_it(key: tuple[Path, str], tmp_path: Path) -> None:
    signed = a_signer(key, Clock()).sign(a_pdf(), reason="Evidence")
    write_signer(tmp_path / "other.p12", "Alderway", MADE)
    status, said = said_of(signed, tmp_path, tmp_path / "other.pem")
    assert (status, "judged INVALID" in said, "untrusted" in said) == (1, True, True)


@pytest.mark.parametrize("where", ["text", "middle", "time"])
def test_one_changed_byte_is_seen(key: tuple[Path, str], tmp_path: Path, where: str) -> None:
    signed = a_signer(key, Clock()).sign(a_pdf(), reason="Evidence")
    at = {"text": signed.index(b"stream") + 30, "middle": len(signed) // 3,
          "time": signed.rindex(b"/M ") + 10}[where]
    touched = signed[:at] + bytes([signed[at] ^ 1]) + signed[at + 1:]
    status, said = said_of(touched, tmp_path, certificate_of(key[0]))
    assert status == 1
    assert "judged VALID" not in said


def test_what_was_added_is_seen(key: tuple[Path, str], tmp_path: Path) -> None:
    signed = a_signer(key, Clock()).sign(a_pdf(), reason="Evidence")
    _, said = said_of(signed + b"%more\n", tmp_path, certificate_of(key[0]))
    assert "The signature does not cover the entire file." in said
    later = IncrementalPdfFileWriter(BytesIO(signed))
    later.root["/Lang"] = TextStringObject("es")
    later.update_root()
    out = BytesIO()
    later.write(out)
    status, said = said_of(out.getvalue(), tmp_path, certificate_of(key[0]))
    assert (status, "judged INVALID" in said) == (1, True)


def test_who_signed_is_the_organisation(key: tuple[Path, str]) -> None:
    signed = a_signer(key, Clock()).sign(a_pdf(), reason="Evidence of what was agreed to")
    with pikepdf.open(BytesIO(signed)) as document:
        [field] = document.Root.AcroForm.Fields
        assert (str(field.T), str(field.V.Name), str(field.V.SubFilter)) == (
            FIELD, "Alderway", "/ETSI.CAdES.detached",
        )
        assert str(field.V.Reason) == "Evidence of what was agreed to"
    assert b"advanced" not in signed.lower()
    assert b"qualified" not in signed.lower()


def test_a_certificate_that_ran_out_signs_nothing(key: tuple[Path, str]) -> None:
    clock = Clock()
    signer = a_signer(key, clock)
    assert signer.trouble == ""
    clock.tick(days=3 * 365)
    assert signer.trouble == "the certificate ran out on 2029-01-01"
    with pytest.raises(Retry, match="ran out on 2029-01-01"):
        signer.sign(a_pdf(), reason="Evidence")
    clock.at = MADE - timedelta(days=1)
    assert signer.trouble == "the certificate is good from 2026-01-01 on"


@pytest.mark.parametrize(("password", "said"), [
    ("wrong", "the PKCS#12 archive does not open"), ("", "the PKCS#12 archive does not open"),
])
def test_a_key_that_does_not_open_is_said_at_once(
    key: tuple[Path, str], password: str, said: str
) -> None:
    with pytest.raises(ValueError, match=said):
        PdfSigner.at(key[0], password, now=Clock())


def test_a_file_that_is_not_there_is_said_at_once(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="No such file"):
        PdfSigner.at(tmp_path / "none.p12", "", now=Clock())


def test_no_key_is_ever_written_over(key: tuple[Path, str]) -> None:
    before = key[0].read_bytes()
    with pytest.raises(Stop, match="is there already"):
        write_signer(key[0], "Alderway", MADE)
    assert key[0].read_bytes() == before
    assert key[0].stat().st_mode & 0o777 == 0o600


def test_a_time_stamp_is_in_the_file_and_valid(key: tuple[Path, str], tmp_path: Path) -> None:
    clock = Clock()
    with stamping(clock) as authority:
        signed = a_signer(key, clock, authority.url).sign(a_pdf(), reason="Evidence")
        (tmp_path / "tsa.pem").write_bytes(authority.pem)
    status, said = said_of(signed, tmp_path, certificate_of(key[0]), tmp_path / "tsa.pem")
    assert "The signature is judged VALID." in said
    assert "TSA certificate subject" in said or "timestamp" in said.lower()
    assert (status, len(authority.asked)) == (0, 1)


def _off(authority: Authority) -> None:
    authority.away = True


def _early(authority: Authority) -> None:
    now = authority.clock()
    authority.clock = lambda: now - timedelta(minutes=6)


def _late(authority: Authority) -> None:
    now = authority.clock()
    authority.clock = lambda: now + timedelta(minutes=6)


def _mute(authority: Authority) -> None:
    authority.answer = lambda _: b"hello"  # type: ignore[method-assign]


def _stale(authority: Authority) -> None:
    other = a_stamp_of_something_else(authority)
    authority.answer = lambda _: other  # type: ignore[method-assign]


def a_stamp_of_something_else(authority: Authority) -> bytes:
    return authority.answer(tsp.TimeStampReq({
        "version": 1, "cert_req": True, "nonce": 5,
        "message_imprint": {
            "hash_algorithm": {"algorithm": "sha256"}, "hashed_message": b"\0" * 32,
        },
    }).dump())


@pytest.mark.parametrize("trouble", [_off, _early, _late, _mute, _stale])
def test_without_the_time_stamp_that_was_asked_for_nothing_is_signed(
    key: tuple[Path, str], trouble: object
) -> None:
    clock = Clock()
    with stamping(clock) as authority:
        signer = a_signer(key, clock, authority.url)
        trouble(authority)  # type: ignore[operator]
        with pytest.raises(Retry, match="no time stamp"):
            signer.sign(a_pdf(), reason="Evidence")
    with pytest.raises(Retry):
        signer.sign(a_pdf(), reason="Evidence")


def test_the_fingerprint_is_what_other_tools_show(key: tuple[Path, str]) -> None:
    shown = subprocess.run(
        ["openssl", "x509", "-in", certificate_of(key[0]), "-noout", "-fingerprint", "-sha256"],
        capture_output=True, text=True, check=True,
    ).stdout
    wanted = shown.split("=")[1].strip().replace(":", "").lower()
    assert fingerprint(a_signer(key, Clock()).certificate) == wanted
