"""The world outside Inthread, small enough to run on one machine: a back office that keeps the
records, a payment page at another origin, and a phone that receives the messages.

Each is a process of its own with its own store, reached only over HTTP. Nothing here imports
Inthread. No real money or messages.
"""
