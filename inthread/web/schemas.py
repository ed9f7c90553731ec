"""Pieces of JSON Schema that the API's document is put together from."""

from __future__ import annotations

from typing import Any

Schema = dict[str, Any]

# One character at least that is seen, and none that is no text.
VISIBLE = "^[^\\x00-\\x20\\x7f-\\xa0\\xad][^\\x00-\\x1f\\x7f-\\x9f\\xad]*$"


def an_object(says: str, properties: Schema, required: list[str]) -> Schema:
    """With these members and no others."""
    return {
        "type": "object", **({"description": says} if says else {}),
        "additionalProperties": False, "properties": properties, "required": required,
    }


def a_text(says: str, example: str, most: int, *, null: bool = False) -> Schema:
    """Visible text of at most so many characters."""
    return {"type": ["string", "null"] if null else "string", "minLength": 1, "maxLength": most,
            "pattern": VISIBLE, "examples": [example], "description": says}


def of_shape(says: str, example: str, pattern: str, *, null: bool = True) -> Schema:
    """Text that a pattern describes."""
    return {"type": ["string", "null"] if null else "string", "pattern": pattern,
            "examples": [example], "description": says}
