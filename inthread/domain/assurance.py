"""How sure we are who is on the other end, and how sure an action asks us to be.

The ladder (docs/security.md, after NIST SP 800-63B and RTS (EU) 2018/389):

    link         a live link, opened by a press           says nothing about the person
    link+fact    and something only they should know      may see what it is about
    code         a code sent to a contact point on file   may act
    strong       a fresh code for this very action        may change what protects them

A known fact is a hurdle, never a level: it ranks between two levels and lifts nobody over one.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum


class Assurance(IntEnum):
    NONE = 0
    LINK = 1
    CODE = 2
    STRONG = 3


@dataclass(frozen=True, order=True)
class Identity:
    """What was shown, or what is asked for. Ordered: level first, then the known fact."""

    level: Assurance
    fact: bool = False

    @classmethod
    def parse(cls, text: str) -> Identity:
        """Read `link`, `link+fact`, `code`, `code+fact` or `strong`; ValueError otherwise."""
        try:
            return _BY_NAME[text]
        except KeyError:
            raise ValueError(f"{text!r} is not one of {', '.join(_BY_NAME)}") from None

    def __str__(self) -> str:
        return self.level.name.lower() + ("+fact" if self.fact else "")


_BY_NAME = {
    "link": Identity(Assurance.LINK),
    "link+fact": Identity(Assurance.LINK, fact=True),
    "code": Identity(Assurance.CODE),
    "code+fact": Identity(Assurance.CODE, fact=True),
    "strong": Identity(Assurance.STRONG),
}
