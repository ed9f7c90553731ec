"""Ask which provider carries a message, with nothing open."""

from __future__ import annotations

from inthread.domain.message import Purpose, Way
from inthread.domain.message_lint import longest
from inthread.runtime import Runtime
from inthread.traffic import Permit


def permit_for(rt: Runtime, way: Way) -> Permit:
    """As `Traffic.permit` answers; one that is not used is given back."""
    return rt.traffic.permit(way.channel, way.address, _parts(rt, way), urgent=way.urgent)


def _parts(rt: Runtime, way: Way) -> int:
    """How many it is paid as: a text message with every field at its longest."""
    if way.channel != "sms" or way.purpose is Purpose.ANSWER:
        return 1
    wording = rt.workflows[way.workflow].message(way.template, way.locale)
    return longest(wording.text).parts
