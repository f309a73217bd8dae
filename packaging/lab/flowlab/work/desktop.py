# SPDX-License-Identifier: GPL-3.0-or-later
"""Remote desktops over VNC (RFB 3.8): a viewer that logs in, moves the mouse, types and asks for what changed.

Varies: encodings, how often it asks, idle or busy times, window or whole screen."""
import contextlib
import select
import struct

from .. import clients
from ..behaviour import honest


def _exactly(stream, size):
    data = stream.read(size)
    if len(data) < size:
        raise ConnectionError("the server ended the connection")
    return data


def log_in(talk, stream, password):
    """Up to the screen; returns its (width, height). OSError when the password is wrong."""
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
    talk.sendall(_exactly(stream, 12))
    kinds = _exactly(stream, _exactly(stream, 1)[0])
    if not kinds:
        raise ConnectionError("the server refuses")
    kind = 2 if 2 in kinds and password else 1
    talk.sendall(bytes([kind]))
    if kind == 2:
        challenge = _exactly(stream, 16)
        # RFC 6143, 7.2.2: the key's bits are reversed.
        key = bytes(int(f"{byte:08b}"[::-1], 2) for byte in password.encode()[:8].ljust(8, b"\0"))
        des = Cipher(algorithms.TripleDES(key * 3), modes.ECB()).encryptor()  # three times the same key is plain DES
        talk.sendall(des.update(challenge))
    if struct.unpack("!I", _exactly(stream, 4))[0] != 0:
        raise ConnectionError("the password is wrong")
    talk.sendall(b"\1")
    width, height = struct.unpack("!HH", _exactly(stream, 24)[:4])
    return width, height


def _drain(talk, seconds):
    """Takes what comes, unread: a viewer of the lab draws nothing."""
    while select.select([talk], [], [], seconds)[0]:
        if not talk.recv(1 << 18):
            raise ConnectionError("the server ended the connection")
        seconds = 0.01


@honest("vnc_desktop", needs=("vnc",), tools=("python:cryptography",), pause=15, origin="either")
def vnc_desktop(me):
    rng, server = me.rng, me.choose("vnc")
    with me.connect(server, six=clients.six(me, server)) as talk:
        with talk.makefile("rb", buffering=0) as raw:
            width, height = log_in(talk, _Whole(raw), server.facts.get("password"))
        # Hextile, RRE, CopyRect, raw; ZRLE and Tight where the viewer knows them
        encodings = rng.choice(([5, 2, 1, 0], [16, 5, 1, 0], [7, 5, 1, 0]))
        talk.sendall(struct.pack("!BxH", 2, len(encodings)) + b"".join(struct.pack("!i", code) for code in encodings))
        if rng.random() < 0.3:  # 256 colours, for slow links
            talk.sendall(struct.pack("!Bxxx BBBB HHH BBB xxx".replace(" ", ""), 0, 8, 8, 0, 1, 7, 7, 3, 0, 3, 6))
        part = (0, 0, min(width, rng.choice((400, 800, width))), min(height, rng.choice((300, 600, height))))
        talk.sendall(struct.pack("!BBHHHH", 3, 0, *part))
        _drain(talk, 1)
        x, y, step = width // 2, height // 2, rng.uniform(0.03, 0.3)
        for _ in range(int(rng.uniform(4, 25) / step)):
            if rng.random() < 0.7:
                x = max(0, min(width - 1, x + rng.randrange(-40, 41)))
                y = max(0, min(height - 1, y + rng.randrange(-40, 41)))
                talk.sendall(struct.pack("!BBHH", 5, rng.choice((0, 0, 0, 0, 1)), x, y))
            elif rng.random() < 0.3:
                for down in (1, 0):
                    talk.sendall(struct.pack("!BBxxI", 4, down, rng.randrange(97, 123)))
            if rng.random() < 0.5:
                whole = rng.random() < 0.1
                talk.sendall(struct.pack("!BBHHHH", 3, 0 if whole else 1, *part))
            with contextlib.suppress(BlockingIOError):
                _drain(talk, 0)
            me.sleep(step if rng.random() < 0.93 else rng.uniform(0.5, 4))


class _Whole:
    """Reads that wait for all bytes, without taking more from the socket than asked for."""

    def __init__(self, raw):
        self._raw = raw

    def read(self, size):
        data = b""
        while len(data) < size and (piece := self._raw.read(size - len(data))):
            data += piece
        return data
