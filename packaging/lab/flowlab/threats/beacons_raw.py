# SPDX-License-Identifier: GPL-3.0-or-later
"""Beacons with a protocol of their own over TCP and UDP, as remote access tools have it.

Varied per session: odd or common ports, framing (length prefix of either byte order, magic and type, lines of base64),
sizes, sleep and jitter, a connection per check-in or per a few, ended by either side or by a reset; datagrams from one
socket or from a new one each time, repeated when no answer comes."""
import base64
import contextlib
import random
import socket
import struct

from ..behaviour import threat
from . import c2


def framing(rng):
    """(seal, read): how one implant's messages look, and how either end reads one from a socket."""
    shape = rng.choice(("big", "little", "magic", "lines", "type"))
    magic = bytes(rng.choice(b"ABCDEFGHJKLMNPQRSTUVWXYZ0123456789") for _ in range(rng.randrange(2, 7)))

    def seal(data):
        if shape == "lines":
            return base64.b64encode(data) + b"\n"
        head = {"big": struct.pack(">I", len(data)), "little": struct.pack("<I", len(data)),
                "magic": magic + struct.pack("<II", len(data), len(data) * 2),
                "type": struct.pack(">BxH", 7, len(data) % 65536)}
        return head[shape] + data

    def read(talk):
        if shape == "lines":
            data = b""
            while not data.endswith(b"\n"):
                piece = talk.recv(65536)
                if not piece:
                    raise EOFError
                data += piece
            return data
        skip, form = {"big": (0, ">I"), "little": (0, "<I"), "magic": (len(magic), "<I4x"), "type": (2, ">H")}[shape]
        head = c2.exactly(talk, skip + struct.calcsize(form))
        return c2.exactly(talk, struct.unpack(form, head[skip:])[0])

    return seal, read


@threat("beacon_tcp", family="beacon", seconds=(110, 230))
def beacon_tcp(me):
    rng = me.rng
    seal, read = framing(rng)
    hello = rng.choice((16, 48, 120, 258, 700))
    empty, task = rng.choice((1, 4, 16, 64)), rng.choice((120, 900, 3000))
    result, slack = rng.choice((200, 1500, 9000)), rng.choice((0, 8, 60))
    server_ends, reset = rng.random() < 0.3, rng.random() < 0.15
    each = rng.choice((1, 1, 1, 2, 5))  # check-ins a connection
    first_word = rng.random() < 0.25  # the server greets
    fresh = c2.generators(me)

    def serve(talk):
        own = fresh()
        if first_word:
            talk.sendall(seal(own.randbytes(empty + 8)))
        for _ in range(each if server_ends else 1000):
            order = read(talk)[:1]
            talk.sendall(seal(own.randbytes(c2.size(own, task, most=60000) if order and order[0] % 8 == 0 else empty)))

    service = c2.server(me, serve, c2.ODD if rng.random() < 0.6 else c2.COMMON)
    sleeps = c2.rhythm(me, c2.pace(me) / each)
    sleep = 1.0
    while not me.over():
        with contextlib.suppress(*c2.BROKEN), me.connect(service) as talk:
            if first_word:
                read(talk)
            for turn in range(each):
                if turn:
                    me.sleep(sleep)
                sleep, task_came = next(sleeps)
                _checkin(rng, talk, seal, read, hello + rng.randrange(slack + 1), result if task_came else 0)
            if server_ends:
                talk.recv(1)
            elif reset:
                talk.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        me.sleep(sleep)


def _checkin(rng, talk, seal, read, count, result):
    talk.sendall(seal(rng.randbytes(count)))
    read(talk)
    if result:
        talk.sendall(seal(rng.randbytes(c2.size(rng, result, most=60000))))
        read(talk)


@threat("beacon_udp", family="beacon", seconds=(110, 230))
def beacon_udp(me):
    rng = me.rng
    hello = rng.choice((12, 32, 64, 180, 400))
    empty, task = rng.choice((4, 16, 48)), rng.choice((120, 600, 1100))
    slack = rng.choice((0, 4, 40))
    own = random.Random(rng.random())

    def answer(data):
        if len(data) > 1000:
            return data[:8]  # a piece of a result has come
        return data[:4] + own.randbytes(c2.size(own, task, most=1200) if data[:1] < b"\x20" else empty)

    ports = (53, 123, 161, 443, 500, 514, 1194, 3478, 4500, 5060) if rng.random() < 0.5 else c2.ODD
    service = c2.datagram_server(me, answer, ports)
    each = rng.choice((1, 1, 2, 4))  # check-ins a socket
    sleeps = c2.rhythm(me, c2.pace(me) / each)
    sleep = 1.0
    while not me.over():
        with contextlib.suppress(*c2.BROKEN), me.datagrams(service, timeout=1.5) as talk:
            for turn in range(each):
                if turn:
                    me.sleep(sleep)
                sleep, task_came = next(sleeps)
                _ask(talk, rng.randbytes(hello + rng.randrange(slack + 1)))
                if task_came:
                    for _ in range(rng.randrange(1, 12)):
                        _ask(talk, rng.randbytes(rng.randrange(1010, 1300)))
        me.sleep(sleep)


def _ask(talk, data, times=3):
    for _ in range(times):
        talk.send(data)
        with contextlib.suppress(TimeoutError):
            return talk.recv(4096)
    return b""


EVIDENCE = {
    "beacon_tcp": ("TCP connections with payload both ways",
                   lambda flow: flow.protocol == 6 and min(flow.packets) >= 3 and flow.bytes[0] > flow.packets[0] * 52 + 20,
                   15),
    "beacon_udp": ("answered datagrams", lambda flow: flow.protocol == 17 and min(flow.packets) >= 1, 15),
}
