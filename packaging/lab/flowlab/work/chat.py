# SPDX-License-Identifier: GPL-3.0-or-later
"""People who talk: WebSocket and IRC.

Varies: bursts and silences, lengths, keep-alives, TLS, how long one stays."""
import base64
import contextlib
import struct

from .. import clients
from ..behaviour import honest
from ..http1 import comes
from .common import program, spread


def frame(rng, data, code=1):
    """A WebSocket frame of a client: masked."""
    size = len(data)
    if size < 126:
        length = bytes([0x80 | size])
    elif size < 65536:
        length = b"\xfe" + struct.pack("!H", size)
    else:
        length = b"\xff" + struct.pack("!Q", size)
    mask = rng.randbytes(4)
    mixed = int.from_bytes(data, "big") ^ int.from_bytes((mask * (size // 4 + 1))[:size], "big")
    return bytes([0x80 | code]) + length + mask + mixed.to_bytes(size, "big")


def read_frame(talk):
    """(code, data) from an `Http` that was upgraded."""
    first, second = talk.exactly(2)
    size = second & 127
    if size > 125:
        size = int.from_bytes(talk.exactly(2 if size == 126 else 8), "big")
    return first & 15, talk.exactly(size)


def upgrade(me, talk, path):
    """Turns HTTP into a WebSocket; ConnectionError if the server does not."""
    key = base64.b64encode(me.rng.randbytes(16)).decode()
    reply = talk.ask("GET", path, headers={"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13",
                                           "Sec-WebSocket-Key": key, "Origin": f"https://{talk.host}"})
    if reply.status != 101:
        raise ConnectionError(f"no WebSocket: {reply.status}")


def hear(me, talk, seconds):
    """Reads frames for a while and answers pings; False when the server is done."""
    rest = me.rng.uniform(0, seconds)
    while talk.comes(min(rest, max(0.0, me.left()))):
        code, data = read_frame(talk)
        if code == 9:
            talk.talk.sendall(frame(me.rng, data, 10))
        if code == 8:
            return False
        rest = me.rng.uniform(0, 0.4)
    return True


@honest("chat_websocket", needs=("chat",), pause=8, origin="either")
def chat_websocket(me):
    rng, server = me.rng, me.choose("chat")
    with clients.http(me, server, style=program(me, "browser"), timeout=15) as talk:
        upgrade(me, talk, server.facts.get("path") or "/")
        writes, long = rng.uniform(0.3, 8), rng.random() < 0.15
        for _ in range(spread(rng, 2, 25)):
            for _ in range(rng.choice((1, 1, 2, 4))):
                text = clients.filler(rng, spread(rng, 2, 6000 if long else 250)).hex().encode()
                talk.talk.sendall(frame(rng, text))
                me.sleep(rng.uniform(0, 0.5))
            if rng.random() < 0.15:
                talk.talk.sendall(frame(rng, b"", 9))
            if not hear(me, talk, 0.5):
                return
            me.sleep(rng.expovariate(1 / writes))
            if not hear(me, talk, 0.1):
                return
        talk.talk.sendall(frame(rng, struct.pack("!H", 1000), 8))
        with contextlib.suppress(OSError):
            read_frame(talk)


@honest("irc_chat", needs=("irc",), pause=15, origin="either")
def irc_chat(me):
    rng, server = me.rng, me.choose("irc")
    channel = server.facts.get("channel") or "#lab"
    with me.connect(server, six=clients.six(me, server)) as talk, talk.makefile("rb") as lines:
        name = f"{me.host.name[:5]}{rng.randrange(9999)}"
        if password := server.facts.get("password"):
            talk.sendall(f"PASS {password}\r\n".encode())
        talk.sendall(f"NICK {name}\r\nUSER {name} 0 * :{name}\r\n".encode())

        def listen_for(seconds, until=None):
            while comes(talk, lines, seconds):
                line = lines.readline()
                if not line:
                    raise ConnectionError("the server ended the connection")
                if line.startswith(b"PING"):
                    talk.sendall(b"PONG" + line[4:])
                if until and until in line.split()[1:2]:
                    return

        listen_for(6, b"001")
        talk.sendall(f"JOIN {channel}\r\n".encode())
        for _ in range(spread(rng, 2, 15)):
            listen_for(0.05)
            talk.sendall(rng.choice((f"PRIVMSG {channel} :{clients.filler(rng, spread(rng, 3, 150)).hex()}\r\n",
                                     f"PRIVMSG {channel} :hello\r\n", f"PING {rng.randrange(10**6)}\r\n",
                                     f"NAMES {channel}\r\n")).encode())
            me.sleep(rng.expovariate(1 / 3))
        talk.sendall(b"QUIT :bye\r\n")
        with contextlib.suppress(OSError):
            listen_for(1)
