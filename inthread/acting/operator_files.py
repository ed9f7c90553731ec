"""The files an installation is set up by, read whole."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from pathlib import Path

from inthread.acting.read_document import load_document
from inthread.domain.answers import Answers, read_answers
from inthread.domain.jurisdiction import Pack
from inthread.domain.jurisdiction_reader import read_packs
from inthread.domain.queues import Queues, read_queues_file
from inthread.domain.retention import Retention, read_retention
from inthread.domain.workflow import Workflow
from inthread.registry import Registry
from inthread.settings import named_file, toml_of


def workflows(files: Iterable[Path], plugins: Registry) -> Mapping[str, Workflow]:
    """The workflow of every document, by key. Raises WorkflowErrors naming file, place and remedy,
    ValueError for a file that is not TOML."""
    found: dict[str, Workflow] = {}
    for file in files:
        workflow = load_document(plugins, toml_of(file), str(file))
        if workflow.key in found:
            raise ValueError(f"{file}: another file has the workflow {workflow.key!r} already")
        found[workflow.key] = workflow
    return found


def jurisdictions(folder: Path) -> Mapping[str, Pack]:
    """The packs of the folder, by key. Raises PackErrors, ValueError for what is not TOML."""
    return read_packs((toml_of(file), str(file)) for file in sorted(folder.glob("*.toml")))


def answers(file: Path, known: Collection[str] = ()) -> Answers:
    """*known*: the queues. Raises AnswersErrors, BadSetting when there is no such file."""
    return read_answers(named_file("INTHREAD_ANSWERS", file), str(file), known)


def retention(file: Path) -> Retention:
    """Raises RetentionErrors, BadSetting when there is no such file."""
    return read_retention(named_file("INTHREAD_RETENTION", file), str(file))


def queues(file: Path) -> Queues:
    """Raises QueuesErrors, BadSetting when there is no such file."""
    return read_queues_file(named_file("INTHREAD_QUEUES", file), str(file))
