"""Reads for pages and the API. A query writes nothing, so a GET can do no harm."""
