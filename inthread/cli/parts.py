"""What the command line is handed by the composition root, and how a verb stops with a sentence."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from inthread.domain.routing import Routing
from inthread.domain.workflow import Workflow
from inthread.registry import Registry
from inthread.runtime import Runtime
from inthread.settings import Settings

if TYPE_CHECKING:
    Verbs = argparse._SubParsersAction[argparse.ArgumentParser]


class ReadWorkflows(Protocol):
    def __call__(self, files: Iterable[Path], plugins: Registry) -> Mapping[str, Workflow]: ...


@dataclass(frozen=True)
class Parts:
    """What only app.py can make: it alone knows every plugin.

    `root`: where templates, workflows and migrations lie. Each callable raises ValueError
    (BadSetting and WorkflowErrors are some) with sentences.
    """

    root: Path
    make_registry: Callable[[Settings], Registry]
    make_runtime: Callable[[Settings], Runtime]
    read_workflows: ReadWorkflows
    read_routing: Callable[[Settings, Registry], Routing]

    @property
    def migrations(self) -> Path:
        return self.root / "migrations"


Run = Callable[[Parts, argparse.Namespace], int]


class Stop(Exception):
    """A verb cannot go on. Each sentence says what is wrong and what to do."""

    def __init__(self, *sentences: str, status: int = 1) -> None:
        super().__init__("\n".join(sentences))
        self.status = status
