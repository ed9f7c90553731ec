"""A few pages on loopback, with the headers the real ones carry."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; "
    "connect-src 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_KINDS = {".css": "text/css", ".txt": "text/plain"}


@contextmanager
def serve(pages: Mapping[str, str]) -> Iterator[str]:
    """The origin under which each page is found by its path (`/good`), whatever the query. Others
    answer 404, and a page whose name starts with `/error` answers 422."""

    class Pages(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            page = pages.get(self.path.partition("?")[0])
            status = 404 if page is None else 422 if self.path.startswith("/error") else 200
            self._answer(status, _KINDS.get(self.path[-4:], "text/html"), page or "Not found")

        def _answer(self, status: int, kind: str, body: str) -> None:
            raw = body.encode()
            self.send_response(status)
            self.send_header("Content-Type", f"{kind}; charset=utf-8")
            self.send_header("Content-Length", str(len(raw)))
            self.send_header("Content-Security-Policy", _POLICY)
            self.send_header("Cache-Control", "private, no-store")
            self.end_headers()
            self.wfile.write(raw)

        def log_message(self, format: str, *args: object) -> None:
            """Quiet: a test says what went wrong by itself."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Pages)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
