"""The application under the servers that may run it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import requests

from tests.architecture.tree import ROOT
from tests.cli.conftest import good_settings
from tests.sandbox.processes import free_port


def _server(name: str, port: int) -> list[str]:
    return {
        "granian": [sys.executable, "-m", "granian", "--interface", "wsgi", "--port", str(port),
                    "--respawn-failed-workers", "app:app"],
        "gunicorn": [sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{port}",
                     "--no-control-socket", "app:app"],
    }[name]


@pytest.mark.parametrize("name", ["granian", "gunicorn"])
def test_no_server_goes_on_without_the_application(tmp_path: Path, name: str) -> None:
    env = good_settings(f"sqlite:///{tmp_path}/x.db", tmp_path)
    done = subprocess.run(
        _server(name, free_port()), env={**os.environ, **env}, cwd=ROOT, capture_output=True,
        text=True, timeout=60,
    )
    assert done.returncode != 0
    sentence = "The database is empty and this version needs 0002: run `inthread migrate`."
    assert sentence in done.stdout + done.stderr
    assert list(tmp_path.iterdir()) == []


def test_gunicorn_serves_what_granian_serves(tmp_path: Path) -> None:
    """The fallback that docs/operations.md writes down."""
    env, port = good_settings(f"sqlite:///{tmp_path}/x.db", tmp_path), free_port()
    env["INTHREAD_ORIGIN"] = f"http://localhost:{port}"
    inherited = {**os.environ, **env}
    subprocess.run(
        [sys.executable, "-c", "import sys; from app import cli; sys.exit(cli())", "migrate"],
        env=inherited, cwd=ROOT, check=True, timeout=60,
    )
    gunicorn = subprocess.Popen(
        [*_server("gunicorn", port), "--threads", "4"], env=inherited, cwd=ROOT,
        stderr=subprocess.DEVNULL,
    )
    try:
        assert _first_answer(f"http://localhost:{port}/robots.txt") == "User-agent: *\nDisallow: /"
    finally:
        gunicorn.send_signal(signal.SIGTERM)
        assert gunicorn.wait(30) == 0


def _first_answer(url: str) -> str:
    for _ in range(300):
        try:
            return requests.get(url, timeout=30).text.strip()
        except requests.ConnectionError:
            time.sleep(0.1)
    raise TimeoutError(url)
