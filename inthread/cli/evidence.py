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
from inthread.queries.evidence_file import evidence_of

if TYPE_CHECKING:
    from inthread.cli.parts import Verbs


def add(verbs: Verbs) -> None:
    verb = verbs.add_parser(
        "evidence", help="write what a case can prove to a file", description=__doc__
    )
    verb.add_argument(
        "reference", help="a case's reference, e.g. INV-611365, or its id; `pdf CASE_OR_OUTCOME "
        "FILE` writes the signed evidence of its last outcome, or of that one",
    )
    verb.add_argument("of", nargs="*", metavar="...", help=argparse.SUPPRESS)
    verb.add_argument(
        "--out", type=Path, metavar="FILE", help="where to; evidence-<id>.json by default"
    )
    verb.set_defaults(run=run)


def run(parts: Parts, options: argparse.Namespace) -> int:
    if options.of:
        return _run_pdf(parts, options)
    _, rt = ready(parts)
    try:
        found = evidence(rt, actor=OPERATOR, reference=options.reference)
    except NotFound as refusal:
        raise Stop(f"There is no case with the reference {options.reference}.") from refusal
    finally:
        rt.db.dispose()
    out = options.out or Path(f"evidence-{found['cases'][0]['id']}.json")
    return _write(out, written(found).encode())


def _run_pdf(parts: Parts, options: argparse.Namespace) -> int:
    if options.reference != "pdf" or len(options.of) != 2:
        raise Stop("Write it as: inthread evidence pdf CASE_OR_OUTCOME FILE", status=2)
    named, file = options.of
    _, rt = ready(parts)
    try:
        found = evidence_of(rt, actor=OPERATOR, named=named)
    except NotFound as refusal:
        raise Stop(f"There is no signed evidence of {named}. Is INTHREAD_SIGNER set, and does a "
                   "worker run? `inthread doctor` says so.") from refusal
    finally:
        rt.db.dispose()
    return _write(Path(file), found.content)


def _write(out: Path, content: bytes) -> int:
    try:
        handle = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as there:
        raise Stop(f"{out} is there already: name another file.") from there
    except OSError as trouble:
        raise Stop(f"{out}: {trouble.strerror}") from trouble
    with os.fdopen(handle, "wb") as file:
        file.write(content)
    print(f"{out}: SHA-256 {sha256(content).hexdigest()}")
    return 0


def written(found: object) -> str:
    """The one way in which the file is written, so that a changed byte shows."""
    return json.dumps(found, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
