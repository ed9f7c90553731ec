#!/usr/bin/env python3
"""Posts one mail from the standard input to Inthread, signed: for the pipe of a mail relay.

    post_mail.py https://pay.example/hooks/channels/smtp /etc/inthread/mail-secret < mail

The file holds INTHREAD_MAIL_SECRET. Ends with 0 when the mail is kept, and with 75 (EX_TEMPFAIL)
when it is not, so that the relay tries again. Needs nothing but Python.
"""

import base64
import hashlib
import hmac
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

# What Inthread takes; a longer mail is cut, and its text comes first.
MOST = 256 * 1024
TRY_AGAIN = 75


def signed(mail: bytes, secret: str) -> dict[str, str]:
    """Standard Webhooks 1.0.0. The same mail has the same id: posted twice, it is one."""
    id, at = "mail_" + hashlib.sha256(mail).hexdigest(), str(int(time.time()))  # noqa: TID251
    key = base64.b64decode(secret.strip().removeprefix("whsec_"))
    digest = hmac.new(key, f"{id}.{at}.".encode() + mail, "sha256").digest()
    return {
        "Content-Type": "message/rfc822", "webhook-id": id, "webhook-timestamp": at,
        "webhook-signature": f"v1,{base64.b64encode(digest).decode()}",
    }


def main(url: str, secret_file: str) -> int:
    mail = sys.stdin.buffer.read(MOST)
    headers = signed(mail, Path(secret_file).read_text(encoding="ascii"))
    try:
        request = urllib.request.Request(url, mail, headers)  # noqa: S310 - the operator's own
        with urllib.request.urlopen(request, timeout=30):  # noqa: S310
            return 0
    except (urllib.error.URLError, OSError) as trouble:
        sys.stderr.write(f"not kept: {trouble}\n")
        return TRY_AGAIN


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:3]))
