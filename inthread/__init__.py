"""Inthread: a customer finishes a task inside the message that asks for it, and it is proved."""
