"""Floor of contact: Twilio's own SDK and nothing else, some hands.

Run as `python -m bench.floor_contact --peer ... --first 0 --many 5000`; it says `ready`, is told by
a line when to begin (seconds since 1970), sends one text to each number from the first on, and
prints the processor time it took.
"""

from __future__ import annotations

import argparse
import json
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import urlsplit

from twilio.http.http_client import TwilioHttpClient  # type: ignore[import-untyped]
from twilio.rest import Client  # type: ignore[import-untyped]

from bench import crowd

HANDS = 4
_TEXT = (
    "Alderway: there is something for you on your account. It takes about a minute:"
    " http://localhost:8400/l/b1{token:044d} Reply STOP to opt out."
)


class _Local(TwilioHttpClient):  # type: ignore[misc]
    """The SDK's own HTTP client, with Twilio's hosts replaced by the peer."""

    def __init__(self, peer: str) -> None:
        super().__init__(timeout=15)
        self.session.trust_env = False
        self._peer = peer

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Any:
        return super().request(method, f"{self._peer}{urlsplit(url).path}", *args, **kwargs)


def send(client: Client, numbers: Iterable[int]) -> None:
    for n in numbers:
        client.messages.create(
            to=crowd.number(n), from_=crowd.SENDER, body=_TEXT.format(token=n),
            status_callback=f"http://localhost:1/hooks/channels/{crowd.PROVIDER}?message={n}",
        )


def _in_turn(lock: threading.Lock, numbers: Iterator[int]) -> Iterator[int]:
    """What hands share among them: each number to one."""
    while True:
        with lock:
            number = next(numbers, None)
        if number is None:
            return
        yield number


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.floor_contact", description=__doc__)
    parser.add_argument("--peer", required=True)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--many", type=int, required=True)
    parser.add_argument("--hands", type=int, default=HANDS)
    given = parser.parse_args()
    client = Client(crowd.ACCOUNT, crowd.TOKEN, http_client=_Local(given.peer))
    numbers, lock = iter(range(given.first, given.first + given.many)), threading.Lock()
    failed: list[BaseException] = []
    threading.excepthook = lambda e: failed.append(e.exc_value or RuntimeError(str(e.exc_type)))
    hands = [
        threading.Thread(target=send, args=(client, _in_turn(lock, numbers)))
        for _ in range(given.hands)
    ]
    print("ready", flush=True)
    time.sleep(max(0.0, float(sys.stdin.readline()) - time.time()))
    before = time.process_time()
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join()
    if failed:
        raise failed[0]
    print(json.dumps({"cpu": time.process_time() - before}))


if __name__ == "__main__":
    main()
