"""The script that a mail relay pipes into: what it posts is heard, and it says when it is not."""

from __future__ import annotations

import hashlib
import socket
import subprocess
import sys
from pathlib import Path

from tests.integrations.ear import Ear
from tests.integrations.mails import SCRIPT, a_mail, provider
from tests.sandbox.processes import SECRET

TRY_AGAIN = 75


def post(url: str, secret: Path, mail: bytes) -> int:
    command = [sys.executable, str(SCRIPT), url, str(secret)]
    return subprocess.run(command, input=mail, capture_output=True, timeout=60).returncode


def test_a_mail_is_heard_as_it_is(ear: Ear, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text(f"{SECRET}\n")
    ear.providers["smtp"] = provider()
    mail = a_mail(b"STOP caf\xe9", Message_ID=None)
    assert post(ear.address("smtp"), secret, mail) == 0
    [heard] = ear.replies(1)
    assert heard.event_id == f"mail_{hashlib.sha256(mail).hexdigest()}"


def test_a_mail_that_is_not_kept_is_for_later(ear: Ear, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("whsec_" + "b3RoZXI=" * 6)
    ear.providers["smtp"] = provider()
    assert post(ear.address("smtp"), secret, a_mail("STOP")) == TRY_AGAIN
    assert (ear.refused, ear.events) == (["no signature matches"], [])
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        nobody = f"http://127.0.0.1:{closed.getsockname()[1]}/hooks"
        assert post(nobody, secret, a_mail("STOP")) == TRY_AGAIN
