# SPDX-License-Identifier: GPL-3.0-or-later
"""The application behind a site's web server, on a loopback port: `python3 -m flowlab.services.site_app PORT SETTINGS`.
What it answers stands in site_pages.py; this is only how it hears."""
import http.server
import json
import pathlib
import socket
import sys
import time

from . import own
from .site_pages import Pages

MOST = 16_000_000  # bytes of a body that are kept; the rest is read and forgotten


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request, client_address):
        """Clients that leave in the middle are nothing to speak of."""


class Front(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 60
    pages = None

    def handle_any(self):
        body = self.body()
        answer = self.pages.answer(self.command, self.path, self.headers, body)
        if answer.delay:
            time.sleep(answer.delay)
        self.send_response_only(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body)

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = do_OPTIONS = do_PATCH = handle_any

    def body(self):
        if self.headers.get("Transfer-Encoding", "").lower() == "chunked":
            return b"".join(iter(self.chunk, b""))
        length = int(self.headers.get("Content-Length") or 0)
        kept = self.rfile.read(min(length, MOST))
        for begin in range(len(kept), length, 65536):
            self.rfile.read(min(65536, length - begin))
        return kept

    def chunk(self):
        size = int(self.rfile.readline(64).split(b";")[0] or b"0", 16)
        data = self.rfile.read(size)
        self.rfile.readline(64)
        return data

    def log_message(self, *_):
        pass


def main(port, settings):
    Front.pages = Pages(json.loads(pathlib.Path(settings).read_text(encoding="utf-8")))
    server = Server(("127.0.0.1", int(port)), Front)
    server.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    own.drop()
    server.serve_forever()


if __name__ == "__main__":
    main(*sys.argv[1:])
