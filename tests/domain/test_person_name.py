"""How a name is found, and how much of it a page shows."""

from __future__ import annotations

import pytest

from inthread.domain.person_name import masked_name, name_key, name_last


@pytest.mark.parametrize(("name", "key", "last", "masked"), [
    ("Maya Okafor", "maya okafor", "okafor", "Maya O."),
    ("  Zoë   MÜLLER ", "zoe muller", "muller", "Zoë M."),
    ("Jo Straße", "jo strasse", "strasse", "Jo S."),
    ("María del Carmen López", "maria del carmen lopez", "lopez", "María L."),
    ("\uff2dei", "mei", "mei", "\uff2dei"),
    ("Σοφία", "σοφια", "σοφια", "Σοφία"),
    ("", None, None, ""), ("   ", None, None, ""),
])
def test_a_name(name: str, key: str | None, last: str | None, masked: str) -> None:
    assert (name_key(name), name_last(name), masked_name(name)) == (key, last, masked)


def test_a_name_without_end() -> None:
    key = name_key("ß" * 200)
    assert key == "s" * 200
