"""Which provider carries a message, and whether it may go now (docs/routing.md)."""

from inthread.traffic.permits import Permit, Traffic, resting_weights

__all__ = ["Permit", "Traffic", "resting_weights"]
