# SPDX-License-Identifier: GPL-3.0-or-later
"""SSH as a tunnel: an implant logs in with a key and forwards ports, out (-L, -D) or back in (-R), by the real client or by
paramiko. Conversations of random bytes run through the forwarded port; the connection is made anew every now and then.

Varied per connection: the server, the kind of forwarding, ciphers, compression, keep-alives, what is said and how long."""
import contextlib
import io
import socket

try:
    import paramiko
except ImportError:  # then the behaviour is skipped, not the lab
    paramiko = None

from .. import netns
from ..behaviour import end_group, threat
from . import c2
from .tunnels_dns import wait_for


@threat("tunnel_ssh", family="tunnel", needs=("ssh",), tools=("ssh", "python:paramiko"), seconds=(130, 240))
def tunnel_ssh(me):
    rng = me.rng
    longest = max(3.0, min(14.0, me.left() / 28))
    inner, answer = {}, c2.answerer(me)
    server = me.choose("ssh")
    while not me.over():
        if rng.random() < 0.2:
            server = me.choose("ssh")
        host = server.host
        if host not in inner:
            inner[host] = c2.open_on(me, host, range(7300, 7500), lambda port: me.serve(host, port, answer))
        way = rng.choice((_out, _out, _back, _socks, _library))
        with contextlib.suppress(*c2.BROKEN, paramiko.SSHException):
            way(me, server, inner[host], rng.uniform(0.3, 1) * longest)
        me.sleep(rng.uniform(0.2, 2.5))


def _ssh(me, server, *forward):
    rng = me.rng
    options = ["StrictHostKeyChecking=no", "UserKnownHostsFile=/dev/null", "IdentitiesOnly=yes", "BatchMode=yes",
               "ExitOnForwardFailure=yes", "ConnectTimeout=8"]
    options += rng.choice(([], [f"ServerAliveInterval={rng.randrange(1, 6)}"]))
    options += rng.choice(([], ["Compression=yes"], ["Ciphers=aes128-ctr,aes256-ctr"],
                           ["Ciphers=chacha20-poly1305@openssh.com"]))
    return me.start(["ssh", "-F", "none", "-N", *(part for option in options for part in ("-o", option)), *forward,
                     "-i", server.facts["key"], "-p", server.port, f"{server.facts['user']}@{server.host.address}"])


def _out(me, server, inner, seconds):
    port = me.rng.randrange(10000, 20000)
    with me.talk(server):
        _speak(me, _ssh(me, server, "-L", f"127.0.0.1:{port}:{server.host.address}:{inner}"), me.host, port, seconds)


def _back(me, server, inner, seconds):
    """Somebody at the server speaks with the implant's own port."""
    answer = c2.answerer(me)
    own = c2.open_on(me, me.host, range(7500, 7700), lambda port: me.serve(me.host, port, answer))
    port = me.rng.randrange(10000, 20000)
    with me.talk(server):
        _speak(me, _ssh(me, server, "-R", f"127.0.0.1:{port}:{me.host.address}:{own}"), server.host, port, seconds)


def _socks(me, server, inner, seconds):
    port = me.rng.randrange(10000, 20000)
    target = socket.inet_aton(server.host.address) + inner.to_bytes(2, "big")

    def ask(talk):
        talk.sendall(b"\5\1\0")
        c2.exactly(talk, 2)
        talk.sendall(b"\5\1\0\1" + target)
        if c2.exactly(talk, 10)[1] != 0:
            raise ConnectionError("the proxy refuses")

    with me.talk(server):
        _speak(me, _ssh(me, server, "-D", f"127.0.0.1:{port}"), me.host, port, seconds, ask)


def _speak(me, program, host, port, seconds, before=lambda talk: None):
    def reached():
        with contextlib.suppress(OSError):
            return socket.create_connection(("127.0.0.1", port), timeout=8)

    try:
        with netns.visiting(host.namespace):
            talk = wait_for(me, reached, 9, lambda: program.poll() is None)
        with talk:
            before(talk)
            c2.converse(me, talk, me.rng, seconds)
    finally:
        end_group(program)


def _library(me, server, inner, seconds):
    with me.connect(server) as plain, contextlib.closing(paramiko.Transport(plain)) as transport:
        transport.use_compression(me.rng.random() < 0.2)
        transport.start_client(timeout=10)
        with open(server.facts["key"], encoding="ascii") as file:
            transport.auth_publickey(server.facts["user"], _key(file.read()))
        ends = (server.host.address, inner), (me.host.address, 40000)
        with transport.open_channel("direct-tcpip", *ends, timeout=8) as channel:
            c2.converse(me, channel, me.rng, seconds, most=150_000)


def _key(text):
    for kind in (paramiko.Ed25519Key, paramiko.ECDSAKey, paramiko.RSAKey):
        with contextlib.suppress(paramiko.SSHException, ValueError):
            return kind.from_private_key(io.StringIO(text))
    raise paramiko.SSHException("no key of a known kind")


EVIDENCE = {"tunnel_ssh": ("SSH connections with 12 packets or more either way",
                           lambda flow: flow.protocol == 6 and min(flow.packets) >= 12 and sum(flow.bytes) > 5000, 14)}
