"""DMN 1.3: a workflow's policy as decision tables other modelers open, and back.

A round trip is exact: `from_dmn(to_dmn(workflow), document)` is the document that the workflow was
read from, so its hash is the same too (docs/policy.md has what goes where).
"""

from inthread.domain.dmn_read import from_dmn as from_dmn
from inthread.domain.dmn_write import to_dmn as to_dmn
from inthread.domain.dmn_xml import DmnError as DmnError
from inthread.domain.dmn_xml import DmnProblem as DmnProblem
