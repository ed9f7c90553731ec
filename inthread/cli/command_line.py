"""`inthread`: reads the command line and runs one verb."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from inthread.cli import (
    api_keys,
    demo,
    doctor,
    erase,
    evidence,
    hold,
    keep_documents,
    keys,
    migrate,
    plugins,
    policy,
    retention,
    sandbox,
    staff,
    triggers,
    verify_audit,
    web,
    worker,
    workflows,
)
from inthread.cli.parts import Parts, Stop

VERBS = (
    demo, migrate, web, worker, doctor, verify_audit, evidence, retention, hold, erase,
    keep_documents, keys,
    api_keys, staff, triggers, workflows, policy, plugins, sandbox,
)


def main(parts: Parts, argv: Sequence[str] | None = None) -> int:
    """Run one verb; its exit status. 0: done; 1: it stopped with a sentence, or found something
    wrong; 2: the command line was not understood; 130: Ctrl-C."""
    options = command_line().parse_args(argv)
    try:
        status: int = options.run(parts, options)
        sys.stdout.flush()
    except Stop as stop:
        print(stop, file=sys.stderr)
        return stop.status
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # Whoever read our output has gone; nothing is left to say it to.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    return status


def command_line() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="inthread", description="Customers finish a task inside the message that asks for it, "
        "and the back office gets proof.", epilog="Settings: docs/settings.md.",
    )
    verbs = parser.add_subparsers(title="verbs", metavar="VERB", required=True)
    for verb in VERBS:
        verb.add(verbs)
    return parser
