#!/usr/bin/env python3
"""Check a file that `inthread evidence` wrote. Needs Python 3.9 or newer and nothing else: no
installation, no database, no network.

    python3 verify_evidence.py FILE

It checks that the file is written as it was; that each text agreed to has its SHA-256; that each
outcome has its own and stands with it at its position in the chain, and that the copy sent to the
customer does; that the document of the workflow has its hash; and that every event follows the one
before it, from the first. It ends with 0, or with 1 and one sentence that says what does not hold.

What it cannot show: that a file is not made up altogether. Compare the last hash of a chain, which
it prints, with one that was kept elsewhere.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from hashlib import sha256
from typing import Any

FORMAT = "inthread-evidence/1"
GENESIS = "0" * 64


class Broken(Exception):
    """Something does not hold; the text says what."""


def demand(holds: bool, what: str) -> None:
    if not holds:
        raise Broken(what)


def digest(value: object) -> str:
    """SHA-256 in hex of the value as canonical JSON: keys sorted, no spaces, text as it is."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return sha256(text.encode()).hexdigest()


def verify(content: bytes) -> list[str]:
    """The lines that say what was checked. Raises Broken."""
    try:
        found = json.loads(content.decode())
    except ValueError as trouble:
        raise Broken(f"the file is not JSON: {trouble}") from None
    as_written = json.dumps(found, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
    demand(content == as_written.encode(), "the file is not written as it was")
    demand(isinstance(found, dict) and found.get("format") == FORMAT, f"this is not {FORMAT}")
    said = found.pop("sha256")
    demand(digest(found) == said, "something in the file was changed")
    return [line for case in found["cases"] for line in verify_case(case)]


def verify_case(case: dict[str, Any]) -> Iterator[str]:
    name = f"case {case['reference']} ({case['id']})"
    chain = verify_chain(name, case)
    flow = case["workflow"]
    if flow["document"] is not None:
        same = digest(flow["document"]) == flow["hash"]
        demand(same, f"{name}: the workflow's document has not its hash")
    for outcome in case["outcomes"]:
        verify_outcome(f"{name}: outcome {outcome['record']['id']}", outcome, chain)
    last = case["chain"][-1]["hash"] if case["chain"] else GENESIS
    yield f"{name}: {len(chain)} events, {len(case['outcomes'])} outcomes, last hash {last}"


def verify_chain(name: str, case: dict[str, Any]) -> dict[int, dict[str, Any]]:
    """The events by number."""
    prev = GENESIS
    for expected, e in enumerate(case["chain"], start=1):
        made = digest([
            case["id"], e["n"], e["at"], e["actor"], e["event"], e["detail"], e["prev"]
        ])
        holds = (e["n"], e["prev"], e["hash"]) == (expected, prev, made)
        demand(holds, f"{name}: event {expected} does not fit its chain")
        prev = made
    return {e["n"]: e for e in case["chain"]}


def verify_outcome(name: str, outcome: dict[str, Any], chain: dict[int, dict[str, Any]]) -> None:
    record = outcome["record"]
    demand(digest(record) == outcome["sha256"], f"{name} was changed")
    event = chain.get(outcome["position"], {"event": "none"})
    demand(event["event"] == "outcome.recorded", f"{name} is in no event")
    said = event["detail"]
    same = (said["outcome"], said["sha256"]) == (record["id"], outcome["sha256"])
    demand(same, f"{name} is not what its event recorded")
    evidence = record["evidence"]
    for part in ("agreement", "consent"):
        text = (evidence or {}).get(part)
        same = text is None or sha256(text.encode()).hexdigest() == evidence[f"{part}_sha256"]
        demand(same, f"{name}: the text agreed to was changed")
    sent = {copy["message"] for copy in outcome["copies"]}
    demand(said["copy"] is None or said["copy"] in sent, f"{name}: its copy is missing")
    queued = {e["detail"].get("message") for e in chain.values() if e["event"] == "message.queued"}
    demand(sent <= queued, f"{name}: a copy was never on its way")


def main(argv: list[str]) -> int:
    if len(argv) != 2:
        print("usage: verify_evidence.py FILE", file=sys.stderr)
        return 2
    try:
        with open(argv[1], "rb") as file:
            lines = verify(file.read())
    except OSError as trouble:
        print(f"{argv[1]}: {trouble.strerror}", file=sys.stderr)
        return 1
    except (Broken, KeyError, TypeError, AttributeError) as broken:
        print(f"{argv[1]} DOES NOT HOLD: {broken}", file=sys.stderr)
        return 1
    for line in lines:
        print(line)
    print("Everything holds.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
