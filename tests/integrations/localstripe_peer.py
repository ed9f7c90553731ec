"""localstripe, another's idea of Stripe, in an environment of its own: on loopback only, and
without the file that it would keep its state in.

    .venv-peers/bin/python tests/integrations/localstripe_peer.py PORT
"""

import sys

from aiohttp import web  # type: ignore[import-not-found]
from localstripe import resources  # type: ignore[import-not-found]
from localstripe.server import app  # type: ignore[import-not-found]

resources.store.dump_to_disk = lambda *_, **__: None
web.run_app(app, host="127.0.0.1", port=int(sys.argv[1]), access_log=None, print=None)
