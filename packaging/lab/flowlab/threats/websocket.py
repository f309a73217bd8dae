# SPDX-License-Identifier: GPL-3.0-or-later
"""WebSocket as a carrier, by hand (RFC 6455): beacons that keep a socket open and poll in frames, and a tunnel of binary
frames. Over TLS or plain, to a server of ours that looks like any web server or, for beacons, to the site's own chat.

Varied per session: the server, path, sizes and rhythm of frames, how long a socket stays open."""
import base64
import contextlib
import hashlib
import os

from .. import clients
from ..behaviour import threat
from . import c2, c2_web

MAGIC = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
PATHS = ("/ws", "/socket.io/?EIO=4&transport=websocket", "/stream", "/live", "/api/notifications", "/cable", "/hub")


def frame(data, masked, kind=2):
    length = len(data)
    head = bytes([0x80 | kind])
    mark = 0x80 if masked else 0
    if length < 126:
        head += bytes([mark | length])
    elif length < 65536:
        head += bytes([mark | 126]) + length.to_bytes(2, "big")
    else:
        head += bytes([mark | 127]) + length.to_bytes(8, "big")
    if not masked:
        return head + data
    mask = os.urandom(4)
    return head + mask + masking(mask, data)


def masking(mask, data):
    wide = (mask * (len(data) // 4 + 1))[:len(data)]
    return (int.from_bytes(data, "big") ^ int.from_bytes(wide, "big")).to_bytes(len(data), "big")


def receive(read):
    """(kind, data) of the next frame; `read(count)` gives exactly so many bytes."""
    first, second = read(2)
    length = second & 0x7F
    if length > 125:
        length = int.from_bytes(read(2 if length == 126 else 8), "big")
    mask = read(4) if second & 0x80 else b""
    data = read(length)
    return first & 15, masking(mask, data) if mask else data


def strict(reader):
    def read(count):
        data = reader.read(count)
        if len(data) < count:
            raise EOFError
        return data
    return read


def accept(talk, headers):
    key = base64.b64encode(hashlib.sha1(headers.get("sec-websocket-key", "").encode() + MAGIC).digest()).decode()
    talk.sendall(f"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                 f"Sec-WebSocket-Accept: {key}\r\n\r\n".encode())


def answer_frames(talk, headers, reader, own):
    """The far end of the beacon: an answer to each frame, mostly a small one."""
    accept(talk, headers)
    read = strict(reader)
    while True:
        kind, data = receive(read)
        if kind == 8:
            talk.sendall(frame(data[:2], False, 8))
            return
        wanted = own.choice((1, 8, 40)) if kind != 2 or own.random() < 0.8 else c2.size(own, 1200, most=60_000)
        talk.sendall(frame(own.randbytes(wanted), False, 10 if kind == 9 else 2))


@contextlib.contextmanager
def opened(me, service, style, path):
    with clients.http(me, service, style=style, timeout=20) as web:
        reply = web.ask("GET", path, headers={"Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13",
                                              "Sec-WebSocket-Key": base64.b64encode(me.rng.randbytes(16)).decode()})
        if reply.status != 101:
            raise ConnectionError(f"no WebSocket, but {reply.status}")
        yield web


@threat("beacon_websocket", family="beacon", seconds=(120, 240))
def beacon_websocket(me):
    rng = me.rng
    chats, path = me.services("chat"), rng.choice(PATHS)
    if chats and rng.random() < 0.3:
        service = rng.choice(chats)
        path = service.facts.get("path", "/")
    else:
        service = c2_web.serve(me, lambda *_: (404, b"no"), rng.random() < 0.7, upgrade=answer_frames)
    ordinary = service.kind == "chat"
    style = clients.style(me, named=False)
    hello, slack, length = rng.choice((24, 90, 300)), rng.choice((0, 6, 80)), rng.uniform(2, 6)
    sleeps = c2.rhythm(me, max(0.5, me.left() / rng.uniform(27, 40) / length))
    while not me.over():
        with contextlib.suppress(*c2.BROKEN), opened(me, service, style, path) as web:
            for _ in range(max(1, round(rng.gauss(length, length / 3)))):
                sleep, task = next(sleeps)
                data = rng.randbytes(c2.size(rng, 3000, most=40_000) if task else hello + rng.randrange(slack + 1))
                if ordinary:
                    web.talk.sendall(frame(base64.b64encode(data), True, 1))
                else:
                    web.talk.sendall(frame(data, True))
                    receive(web.exactly)
                me.sleep(sleep)
            web.talk.sendall(frame(b"\x03\xe8", True, 8))
            if not ordinary:
                receive(web.exactly)
        me.sleep(rng.uniform(0.1, 2))


class Frames:
    """A stream inside of binary frames, with a socket's sendall and recv."""

    def __init__(self, talk, read, masked, piece):
        self._talk, self._read, self._masked, self._piece, self._rest = talk, read, masked, piece, b""

    def sendall(self, data):
        for at in range(0, len(data), self._piece):
            self._talk.sendall(frame(data[at:at + self._piece], self._masked))

    def recv(self, most):
        while not self._rest:
            kind, data = receive(self._read)
            if kind == 8:
                return b""
            self._rest = data
        given, self._rest = self._rest[:most], self._rest[most:]
        return given


@threat("tunnel_websocket", family="tunnel", seconds=(120, 240))
def tunnel_websocket(me):
    """What a shell, a page or a file would send, in frames of the tunnel's size."""
    rng = me.rng
    piece, path = rng.choice((1024, 4096, 16384, 60000)), rng.choice(PATHS)

    def carry(talk, headers, reader, own):
        accept(talk, headers)
        c2.answer_requests(Frames(talk, strict(reader), False, piece), own)

    service = c2_web.serve(me, lambda *_: (404, b"no"), rng.random() < 0.75, upgrade=carry)
    style = clients.style(me, named=False)
    longest = max(3.0, min(16.0, me.left() / 27))
    while not me.over():
        with contextlib.suppress(*c2.BROKEN), opened(me, service, style, path) as web:
            c2.converse(me, Frames(web.talk, web.exactly, True, piece), rng, rng.uniform(0.3, 1) * longest)
            web.talk.sendall(frame(b"\x03\xe8", True, 8))
        me.sleep(rng.uniform(0.2, 2))


EVIDENCE = {name: ("connections with payload both ways", lambda flow: flow.protocol == 6 and min(flow.packets) >= 6, 15)
            for name in ("beacon_websocket", "tunnel_websocket")}
