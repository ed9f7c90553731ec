"""The demo staff's authenticator app: codes by the sandbox's time, where there is staff."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pyotp
import requests

from tests.sandbox.processes import running

SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"


def test_codes_are_those_of_the_sandboxs_time(tmp_path: Path) -> None:
    (tmp_path / "clock").write_text("86400\n", encoding="ascii")
    environment = {"SANDBOX_CLOCK": str(tmp_path / "clock")}
    with running("phone", tmp_path, environment=environment) as phone:
        none = requests.get(f"{phone}/authenticator", timeout=5)
        assert none.status_code == 404
        (tmp_path / "staff.json").write_text(json.dumps([{
            "name": "Ada", "email": "ada@b.test", "roles": ["admin"], "password": "known",
            "secret": SECRET,
        }]), encoding="utf-8")
        page = requests.get(f"{phone}/authenticator", timeout=5)
        ahead = time.time() + 86400
        codes = {pyotp.TOTP(SECRET).at(int(ahead) - 30 * n) for n in (0, 1)}
        assert any(f"{code[:3]} {code[3:]}" in page.text for code in codes)
        assert SECRET not in page.text
        assert "ada@b.test" in page.text
        assert page.headers["Cache-Control"] == "no-store"
        assert 1 <= int(page.headers["Refresh"]) <= 30
