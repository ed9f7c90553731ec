"""A real clamd on loopback, with a signature of our own; and servers that are not well."""

from __future__ import annotations

import signal
import socket
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

import pytest

from integrations.clam_scanner import ClamScanner, NotScanned
from tests.peers import FOUND, MARK, Clamd, clamd
from tests.sandbox.processes import free_port


@pytest.fixture(scope="module")
def daemon(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clamd]:
    with clamd(tmp_path_factory.mktemp("clamd"), most="2M") as started:
        yield started


def zipped(content: bytes) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("inner.txt", content)
    return out.getvalue()


FILES = {
    "nothing": (b"", ""), "words": (b"a clean document", ""),
    "a megabyte": (b"\x00\xff" * 500_000, ""), "the mark": (MARK, FOUND),
    "the mark in the middle": (b"a" * 200_000 + MARK + b"b" * 200_000, FOUND),
    "the mark across two pieces": (b"a" * (65_536 - 10) + MARK, FOUND),
    "the mark zipped": (zipped(b"c" * 500 + MARK), FOUND),
}


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("by", ["tcp", "unix"])
def test_what_is_found_is_named(daemon: Clamd, name: str, by: str) -> None:
    content, found = FILES[name]
    scanner = ClamScanner(daemon.address if by == "tcp" else daemon.path)
    assert scanner.scan(content).removesuffix(".UNOFFICIAL") == found


def test_r8_8_what_is_too_long_for_it_is_not_clean(daemon: Clamd) -> None:
    with pytest.raises((NotScanned, OSError)):
        ClamScanner(daemon.address).scan(b"a" * 3_000_000)
    assert ClamScanner(daemon.address).scan(b"and it goes on") == ""


def test_r8_8_one_that_hangs_is_not_clean(daemon: Clamd) -> None:
    daemon.process.send_signal(signal.SIGSTOP)
    try:
        with pytest.raises(TimeoutError):
            ClamScanner(daemon.address, timeout=0.5).scan(b"a clean document")
    finally:
        daemon.process.send_signal(signal.SIGCONT)
    assert ClamScanner(daemon.address).scan(b"a clean document") == ""


def test_r8_8_nobody_there_is_not_clean(tmp_path: Path) -> None:
    for address in (f"127.0.0.1:{free_port()}", str(tmp_path / "none.sock")):
        with pytest.raises(OSError, match=r"refused|No such file"):
            ClamScanner(address).scan(b"a clean document")


@contextmanager
def saying(answer: bytes) -> Iterator[str]:
    """A server that hears a whole stream, says this and hangs up."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        def serve() -> None:
            line, _ = door.accept()
            with line:
                heard = b""
                while not heard.endswith(b"\0\0\0\0"):
                    heard += line.recv(65_536)
                line.sendall(answer)

        thread = threading.Thread(target=serve)
        thread.start()
        yield f"127.0.0.1:{door.getsockname()[1]}"
        thread.join()


@pytest.mark.parametrize("answer", [
    b"", b"\0", b"stream: OK", b"stream: OK\n", b"stream: OK\0more\0", b" stream: OK\0",
    b"stream: ok\0", b"PONG\0", b"INSTREAM size limit exceeded. ERROR\0", b"stream: FOUND\0",
    b"UNKNOWN COMMAND\0", b"stream: Can't allocate memory ERROR\0", b"stream:  FOUND\0",
    b"\xff\xfe\0",
])
def test_r8_8_any_other_answer_is_not_clean(answer: bytes) -> None:
    with saying(answer) as address, pytest.raises(NotScanned):
        ClamScanner(address, timeout=5).scan(b"a clean document")


def test_what_it_says_is_taken_to_the_letter() -> None:
    with saying(b"stream: OK\0") as address:
        assert ClamScanner(address, timeout=5).scan(b"a clean document") == ""
    with saying(b"stream: Win.Test.A-1(ab:12) FOUND\0") as address:
        assert ClamScanner(address, timeout=5).scan(b"a") == "Win.Test.A-1(ab:12)"


@pytest.mark.parametrize("address", ["", "clamd", "clamd:", "relative/clamd.sock", "host:1:2",
                                     "http://clamd:3310"])
def test_an_address_that_cannot_be_one_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match="host:port, or the path"):
        ClamScanner(address)
