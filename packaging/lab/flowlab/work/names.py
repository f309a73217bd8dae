# SPDX-License-Identifier: GPL-3.0-or-later
"""Names and time: lookups, lookups over HTTPS, clocks.

Varies: types, names that exist or not, UDP or TCP, dig or a socket, GET or POST, kept connections, one or several polls."""
import base64
import contextlib
import socket
import struct
import time

from .. import clients
from ..behaviour import honest, installed
from .common import environment, having, program

KINDS = {"A": 1, "AAAA": 28, "TXT": 16, "MX": 15, "PTR": 12, "SRV": 33, "HTTPS": 65}


def a_name(me):
    rng = me.rng
    what = rng.random()
    if what < 0.4:
        return me.site.full_name(rng.choice(me.site.hosts))
    if what < 0.75:
        return f"www{rng.randrange(40)}.pages.example"
    if what < 0.9:
        return f"{rng.choice(('wpad', 'printer', 'isatap', 'update', 'cdn'))}{rng.randrange(99)}.{me.site.domain}"
    return f"{rng.randbytes(rng.randrange(4, 12)).hex()}.{rng.choice(('cdn', 'img', 'static'))}.pages.example"


def query(rng, name, kind):
    question = b"".join(bytes([len(part)]) + part.encode() for part in name.strip(".").split(".")) + b"\0"
    extra = struct.pack("!BHHIH", 0, 41, rng.choice((1232, 4096)), 0, 0) if rng.random() < 0.6 else b""
    head = struct.pack("!HHHHHH", rng.randrange(65536), 0x0100, 1, 0, 0, 1 if extra else 0)
    return head + question + struct.pack("!HH", kind, 1) + extra


def reverse(address):
    return ".".join(reversed(address.split("."))) + ".in-addr.arpa"


@honest("name_lookup", needs=("dns",), pause=4, origin="either")
def name_lookup(me):
    """What a host asks in passing; a few at once, as for one page."""
    rng, server = me.rng, me.choose("dns")
    for _ in range(rng.choice((1, 1, 2, 4, 8))):
        kind = rng.choice(("A", "A", "A", "AAAA", "AAAA", "HTTPS", "TXT", "MX", "PTR", "SRV"))
        name = reverse(rng.choice(me.site.hosts).address) if kind == "PTR" else a_name(me)
        if rng.random() < 0.06 and installed("dig"):
            with me.talk(server):
                me.run(["dig", "-r", "+tries=1", "+time=1", *rng.choice(([], [], ["+dnssec"], ["+noedns"])),
                        f"@{me.address(server)}", "-p", server.port, name, kind], env=environment(me))
        elif rng.random() < 0.06:
            with me.connect(server, six=clients.six(me, server)) as talk:
                asked = query(rng, name, KINDS[kind])
                talk.sendall(struct.pack("!H", len(asked)) + asked)
                talk.recv(4096)
        else:
            with me.datagrams(server, timeout=2, six=clients.six(me, server)) as talk, contextlib.suppress(TimeoutError):
                talk.send(query(rng, name, KINDS[kind]))
                talk.recv(4096)
        if rng.random() < 0.3:
            me.sleep(rng.uniform(0.02, 1))


@honest("doh_lookup", needs=("web",), tools=("curl",), pause=12)
def doh_lookup(me):
    """Lookups over HTTPS, by a program that keeps its connection for a while."""
    rng, web = me.rng, having(me, "web", "app")
    if rng.random() < 0.15:
        question = me.folder / "question"
        question.write_bytes(query(rng, a_name(me), 1))
        with me.talk(web):
            me.run([*clients.curl(me, web), "-o", "/dev/null", "-H", "Content-Type: application/dns-message",
                    "--data-binary", f"@{question}", clients.url(me, web, "/dns-query")], env=environment(me))
        return
    post = rng.random() < 0.6
    with contextlib.suppress(ConnectionError), clients.http(me, web, style=program(me)) as talk:
        for _ in range(rng.choice((1, 3, 8, 20))):  # until the server has enough of idle connections
            asked = query(rng, a_name(me), rng.choice((1, 28, 65)))
            if rng.random() < 0.5:
                asked += bytes(max(0, 128 - len(asked)))  # some clients pad
            if post:
                talk.ask("POST", "/dns-query", body=asked, headers={"Content-Type": "application/dns-message"})
            else:
                coded = base64.urlsafe_b64encode(asked).rstrip(b"=").decode()
                talk.ask("GET", f"/dns-query?dns={coded}", headers={"Accept": "application/dns-message"})
            if not talk.open:
                return
            me.sleep(rng.expovariate(1 / 1.5))


@honest("clock_sync", needs=("time",), pause=10, origin="either")
def clock_sync(me):
    """SNTP once, a burst of a client that starts, or a real one now and then."""
    rng, server = me.rng, me.choose("time")
    if rng.random() < 0.1 and installed("ntpdig"):
        with me.talk(server):
            me.run(["ntpdig", "-t", "2", me.address(server)], env=environment(me))
        return
    with me.datagrams(server, timeout=2, six=clients.six(me, server)) as talk:
        for _ in range(rng.choice((1, 1, 1, 4, 8))):
            seconds = time.time() + 2208988800
            stamp = struct.pack("!II", int(seconds), int(seconds % 1 * 2**32)) if rng.random() < 0.5 else rng.randbytes(8)
            talk.send(bytes([rng.choice((0x23, 0x1b, 0xe3)), 0, rng.choice((4, 6, 10)), 0xe9]) + bytes(36) + stamp)
            with contextlib.suppress(socket.timeout):
                talk.recv(512)
            me.sleep(rng.choice((0.05, 2, 2)))
