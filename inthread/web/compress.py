"""Smaller answers. Every page in a language begins with the same bytes, most of them the
stylesheet: they are compressed once, and each page goes on from a copy of that state."""

from __future__ import annotations

import zlib
from collections.abc import Iterable

from flask import Flask, Response, request

LEVEL = 6
GZIP = 31  # zlib's number for a gzip wrapper and the largest window
LEAST = 512


class Presser:
    """Compresses text, quickly where it begins with one of the *heads*."""

    def __init__(self, heads: Iterable[str]) -> None:
        self._heads = [head.encode() for head in heads]
        self._begun = [_fresh() for _ in self._heads]
        self._out = [
            begun.compress(head) for begun, head in zip(self._begun, self._heads, strict=True)
        ]

    def press(self, body: bytes) -> bytes:
        """The body as one gzip member."""
        for head, begun, out in zip(self._heads, self._begun, self._out, strict=True):
            if body.startswith(head):
                going = begun.copy()
                return out + going.compress(body[len(head) :]) + going.flush()
        fresh = _fresh()
        return fresh.compress(body) + fresh.flush()


def compress_text(app: Flask, presser: Presser) -> None:
    @app.after_request
    def compress(response: Response) -> Response:
        response.vary.add("Accept-Encoding")
        if not _worth_it(response):
            return response
        response.set_data(presser.press(response.get_data()))
        response.headers["Content-Encoding"] = "gzip"
        return response


def _worth_it(response: Response) -> bool:
    kind = response.mimetype or ""
    return (
        (kind.startswith("text/") or kind.endswith("json"))
        and not response.is_streamed
        and not response.direct_passthrough
        and "Content-Encoding" not in response.headers
        and request.accept_encodings["gzip"] > 0
        and len(response.get_data()) >= LEAST
    )


def _fresh() -> zlib._Compress:
    return zlib.compressobj(LEVEL, zlib.DEFLATED, GZIP)
