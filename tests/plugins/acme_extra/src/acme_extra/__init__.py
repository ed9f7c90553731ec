"""Acme's additions to Inthread."""
