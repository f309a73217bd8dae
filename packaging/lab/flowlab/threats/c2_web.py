# SPDX-License-Identifier: GPL-3.0-or-later
"""A web server of our own for command and control, staging and loot: HTTP/1.1 with keep-alive, with or without TLS. What it
looks like (server name, headers, order, chunks) is drawn per server."""
import time

from . import c2

SERVERS = ("nginx", "nginx/1.22.1", "Apache", "Apache/2.4.57 (Debian)", "Microsoft-IIS/10.0", "cloudflare",
           "lighttpd/1.4.69", "")
TYPES = ("text/html; charset=utf-8", "application/json", "application/octet-stream", "image/png", "application/javascript")
REASONS = {101: "Switching Protocols", 200: "OK", 204: "No Content", 404: "Not Found"}


def serve(me, answer, tls, ports=None, host=None, upgrade=None):
    """answer(method, path, headers, body, rng) gives (status, body) or (status, body, seconds to wait). upgrade(connection,
    headers, rest, rng) takes over after a request that wants another protocol. Returns the Service."""
    rng = me.rng
    common = (443, 8443, 4443, 9443) if tls else (80, 8080, 8000, 8888)
    ports = ports or (common if rng.random() < 0.6 else c2.ODD)
    name, kind = rng.choice(SERVERS), rng.choice(TYPES)
    chunked, closes = rng.random() < 0.25, rng.random() < 0.2
    dated, cached = rng.random() < 0.85, rng.random() < 0.5
    fresh = c2.generators(me)

    def reply(status, body):
        lines = [f"HTTP/1.1 {status} {REASONS.get(status, 'OK')}"]
        lines += [f"Server: {name}"] if name else []
        lines += [time.strftime("Date: %a, %d %b %Y %H:%M:%S GMT", time.gmtime())] if dated else []
        lines += [f"Content-Type: {kind}"] if status != 204 else []
        lines += ["Cache-Control: no-cache, no-store"] if cached else []
        lines += ["Connection: close"] if closes else []
        if status == 204:
            return ("\r\n".join(lines) + "\r\n\r\n").encode()
        if not chunked:
            return ("\r\n".join([*lines, f"Content-Length: {len(body)}"]) + "\r\n\r\n").encode() + body
        pieces = [body[at:at + 8192] for at in range(0, len(body), 8192)]
        chunks = b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces)
        return ("\r\n".join([*lines, "Transfer-Encoding: chunked"]) + "\r\n\r\n").encode() + chunks + b"0\r\n\r\n"

    def handle(talk):
        own = fresh()
        reader = talk.makefile("rb")
        while True:
            method, path, headers, body = read_request(reader)
            if upgrade and "upgrade" in headers:
                return upgrade(talk, headers, reader, own)
            status, said, *wait = answer(method, path, headers, body, own)
            time.sleep(min(wait[0], 30) if wait else 0)
            talk.sendall(reply(status, said if method != "HEAD" else b""))
            if closes or headers.get("connection", "").lower() == "close":
                return None

    return c2.server(me, handle, ports, tls, host, kind="web", app=False, closes=closes)


def read_request(reader):
    first = reader.readline(8192).decode("latin-1").split()
    if len(first) != 3:
        raise EOFError
    headers = {}
    while line := reader.readline(8192).strip():
        name, _, value = line.decode("latin-1").partition(":")
        headers[name.lower()] = value.strip()
    if headers.get("transfer-encoding", "").lower() == "chunked":
        body = bytearray()
        while count := int(reader.readline(64) or b"0", 16):
            body += reader.read(count)
            reader.readline(8)
        reader.readline(8)
    else:
        body = reader.read(int(headers.get("content-length", 0)))
    return first[0], first[1], headers, bytes(body)
