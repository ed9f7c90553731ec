"""Twilio's signature of a form: base64(HMAC-SHA1(token, URL + every name and value, sorted))."""

from __future__ import annotations

import base64
import hmac
from collections.abc import Mapping

HEADER = "X-Twilio-Signature"


def signature(token: str, url: str, form: Mapping[str, str]) -> str:
    """For the URL as the receiver knows it: with its query, without a fragment."""
    said = url + "".join(name + form[name] for name in sorted(form))
    digest = hmac.new(token.encode(), said.encode(), "sha1").digest()
    return base64.b64encode(digest).decode()
