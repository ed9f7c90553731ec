"""Read a form that may carry files, with nothing open: decoding takes its time."""

from __future__ import annotations

from inthread.acting.choose import Chosen, chosen_from
from inthread.acting.make_ready import check_identity, make_ready
from inthread.acting.take_visit import see_visit
from inthread.domain.refusals import OutOfOrder
from inthread.runtime import Runtime
from inthread.spi import Form


def read_files(rt: Runtime, token: str, action: str, form: Form) -> Chosen:
    """The blobs are kept before the transaction that speaks of them. Raises Invalid and every
    refusal; OutOfOrder for an action that has a check page."""
    with rt.db.read() as tx:
        ready = make_ready(rt, see_visit(rt, tx, token), action)
    if ready.miniapp.checked:
        raise OutOfOrder(action)
    unsure = check_identity(rt, ready, None)
    if unsure is None:
        rt.db.assert_closed()
        chosen = chosen_from(ready, form)
        for name, file in chosen.files:
            rt.registry.blobs.put(name, file.content)
        return chosen
    raise unsure
