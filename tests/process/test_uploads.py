"""Files in pieces against the real server: by a public tus client, and with processes that die."""

from __future__ import annotations

import base64
import json
import os
import re
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import requests

import app as composition
from inthread.commands.sweep_uploads import sweep_uploads
from inthread.domain.actor import WORKER
from inthread.runtime import Runtime, utc_now
from inthread.settings import read_settings
from inthread.store import schema
from inthread.store.db import Database
from tests.cli.conftest import good_settings
from tests.clock import Clock
from tests.commands.uploads import a_sender
from tests.conftest import NODE_TOOLS
from tests.miniapps import files
from tests.miniapps.test_photos import page
from tests.process.lives import ROOT, Lives
from tests.process.test_web import INTHREAD, _answers
from tests.rows import every_row
from tests.runtimes import a_runtime
from tests.sandbox.processes import free_port

CLIENT = Path(__file__).with_name("tus.mjs")


class Place:
    """The server, its database and blobs, and a customer on the page of the form."""

    def __init__(self, folder: Path) -> None:
        self.port, self.folder = free_port(), folder
        url = f"sqlite:///{folder / 'inthread.db'}"
        self.db = Database(url)
        schema.upgrade(self.db, ROOT / "migrations")
        clock = folder / "ahead"
        clock.write_text(str(_seconds_to_a_weekday_noon()))
        self.env = {
            **good_settings(url, folder), "INTHREAD_ORIGIN": f"http://localhost:{self.port}",
            "INTHREAD_CLOCK": str(clock),
        }
        self.rt: Runtime = composition.create_runtime(read_settings(self.env))
        self.web = Lives(
            "web", [*INTHREAD, "web", "--port", str(self.port)], self.env, folder,
            lambda _: _answers(self.port),
        )
        self.web.start()
        self.web.wait_up()
        made = replace(a_runtime(self.db), keyring=self.rt.keyring, now=self.rt.now)
        self.cookie = f"__Host-visit={a_sender(made).token}"
        self.http = requests.Session()
        self.http.headers.update({"Cookie": self.cookie, "Tus-Resumable": "1.0.0"})
        form = self.http.get(f"{self.origin}/visit/do/upload", timeout=20)
        self.nonce = re.findall('name="nonce" value="([^"]+)"', form.text)[0]
        self.token = re.findall('name="csrf" value="([^"]+)"', form.text)[0]
        self.http.headers["X-Form-Token"] = self.token

    @property
    def origin(self) -> str:
        return f"http://localhost:{self.port}"

    def create(self, length: int) -> str:
        action = base64.b64encode(b"upload").decode()
        answer = self.http.post(f"{self.origin}/visit/uploads", timeout=20, headers={
            "Upload-Length": str(length), "Upload-Metadata": f"action {action}",
        })
        assert answer.status_code == 201
        return answer.headers["Location"]

    def patch(self, path: str, start: int, content: bytes) -> int:
        answer = self.http.patch(f"{self.origin}{path}", content, timeout=20, headers={
            "Upload-Offset": str(start), "Content-Type": "application/offset+octet-stream",
        })
        assert answer.status_code == 204
        return int(answer.headers["Upload-Offset"])

    def offset(self, path: str) -> int:
        return int(self.http.head(f"{self.origin}{path}", timeout=20).headers["Upload-Offset"])

    def drop_in_the_middle(self, path: str, start: int, content: bytes, most: int) -> None:
        """Say that all of it comes, send *most* bytes, and be gone."""
        with socket.create_connection(("127.0.0.1", self.port)) as line:
            line.sendall(self._head(path, start, len(content)) + content[:most])
            time.sleep(0.5)

    def send_slowly(self, path: str, start: int, content: bytes) -> None:
        """In one request that takes seconds; quiet when the server goes away in the middle."""
        with socket.create_connection(("127.0.0.1", self.port)) as line:
            try:
                line.sendall(self._head(path, start, len(content)))
                for at in range(0, len(content), 64 * 1024):
                    line.sendall(content[at : at + 64 * 1024])
                    time.sleep(0.03)
            except OSError:
                return

    def _head(self, path: str, start: int, length: int) -> bytes:
        return "\r\n".join([
            f"PATCH {path} HTTP/1.1", f"Host: localhost:{self.port}", f"Cookie: {self.cookie}",
            f"X-Form-Token: {self.token}", "Tus-Resumable: 1.0.0", f"Upload-Offset: {start}",
            "Content-Type: application/offset+octet-stream", f"Content-Length: {length}", "", "",
        ]).encode()

    def finish(self, *paths: str) -> requests.Response:
        ids = " ".join(path.rpartition("/")[2] for path in paths)
        return self.http.post(f"{self.origin}/visit/do/upload", timeout=60, files={"none": b""},
                              allow_redirects=False, data={
            "csrf": self.token, "nonce": self.nonce, "kind": "passport", "uploads": ids,
        })


