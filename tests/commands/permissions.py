"""Who may use which command, found out by trying: each is called as each role, with nothing else
that it needs. `python -m tests.commands.permissions` writes the table of docs/permissions.md."""

from __future__ import annotations

import importlib
import inspect
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from inthread.domain.actor import CUSTOMER, PAYER, STRANGER, WORKER, Actor, provider
from inthread.domain.refusals import Forbidden
from inthread.domain.staff import Role, staff_actor
from inthread.runtime import Runtime

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "permissions.md"
ROLES: Mapping[str, Actor] = {
    **{role.value: staff_actor(f"stf_{role}", [role]) for role in Role},
    "customer": CUSTOMER, "payer": PAYER, "worker": WORKER, "provider": provider("sms"),
    "stranger": STRANGER,
}


# It asks for the scope of whatever it answers for.
ASKS_FOR_ANOTHER = {"answer_once"}


class Reached(Exception):
    """The command went on past what it asks of its actor."""


class _Untouchable:
    """An argument that may not be looked at before the actor was."""

    def __getattribute__(self, name: str) -> Any:
        raise Reached(name)

    def __eq__(self, other: object) -> bool:
        raise Reached("==")

    def __hash__(self) -> int:
        raise Reached("hash")

    def __bool__(self) -> bool:
        raise Reached("bool")

    def __iter__(self) -> Iterator[object]:
        raise Reached("iter")

    def __len__(self) -> int:
        raise Reached("len")


def commands() -> Mapping[str, Callable[..., object]]:
    """By name: every public function of the commands that asks what its actor may do."""
    found: dict[str, Callable[..., object]] = {}
    for path in sorted((ROOT / "inthread" / "commands").glob("[a-z]*.py")):
        module = importlib.import_module(f"inthread.commands.{path.stem}")
        for name, thing in vars(module).items():
            own = inspect.isfunction(thing) and thing.__module__ == module.__name__
            if own and "actor.require(" in inspect.getsource(thing) and name[0] != "_":
                found[name] = thing
    return {name: found[name] for name in sorted(found) if name not in ASKS_FOR_ANOTHER}


def may(rt: Runtime, command: Callable[..., object], actor: Actor) -> bool:
    """Whether the command goes on past its first question."""
    given = {
        name: _Untouchable() for name, each in _takes(command).items()
        if name not in ("rt", "actor") and each.default is inspect.Parameter.empty
    }
    try:
        command(rt, actor=actor, **given)
    except Forbidden:
        return False
    except Exception:  # noqa: BLE001 - whatever it was, it came after the question
        return True
    return True


def _takes(command: Callable[..., object]) -> Mapping[str, inspect.Parameter]:
    return inspect.signature(command).parameters


def table(found: Mapping[tuple[str, str], bool]) -> str:
    lines = [
        f"| Command | {' | '.join(ROLES)} |", f"|---|{'---|' * len(ROLES)}",
        *(
            f"| `{name}` | " + " | ".join("yes" if found[name, r] else "" for r in ROLES) + " |"
            for name in commands()
        ),
    ]
    return "\n".join(lines) + "\n"


def written() -> Mapping[tuple[str, str], bool]:
    """What the page says."""
    found = {}
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        if line.startswith("| `"):
            name, *cells = (cell.strip() for cell in line.strip("|").split("|"))
            for role, cell in zip(ROLES, cells, strict=True):
                found[name.strip("`"), role] = cell == "yes"
    return found


def tried(rt: Runtime) -> Mapping[tuple[str, str], bool]:
    return {
        (name, role): may(rt, command, actor)
        for name, command in commands().items() for role, actor in ROLES.items()
    }


if __name__ == "__main__":
    import tempfile

    from inthread.store import schema
    from inthread.store.db import Database
    from tests.build import a_runtime

    with tempfile.TemporaryDirectory() as folder:
        db = Database(f"sqlite:///{folder}/inthread.db")
        schema.upgrade(db, ROOT / "migrations")
        made = table(tried(a_runtime(db)))
        db.dispose()
    head = PAGE.read_text(encoding="utf-8").split("| Command")[0]
    PAGE.write_text(head + made, encoding="utf-8")
    sys.stdout.write(made)
