"""The workflows in force: what was published, here or by another process, from its hour on.

A request or a job runs by one set of workflows from its beginning to its end: it takes a Runtime
from the shelf once. The shelf looks into the database every two seconds; so that is how long a
process may still decide by the version before.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from datetime import datetime, timedelta

import structlog

from inthread.acting.read_document import read_document
from inthread.domain.workflow import Workflow
from inthread.domain.workflow_reader import WorkflowErrors
from inthread.runtime import Runtime
from inthread.store import workflows

EVERY = timedelta(seconds=2)
log = structlog.get_logger()


class Shelf:
    """Holds the Runtime of now. What the database does not know stays as the files say it."""

    def __init__(self, rt: Runtime) -> None:
        self._rt = rt
        self._looked: datetime | None = None
        self._looking = threading.Lock()

    def current(self) -> Runtime:
        """The runtime with the workflows in force, at most two seconds old."""
        now = self._rt.now()
        if self._looked is None or not timedelta(0) <= now - self._looked < EVERY:
            return self.look()
        return self._rt

    def look(self) -> Runtime:
        """The same, looked up at this moment. One thread looks, the others go on with what they
        have."""
        if self._looking.acquire(blocking=self._looked is None):
            try:
                self._take(self._rt.now())
            finally:
                self._looking.release()
        return self._rt

    def _take(self, now: datetime) -> None:
        """A look that fails changes nothing: what is held is still good, and whoever asks the
        database next says what is wrong with it."""
        try:
            new = self._changed(now)
        except Exception:
            log.exception("shelf.fault")
            new = {}
        if new:
            self._rt = self._rt.with_workflows({**self._rt.workflows, **new})
        self._looked = now

    def _changed(self, now: datetime) -> Mapping[str, Workflow]:
        with self._rt.db.read() as tx:
            found = workflows.in_force(tx, now)
        held = self._rt.workflows
        read = {
            key: self._read(key, version) for key, (version, hash_) in found.items()
            if key not in held or held[key].hash != hash_
        }
        return {key: one for key, one in read.items() if one is not None}

    def _read(self, key: str, version: int) -> Workflow | None:
        """None for a document that this installation cannot carry (a plugin was taken away): what
        was in force stays, and every look says so."""
        with self._rt.db.read() as tx:
            document = workflows.document_of(tx, key, version)
        try:
            return read_document(self._rt.registry, document or {}, f"{key} {version}")
        except WorkflowErrors as wrong:
            log.error("workflow.unreadable", workflow=key, version=version, why=str(wrong))
            return None