def _seconds_to_a_weekday_noon() -> int:
    """To a time at which the customer may be written to, in New York and wherever this runs."""
    now = utc_now()
    days = 7 + (2 - now.weekday()) % 7
    noon = now.replace(hour=17, minute=0, second=0, microsecond=0) + timedelta(days=days)
    return int((noon - now).total_seconds())


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    made = Place(tmp_path)
    try:
        yield made
    finally:
        made.web.end()
        made.db.dispose()
        made.rt.db.dispose()


def _until(place: Place, path: str, least: int) -> int:
    end = time.monotonic() + 20
    while (now := place.offset(path)) < least:
        assert time.monotonic() < end, now
        time.sleep(0.1)
    return now


def test_a_public_client_conforms(place: Place) -> None:
    told = {"endpoint": f"{place.origin}/visit/uploads", "cookie": place.cookie,
            "token": place.token, "action": "upload"}
    done = subprocess.run(
        ["node", str(CLIENT)], input=json.dumps(told), capture_output=True, text=True, check=False,
        timeout=120, env={**os.environ, "NODE_PATH": str(NODE_TOOLS.parent)},
    )
    assert done.returncode == 0, done.stderr[-3000:]
    found: dict[str, Any] = json.loads(done.stdout)
    left = found.pop("left")
    assert found == {
        "whole": [True, [200, "700000", "700000"]],
        "one_request": [True, [200, "700000", "700000"]],
        "aborted": [True, [200, "400000", "700000"]],
        "resumed": [True, True, True, [200, "700000", "700000"]],
        "overridden": [True, [200, "700000", "700000"]],
        "terminated": [410, None, None],
        "dropped": [410, None, None],
        "stranger": 403,
        "too_large": 413,
        "lost": False,
        "options": [204, "1.0.0", "creation,termination,checksum,expiration"],
    }
    rows = {r["id"]: r for r in every_row(place.db)["incoming_files"]}
    assert [rows[i]["received"] for i in left] == [700_000, 700_000]
    assert {rows[i]["name"] for i in left} == {"p\u00e1g ina.jpg"}


def test_r8_10_a_client_that_drops_goes_on_where_it_was(place: Place) -> None:
    content = files.saved(page((4000, 3000)), "PNG")
    path = place.create(len(content))
    place.drop_in_the_middle(path, 0, content, 100_000)
    had = _until(place, path, 100_000)
    assert had == 100_000
    place.patch(path, had, content[had:])
    answer = place.finish(path)
    assert (answer.status_code, answer.headers["Location"][:15]) == (303, "/visit/receipt/")


def test_r8_10_a_server_that_is_killed_in_the_middle_goes_on_where_it_was(place: Place) -> None:
    content = files.saved(page((4000, 3000)), "PNG") + bytes(3 * 2**20)
    path = place.create(len(content))
    place.patch(path, 0, content[:50_000])

    sending = threading.Thread(target=place.send_slowly, args=(path, 50_000, content[50_000:]))
    sending.start()
    _until(place, path, 600_000)
    place.web.kill()
    sending.join()
    place.web.start()
    place.web.wait_up()
    had = place.offset(path)
    assert 600_000 <= had < len(content)
    while had < len(content):
        had = place.patch(path, had, content[had : had + 500_000])
    assert place.finish(path).status_code == 303
    [kept] = every_row(place.db)["documents"]
    assert kept["media_type"] == "image/jpeg"
    later = replace(place.rt, now=Clock(place.rt.now().replace(year=place.rt.now().year + 1)))
    sweep_uploads(later, actor=WORKER)
    assert every_row(place.db)["incoming_parts"] == []
    assert len([p for p in (place.folder / "blobs").rglob("*") if p.is_file()]) == 1


def test_a71_other_requests_go_on_while_bombs_are_opened(place: Place) -> None:
    bombs = [files.black_png(12_001, 12_000), files.hoarding_pdf(300 * 2**20),
             files.black_png(8000, 5000), files.zip_in_zip()]
    paths = [place.create(len(bomb)) for bomb in bombs]
    for path, bomb in zip(paths, bombs, strict=True):
        place.patch(path, 0, bomb)

    def look(path: str) -> tuple[int, bool]:
        answer = requests.post(
            f"{place.origin}{path}/look?kind=passport", timeout=60,
            headers={"Cookie": place.cookie, "X-Form-Token": place.token},
        )
        return answer.status_code, bool(answer.json()["problem"])

    with ThreadPoolExecutor(4) as pool:
        looks = [pool.submit(look, path) for path in paths]
        asked = 0
        while not all(each.done() for each in looks):
            assert requests.get(f"{place.origin}/healthz", timeout=20).status_code == 200
            asked += 1
            time.sleep(0.05)
        assert [each.result() for each in looks] == [
            (200, True), (200, True), (200, False), (200, True)]
    assert asked > 3


def test_the_server_ends_while_a_client_is_sending(place: Place) -> None:
    path = place.create(1000)
    place.drop_in_the_middle(path, 0, bytes(1000), 10)
    assert place.web.told(signal.SIGTERM) == 0
