"""The process that decodes: what it is given, what it may use, and what becomes of its answer."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from miniapps.upload import worker
from miniapps.upload.decoder import Decoder, NotTaken
from tests.miniapps import files

PROGRAM = worker.__file__
MIB = 2**20


def run(
    kind: str, content: bytes, *flags: str, **limits: int
) -> subprocess.CompletedProcess[bytes]:
    allowed = json.dumps({"most_bytes": 10 * MIB, "most_pages": 3, **limits})
    return subprocess.run(
        [sys.executable, "-I", *flags, PROGRAM, kind, allowed], input=content, capture_output=True,
        check=False,
    )


def said(done: subprocess.CompletedProcess[bytes]) -> object:
    assert done.returncode == 0
    return json.loads(done.stdout.partition(b"\n")[0])


def test_the_kernel_holds_it_to_its_limits() -> None:
    program = (
        "import resource as r; from miniapps.upload.worker import limit_self; limit_self(1000);"
        "kinds = r.RLIMIT_CPU, r.RLIMIT_AS, r.RLIMIT_CORE, r.RLIMIT_FSIZE;"
        "print([r.getrlimit(kind) for kind in kinds])"
    )
    shown = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert shown.stdout.decode().strip() == str(
        [(5, 5), (512 * MIB, 512 * MIB), (0, 0), (5096, 5096)]
    )


def test_it_gets_nothing_of_our_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INTHREAD_KEYS", "secret")
    program = tmp_path / "worker.py"
    program.write_text(
        "import json, os, sys\n"
        "seen = {'keys': os.environ.get('INTHREAD_KEYS'), 'isolated': sys.flags.isolated}\n"
        "print(json.dumps({'refused': 'seen', 'values': seen}))\n"
    )
    found = Decoder(worker=program).decode(files.pdf(), 3)
    assert found == NotTaken("seen", {"keys": None, "isolated": 1})


def test_an_answer_longer_than_a_file_may_be_does_not_fill_our_memory(tmp_path: Path) -> None:
    program = tmp_path / "worker.py"
    program.write_text(
        f"import sys; sys.path.insert(0, {str(Path(PROGRAM).parent)!r})\n"
        "import worker; worker.limit_self(1000)\n"
        "sys.stdout.buffer.write(b'x' * 10_000); sys.stdout.flush()\n"
    )
    with pytest.raises(RuntimeError, match="File too large"):
        Decoder(worker=program).decode(files.pdf(), 3)


def test_a_decoder_that_is_given_no_turn_says_busy() -> None:
    assert Decoder(at_once=0, seconds=0.01).decode(files.pdf(), 3) == NotTaken("busy")


def test_a_turn_is_given_back() -> None:
    decoder = Decoder(at_once=1, seconds=10)
    document = files.pdf()
    assert decoder.decode(document, 3) == decoder.decode(document, 3)
    refused = decoder.decode(files.pdf(pages=4), 3)
    assert refused == NotTaken("too_many_pages", {"pages": 4, "most": 3})
    assert decoder.decode(document, 3) == decoder.decode(document, 3)


def test_a_file_that_takes_too_long_is_refused() -> None:
    assert Decoder(seconds=0.001).decode(files.pdf(), 3) == NotTaken("too_heavy")


def test_a_worker_that_is_broken_is_a_fault_of_ours(tmp_path: Path) -> None:
    broken = tmp_path / "worker.py"
    broken.write_text("raise SystemExit('no library')")
    with pytest.raises(RuntimeError, match="no library"):
        Decoder(worker=broken).decode(files.pdf(), 3)


@pytest.mark.parametrize("kind", ["image", "heic", "pdf"])
def test_a_missing_library_is_not_blamed_on_the_file(kind: str) -> None:
    done = run(kind, files.pdf(), "-S")
    assert done.returncode == 1
    assert b"ModuleNotFoundError" in done.stderr


def test_a_warning_counts_as_an_error() -> None:
    assert run("image", files.half_moving_png()).returncode == worker.UNREADABLE


def test_a_picture_that_grows_is_written_smaller_and_then_refused() -> None:
    noise = files.saved(files.noise((400, 400)), "PNG")
    whole, fine, coarse = (run("image", noise, most_bytes=n) for n in (2 * MIB, 130_000, 90_000))
    assert said(whole) == {"media_type": "image/png", "pages": 1, "faults": ["small"]}
    assert said(fine) == {"media_type": "image/jpeg", "pages": 1, "faults": ["small"]}
    assert said(coarse) == {"media_type": "image/jpeg", "pages": 1, "faults": ["small"]}
    assert len(coarse.stdout) < len(fine.stdout) < len(whole.stdout)
    refused = said(run("image", noise, most_bytes=1000))
    assert isinstance(refused, dict)
    assert refused["refused"] == "too_big"
    assert refused["values"]["size"] > 1000


def test_a_pdf_that_grows_too_big_is_refused() -> None:
    refused = said(run("pdf", files.pdf(), most_bytes=100))
    assert isinstance(refused, dict)
    assert refused["refused"] == "too_big"
    assert refused["values"]["size"] > 100
