"""Names by the actors of the audit."""

from __future__ import annotations

from inthread.queries.staff_names import staff_names
from inthread.runtime import Runtime
from tests.staff import a_colleague


def test_people_by_name_and_all_others_as_they_are(rt: Runtime) -> None:
    ada = a_colleague(rt)
    actors = [f"staff:{ada.id}", "worker:worker", "staff:stf_gone", "api:key_1"]
    assert staff_names(rt, actors) == {
        f"staff:{ada.id}": "Ada Lin", "worker:worker": "worker:worker",
        "staff:stf_gone": "staff:stf_gone", "api:key_1": "api:key_1",
    }
    assert staff_names(rt, []) == {}
