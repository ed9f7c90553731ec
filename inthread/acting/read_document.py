"""Read a workflow's document with the plugins this installation has."""

from __future__ import annotations

from collections.abc import Mapping

from inthread.domain.workflow import Workflow
from inthread.domain.workflow_reader import read_workflow
from inthread.registry import Registry


def read_document(plugins: Registry, document: Mapping[str, object], place: str) -> Workflow:
    """The workflow this document says. *place* names it in what is said of it: a file, a draft.
    Raises WorkflowErrors naming place and remedy."""
    terms = {
        key: {name: (term.kind, term.required) for name, term in app.terms.items()}
        for key, app in plugins.miniapps.items()
    }
    return read_workflow(
        document, place, miniapps=terms, connectors=set(plugins.connectors),
        channels=set(plugins.channels),
    )
