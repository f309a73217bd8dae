# SPDX-License-Identifier: GPL-3.0-or-later
"""The page behind nginx: answers GET /api with JSON and POSTs with random bytes. It does nothing else."""
import http.server
import os
import random


class Page(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self, body):
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        self.answer(b'{"items":[' + b",".join(b'{"id":%d}' % i for i in range(random.randrange(1, 60))) + b"]}")

    def do_POST(self):
        self.rfile.read(min(int(self.headers.get("Content-Length", 0)), 8_000_000))
        submitted = self.path.startswith("/submit")
        self.answer(os.urandom(random.randrange(96, 320)) if submitted else b'{"ok":true}')

    def log_message(self, *arguments):
        pass


http.server.ThreadingHTTPServer(("127.0.0.1", 8080), Page).serve_forever()
