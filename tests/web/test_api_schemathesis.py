"""schemathesis against the served document, over real HTTP, with the configuration of the root."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.serving import make_server

from inthread.commands.receive_reply import receive_reply
from inthread.commands.receive_triggers import receive_triggers
from inthread.domain.actor import provider
from inthread.runtime import Runtime
from inthread.spi import Incoming
from tests.architecture.tree import ROOT
from tests.triggers import BACK_OFFICE, a_trigger
from tests.web.caller import HOST, Caller

EXAMPLES = 8


@pytest.fixture
def served(app: Flask) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_schemathesis_finds_nothing(
    app: Flask, rt: Runtime, served: str, tmp_path: Path
) -> None:
    """Every operation, with what fits the document and with what does not; with and without a key;
    and in sequences, where one answer gives the next request its ids."""
    caller = Caller(app, rt)
    key = caller.headers["Authorization"]
    receive_triggers(rt, actor=BACK_OFFICE, triggers=[
        a_trigger(number=str(n), facts={"disputed": n % 2 == 0}) for n in range(10)
    ])
    for n in range(3):
        receive_reply(rt, actor=provider("sms"), provider="sms", incoming=Incoming(
            f"SM{n}", "+15550100482" if n else "+15550100499", "don't stop my plan"
        ))
    done = subprocess.run(
        [
            Path(sys.executable).with_name("st"), "--config-file", ROOT / "schemathesis.toml",
            "run", f"{served}/api/openapi.json", "--header", f"Authorization: {key}",
            "--header", f"Host: {HOST}", "--max-examples", str(EXAMPLES), "--seed", "1",
            "--generation-database", "none", "--no-color",
        ],
        cwd=tmp_path, capture_output=True, text=True, timeout=280,
    )
    assert done.returncode == 0, done.stdout[-20000:] + done.stderr[-2000:]
    operations = sum(
        len(path.keys() & {"get", "post", "put", "patch", "delete"})
        for path in caller.get("/api/openapi.json").get_json()["paths"].values()
    )
    assert f"Tested: {operations}\n" in done.stdout
