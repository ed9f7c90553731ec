"""What several work items have in common: one cause, so that it is mended once."""

from __future__ import annotations

import re

LONGEST = 200
_ADDRESS = re.compile(r"\S+@\S+")
_QUOTED = re.compile("[\"\u201c\u2018][^\"\u201d\u2019]*[\"\u201d\u2019]|'[^']*'")
# A status such as 422 says what is wrong; any other word with a digit says whose it is.
_NUMBERED = re.compile(r"(?<!\S)(?![1-5][0-9]{2}(?!\S))\S*[0-9]\S*")


def cause_of(reason: str, workflow: str, said: str) -> str:
    """The same for items that are alike: reason, workflow, and what was said without what belongs
    to one case only: numbers, addresses, what stood in quotation marks."""
    plain = " ".join(said.split())
    for pattern in (_QUOTED, _ADDRESS, _NUMBERED):
        plain = pattern.sub("…", plain)
    return f"{reason}|{workflow}|{plain}"[:LONGEST]


def said_by(cause: str) -> str:
    """The last part of a cause, for people."""
    return cause.split("|", 2)[-1]
