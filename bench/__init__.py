"""Ours beside a floor: the least that does the same work on the same machine in the same run.

Only the ratios carry over to another day or machine; docs/performance.md says how to read them.
"""
