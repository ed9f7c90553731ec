"""Prism with Twilio's own OpenAPI description, between a client and the local Twilio: it validates
the requests that pass, and the answers."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests
from twilio.rest import Client

from tests.conftest import NODE_TOOLS, TWILIO
from tests.sandbox.processes import free_port
from tests.sandbox.twilio_peer import Peer, client

FORM = "application/x-www-form-urlencoded"
OURS = ("Messages.json", "Messages/{Sid}.json", "Calls.json", "Calls/{Sid}.json")
BOOT_SECONDS = 120


@dataclass(frozen=True)
class Contract:
    """`url`: a base for clients in place of Twilio's. `sdk`: one. `peer`: the local Twilio behind
    it, which a test finds as the one before left it, and `store` its database."""

    url: str
    sdk: Client
    peer: Peer
    store: Path


def described(source: Path) -> dict[str, Any]:
    """What Prism is to serve of the description: messages and calls, which it reads in a second.
    Two things are spelled out that it would get wrong: that a list in a form is a name that comes
    several times (the default of OpenAPI 3.0.3), and that the links between pages are relative, as
    all the description's own examples are."""
    whole = json.loads(source.read_text(encoding="utf-8"))
    prefix = "/2010-04-01/Accounts/{AccountSid}/"
    whole["paths"] = {prefix + path: whole["paths"][prefix + path] for path in OURS}
    for operations in whole["paths"].values():
        for operation in (operations.get("get"), operations.get("post")):
            if operation is not None:
                _spell_out(operation)
    return dict(whole)


def _spell_out(operation: dict[str, Any]) -> None:
    for media in operation.get("requestBody", {}).get("content", {}).values():
        lists = [n for n, s in media["schema"]["properties"].items() if s.get("type") == "array"]
        media["encoding"] = {name: {"style": "form", "explode": True} for name in lists}
    for answer in operation["responses"].values():
        fields = answer["content"]["application/json"]["schema"].get("properties", {})
        for field in fields.values():
            if field.get("format") == "uri":
                field["format"] = "uri-reference"


@contextmanager
def between(peer: Peer, folder: Path) -> Iterator[Contract]:
    """`folder`: the peer's own. Ended by its id: it is node itself that runs, not a program that
    starts it."""
    description, log = folder / "twilio.json", folder / "prism.log"
    description.write_text(json.dumps(described(TWILIO)))
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    command = [
        "node", str((NODE_TOOLS / "prism").resolve()), "proxy", "--errors", "--host", "127.0.0.1",
        "--port", str(port), str(description), peer.url,
    ]
    with log.open("w") as out, subprocess.Popen(command, stdout=out, stderr=out) as process:
        try:
            _await(process, url, log)
            yield Contract(url, client(url, timeout=60), peer, folder / "twilio.db")
        finally:
            process.terminate()
            try:
                process.wait(timeout=15)
            except subprocess.TimeoutExpired:
                process.kill()
                raise


def _await(process: subprocess.Popen[bytes], url: str, log: Path) -> None:
    ends = time.monotonic() + BOOT_SECONDS
    while time.monotonic() < ends:
        if process.poll() is not None:
            raise RuntimeError(f"Prism ended: {log.read_text()[-500:]}")
        try:
            requests.get(url, timeout=5)
        except requests.ConnectionError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError(f"Prism did not come up: {log.read_text()[-500:]}")
