"""A reader of triggers for this installation."""

from __future__ import annotations

from inthread.domain.contact_point import CHANNELS
from inthread.domain.intake_reader import TriggerReader
from inthread.runtime import Runtime


def trigger_reader(rt: Runtime, *, text: bool = False, region: str | None = None) -> TriggerReader:
    """Its workflows, the channels people commonly have and those its plugins add."""
    channels = frozenset((*CHANNELS, *rt.registry.channels))
    return TriggerReader(rt.workflows, channels, rt.now(), text, region)
