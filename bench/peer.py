"""A system of record on loopback that costs next to nothing: one process, no framework.

POST /{operation} {"id": ...} with an Idempotency-Key applies after a delay; GET /{operation}/{id}
shows what it applied, at once; GET /_counts tells how often. Each n-th POST can be made busy.
It does *not* forgive: a key that comes again after it was applied is counted as a repeat.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import urllib.request

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.I)
_KEY = re.compile(rb"\r\nidempotency-key: *([^\r\n]+)", re.I)

_HEAD = b"HTTP/1.1 %d -\r\nContent-Type: application/json\r\n%sContent-Length: %d\r\n\r\n"


class Peer:
    def __init__(self, delay: float, busy_every: int) -> None:
        self.delay = delay
        self.busy_every = busy_every
        self.applied: dict[tuple[str, str], bytes] = {}
        self.posts = self.repeats = self.keyless = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                found = _LENGTH.search(head)
                body = await reader.readexactly(int(found.group(1))) if found else b""
                method, target, _ = head.split(b" ", 2)
                path = target.decode().partition("?")[0].strip("/").split("/")
                if method == b"POST":
                    status, answer = await self._post(path[-1], head, body)
                else:
                    status, answer = self._get(path)
                wait = b"Retry-After: 1\r\n" if status == 503 else b""
                writer.write(_HEAD % (status, wait, len(answer)) + answer)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def _post(self, operation: str, head: bytes, body: bytes) -> tuple[int, bytes]:
        self.posts += 1
        if self.busy_every and self.posts % self.busy_every == 0:
            return 503, b"{}"
        key = _KEY.search(head)
        if key is None:
            self.keyless += 1
            return 400, b"{}"
        if self.delay:
            await asyncio.sleep(self.delay)
        kept = (operation, key.group(1).decode().strip())
        if kept in self.applied:
            self.repeats += 1
            return 409, b'{"reference": "again"}'
        self.applied[kept] = body
        return 201, json.dumps({"reference": f"ref-{len(self.applied)}"}).encode()

    def _get(self, path: list[str]) -> tuple[int, bytes]:
        if path == ["_counts"]:
            counts = {
                "applied": len(self.applied), "posts": self.posts, "repeats": self.repeats,
                "keyless": self.keyless,
            }
            return 200, json.dumps(counts).encode()
        shown = self.applied.get((path[-2], path[-1])) if len(path) > 1 else None
        return (200, shown) if shown is not None else (404, b"{}")


def counts(port: int) -> dict[str, int]:
    """What a running peer has counted so far."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/_counts", timeout=10) as answer:
        found: dict[str, int] = json.load(answer)
    return found


async def _main(port: int, delay: float, busy_every: int) -> None:
    peer = Peer(delay, busy_every)
    server = await asyncio.start_server(peer.serve, "127.0.0.1", port, backlog=512)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m bench.peer", description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--delay", type=float, default=0.0, help="milliseconds a POST takes")
    parser.add_argument("--busy-every", type=int, default=0, help="503 each n-th POST")
    given = parser.parse_args()
    asyncio.run(_main(given.port, given.delay / 1000, given.busy_every))
