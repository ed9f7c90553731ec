"""A workflow's document as TOML: reading it back gives exactly the same document.

Tables of texts stand in one line, everything else as tables of their own, as in the files that
ship. The standard library reads TOML and does not write it; this writes what documents hold, which
is text, whole numbers, booleans, lists and tables.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_WIDE = 96
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def to_toml(document: Mapping[str, object]) -> str:
    """Raises TypeError for what a document cannot hold: null, fractions, times."""
    return "\n".join(_lines(document, ())).strip("\n") + "\n"


def _lines(table: Mapping[str, object], place: tuple[str, ...]) -> Iterator[str]:
    own = {key: value for key, value in table.items() if _flat(value)}
    for key, value in own.items():
        yield f"{_key(key)} = {_value(value)}"
    for key, value in table.items():
        if key not in own:
            yield from _inner((*place, key), value)


def _inner(place: tuple[str, ...], value: object) -> Iterator[str]:
    name = ".".join(_key(step) for step in place)
    if isinstance(value, Mapping):
        lines = list(_lines(value, place))
        if not value or any(_flat(one) for one in value.values()):
            yield from ("", f"[{name}]")
        yield from lines
    elif isinstance(value, list):
        for one in value:
            yield from ("", f"[[{name}]]")
            yield from _lines(one, place)


def _flat(value: object) -> bool:
    """Whether it stands in one line. An empty list does: there is no other way to write it."""
    if isinstance(value, Mapping):
        return bool(value) and all(_plain(one) for one in value.values()) and (
            len(_value(value)) <= _WIDE
        )
    if isinstance(value, list):
        return not value or not all(isinstance(one, Mapping) for one in value)
    return True


def _plain(value: object) -> bool:
    if isinstance(value, list):
        return all(_plain(one) for one in value)
    return not isinstance(value, Mapping)


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, Mapping):
        inner = ", ".join(f"{_key(key)} = {_value(one)}" for key, one in value.items())
        return f"{{ {inner} }}" if inner else "{}"
    if isinstance(value, Sequence):
        return f"[{', '.join(_value(one) for one in value)}]"
    raise TypeError(f"a document has no {type(value).__name__}")


def _text(text: str) -> str:
    """Several lines as they stand, where that is safe; else escaped as JSON does, which TOML reads
    the same."""
    if "\n" in text and not text.startswith("\n") and '"""' not in text and not (
        _CONTROL.search(text) or "\r" in text or "\\" in text or text.endswith('"')
    ):
        return f'"""{text}"""'
    return _quoted(text)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _key(key: str) -> str:
    return key if _BARE.fullmatch(key) else _quoted(key)
