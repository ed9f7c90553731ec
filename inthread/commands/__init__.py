"""One file per verb. Each is one transaction, asks `actor.require` first, and calls no plugin while
the transaction is open. Raise to undo, return to keep."""
