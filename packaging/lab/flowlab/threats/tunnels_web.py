# SPDX-License-Identifier: GPL-3.0-or-later
"""Tunnels in what firewalls let out: pairs of HTTP requests as reGeorg and meek have them (one connection polls for what
comes down, another posts what goes up), TLS with something else inside, by ourselves or by stunnel, and HTTP CONNECT.

Varied per session: ports, paths, headers, sizes, how long polls are held, how long a connection lasts, TLS."""
import base64
import contextlib
import socket
import subprocess
import time

from .. import clients
from ..behaviour import end_group, threat
from . import c2, c2_web, words
from .tunnels_dns import wait_for


@threat("tunnel_http", family="tunnel", seconds=(110, 230))
def tunnel_http(me):
    rng = me.rng
    wait = rng.uniform(0.1, 1.5)  # seconds that a poll is held at most
    way, secret = rng.choice(("header", "query")), rng.choice(("X-CMD", "X-Session-Id", "sid"))  # where the session goes
    page, bulk = rng.choice((120, 600, 4000)), rng.choice((2000, 9000, 40000))

    def answer(method, path, headers, body, own):
        if method == "GET":  # held back until there is something to say
            median = bulk if own.random() < 0.3 else page
            return 200, own.randbytes(c2.size(own, median, most=300_000)), wait * own.random()
        return (200, own.randbytes(own.randrange(0, 40))) if own.random() < 0.7 else (204, b"")

    service = c2_web.serve(me, answer, rng.random() < 0.5)
    style, path = clients.style(me, named=False), rng.choice(("/tunnel.php", "/index.jsp", "/connect", "/u/gate", "/"))
    longest = max(4.0, min(16.0, me.left() / 17))  # of a pair

    def one(number, own, session, seconds):
        """The connection that polls (0) or the one that posts (1)."""
        end = time.monotonic() + seconds * own.uniform(0.7, 1)
        with clients.http(me, service, style=style, timeout=20) as web:
            while web.open and time.monotonic() < end and not me.over():
                extra = {secret: session} if way == "header" else {}
                where = path if extra else f"{path}?{secret}={session}"
                if number == 0:
                    web.ask("GET", where, headers=extra)
                else:
                    data = own.randbytes(c2.size(own, 300, 1.3, 60_000))
                    web.ask("POST", where, data, {**extra, "Content-Type": "application/octet-stream"})
                me.sleep(own.expovariate(1 / (0.25 if number == 0 else 0.9)))

    while not me.over():
        session, seconds = rng.randbytes(8).hex(), rng.uniform(0.4, 1) * longest
        c2.together(me, 2, lambda number, own: one(number, own, session, seconds))
        me.sleep(rng.uniform(0.2, 1.5))


@threat("tunnel_tls", family="tunnel", seconds=(110, 230))
def tunnel_tls(me):
    rng = me.rng
    ports = c2.ODD if rng.random() < 0.6 else c2.COMMON
    longest = max(3.0, min(15.0, me.left() / 27))
    if rng.random() < 0.4:
        return by_stunnel(me, ports, longest)
    service = c2.server(me, c2.answerer(me), ports, tls=True)
    style = clients.style(me, named=False)
    while not me.over():
        with contextlib.suppress(*c2.BROKEN), c2.reach(me, service, style) as talk:
            c2.converse(me, talk, rng, rng.uniform(0.3, 1) * longest)
        me.sleep(rng.uniform(0.2, 2.5))


def by_stunnel(me, ports, longest):
    """Both ends by stunnel; each connection to its local port is one through the wall."""
    rng = me.rng
    host, local, answer = c2.far(me), rng.randrange(11000, 19000), c2.answerer(me)
    inner = c2.open_on(me, host, range(7700, 7900), lambda port: me.serve(host, port, answer))
    chain, key = me.site.certificates.draw(rng, me.site.full_name(host))
    top = rng.choice(("", "sslVersionMax = TLSv1.2\n"))
    far, near = me.folder / "far.conf", me.folder / "near.conf"
    common = "foreground = yes\npid =\ndebug = 0\n"
    with c2.claimed_on(me, host, ports) as port, me.talk(host, ports=port):
        far.write_text(f"{common}[t]\naccept = {host.address}:{port}\nconnect = {host.address}:{inner}\n"
                       f"cert = {chain}\nkey = {key}\n{top}", encoding="utf-8")
        near.write_text(f"{common}[t]\nclient = yes\naccept = 127.0.0.1:{local}\nconnect = {host.address}:{port}\n",
                        encoding="utf-8")
        me.start(["stunnel4", far], host=host, stdin=subprocess.PIPE)
        program = me.start(["stunnel4", near], stdin=subprocess.PIPE)
        while not me.over():
            with contextlib.suppress(*c2.BROKEN):
                with wait_for(me, lambda: _reached(local), 4, lambda: program.poll() is None) as talk:
                    c2.converse(me, talk, rng, rng.uniform(0.3, 1) * longest)
            me.sleep(rng.uniform(0.2, 2.5))
        end_group(program)


def _reached(port):
    with contextlib.suppress(OSError):
        return socket.create_connection(("127.0.0.1", port), timeout=8)


def credentials(rng):
    """As HTTP's Basic scheme has them (RFC 7617)."""
    return base64.b64encode(f"{words.users(rng, 1)[0]}:{words.passwords(rng, 1)[0]}".encode()).decode()


@threat("tunnel_http_connect", family="tunnel", seconds=(110, 230))
def tunnel_http_connect(me):
    """A proxy of ours that an implant uses with CONNECT; behind it what looks like TLS, SSH or anything else."""
    rng = me.rng
    known = rng.choice(("", f"Proxy-Authorization: Basic {credentials(rng)}\r\n"))
    target = f"{rng.choice(('mail', 'gw', 'files', 'vpn'))}.{me.site.domain}:{rng.choice((22, 443, 443, 3389, 8443))}"
    agent = rng.choice(("", f"User-Agent: {clients.agent(rng)}\r\n"))
    inside = rng.choice(("", "SSH-2.0-OpenSSH_9.2p1\r\n"))

    carry = c2.answerer(me)

    def answer(talk):
        reader = talk.makefile("rb", buffering=0)
        while reader.readline(4096).strip():
            pass
        talk.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n" + inside.encode())
        carry(talk)

    service = c2.server(me, answer, (80, 443, 1080, 3128, 8080, 8118, 8888), tls=rng.random() < 0.2)
    style, longest = clients.style(me, named=False), max(3.0, min(15.0, me.left() / 28))
    while not me.over():
        with contextlib.suppress(*c2.BROKEN), c2.reach(me, service, style) as talk:
            talk.sendall(f"CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n{agent}{known}\r\n".encode())
            c2.exactly(talk, len("HTTP/1.1 200 Connection established\r\n\r\n" + inside))
            c2.converse(me, talk, rng, rng.uniform(0.3, 1) * longest)
        me.sleep(rng.uniform(0.2, 2.5))


EVIDENCE = {name: ("connections with payload both ways",
                   lambda flow: flow.protocol == 6 and min(flow.packets) >= 6 and min(flow.bytes) > 500, 14)
            for name in ("tunnel_http", "tunnel_tls", "tunnel_http_connect")}
