"""Read a workflow's document with the plugins this installation has."""

from __future__ import annotations

from collections.abc import Mapping

from inthread.domain.analysis import analyse
from inthread.domain.document import DocumentProblem
from inthread.domain.workflow import Workflow
from inthread.domain.workflow_reader import WorkflowErrors, read_workflow
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
        channels=set(plugins.channels), queues=plugins.queues,
    )


def load_document(plugins: Registry, document: Mapping[str, object], place: str) -> Workflow:
    """The same of a file, which nobody asks whether it may go live: an offer that leaves the
    customer nothing to choose is refused as well."""
    workflow = read_document(plugins, document, place)
    empty = [
        DocumentProblem(place, f"policy.{one.action}.rows[{one.rows[0]}]", one.says)
        for one in analyse(workflow) if (one.severity, one.kind) == ("error", "terms")
    ]
    if empty:
        raise WorkflowErrors(empty)
    return workflow
