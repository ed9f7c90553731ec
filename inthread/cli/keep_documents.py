"""Seal every document by the newest key of INTHREAD_BLOB_KEYS. Stopped at any point, the same
command goes on; once it says that nothing is wrong, older keys can be taken away."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from inthread.cli.parts import Parts
from inthread.cli.start import ready
from inthread.commands.rotate_documents import rotate_documents
from inthread.domain.actor import OPERATOR

if TYPE_CHECKING:
    from inthread.cli.parts import Verbs


def add(verbs: Verbs) -> None:
    documents = verbs.add_parser("documents", help="seal customers' documents by a newer key")
    actions = documents.add_subparsers(title="actions", metavar="ACTION", required=True)
    rotate = actions.add_parser(
        "rotate", help="seal them all by the newest key", description=__doc__
    )
    rotate.set_defaults(run=run)


def run(parts: Parts, options: argparse.Namespace) -> int:
    """Ends with 1 when documents do not open."""
    settings, rt = ready(parts)
    newest = settings.blob_keyring.newest
    try:
        done = rotate_documents(rt, actor=OPERATOR)
    finally:
        rt.db.dispose()
    print(f"{done.renewed:>9,}  sealed by {newest} now")
    print(f"{done.kept:>9,}  sealed by {newest} before")
    if done.missing:
        print(f"{done.missing:>9,}  without bytes: deleted, or not in this store")
    for digest in done.wrong:
        print(f"    wrong  {digest}: altered, or its key is not among INTHREAD_BLOB_KEYS")
    return 1 if done.wrong else 0
