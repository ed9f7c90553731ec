"""Steps inside a command's transaction: each takes `tx` and the locked case, and never commits."""
