"""Write what a case can prove to one file: what was agreed to, by whom as far as we know, and the
chain of all that happened. `tools/verify_evidence.py FILE` checks it anywhere, without us."""

from __future__ import annotations

import argparse
import json
import os
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from inthread.cli.parts import Parts, Stop
from inthread.cli.start import ready
from inthread.domain.actor import OPERATOR
from inthread.domain.refusals import NotFound
from inthread.queries.evidence import evidence

if TYPE_CHECKING:
    from inthread.cli.parts import Verbs


def add(verbs: Verbs) -> None:
    verb = verbs.add_parser(
        "evidence", help="write what a case can prove to a file", description=__doc__
    )
    verb.add_argument("reference", help="a case's reference, e.g. INV-611365, or its id")
    verb.add_argument(
        "--out", type=Path, metavar="FILE", help="where to; evidence-<id>.json by default"
    )
    verb.set_defaults(run=run)


def run(parts: Parts, options: argparse.Namespace) -> int:
    _, rt = ready(parts)
    try:
        found = evidence(rt, actor=OPERATOR, reference=options.reference)
    except NotFound as refusal:
        raise Stop(f"There is no case with the reference {options.reference}.") from refusal
    finally:
        rt.db.dispose()
    content = written(found).encode()
    out = options.out or Path(f"evidence-{found['cases'][0]['id']}.json")
    try:
        handle = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as there:
        raise Stop(f"{out} is there already: name another file with --out.") from there
    except OSError as trouble:
        raise Stop(f"{out}: {trouble.strerror}") from trouble
    with os.fdopen(handle, "wb") as file:
        file.write(content)
    print(f"{out}: SHA-256 {sha256(content).hexdigest()}")
    return 0


def written(found: object) -> str:
    """The one way in which the file is written, so that a changed byte shows."""
    return json.dumps(found, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
