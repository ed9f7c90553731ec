"""Which provider carries a message, and whether it may go now (docs/routing.md)."""

from inthread.traffic.permits import Permit, Traffic

__all__ = ["Permit", "Traffic"]
