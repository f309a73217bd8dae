# SPDX-License-Identifier: GPL-3.0-or-later
"""Data in pings: ptunnel-ng with TCP through it, and files in the payload of echo requests that the far kernel answers as
any other. All pings between two hosts within two minutes are one flow, so both go from pair of hosts to pair of hosts, and
leave out pairs of which somebody else made use just now.

Varied per session: pairs and their order, ptunnel-ng's windows and timeouts, what is said in the tunnel; payload sizes,
pauses, identifiers and sequence numbers."""
import contextlib
import socket
import struct
import time

from .. import netns
from ..behaviour import ANY, end_group, threat
from . import c2
from .tunnels_dns import wait_for

QUIET = 121.0  # seconds after which pings of the same hosts are another flow


def pairs(me):
    """(victim, far host) without end, each at most once in two minutes: the own host and its neighbours with everybody that
    they can reach."""
    near = [me.host, *(host for host in me.hosts("inside") if host.subnet == me.host.subnet and me.host.side == "inside")]
    others = [me.host, *me.hosts()]
    ways = [(victim, other) for victim in near for other in others if other is not victim]
    me.rng.shuffle(ways)
    ways.sort(key=lambda way: way[0] is not me.host)
    while True:
        idle = True
        for victim, other in ways:
            if unused(me, victim, other):
                idle = False
                yield victim, other
        me.sleep(2 if idle else 0)


def unused(me, victim, other):
    pair, since = {victim.name, other.name}, time.time() - QUIET
    return not any(lease.protocol == "icmp" and {lease.client, *lease.servers} == pair
                   and (not lease.ended or lease.ended > since) for lease in list(me.site.ledger.leases))


@threat("tunnel_icmp", family="tunnel", tools=("ptunnel-ng",), seconds=(150, 240))
def tunnel_icmp(me):
    rng = me.rng
    longest, answer = max(3.5, min(12.0, me.left() / 27)), c2.answerer(me)
    for victim, far in pairs(me):
        magic, inner = f"{rng.getrandbits(32):08x}", 0
        with me.talk(far, protocol="icmp", ports=ANY, client=victim), contextlib.suppress(*c2.BROKEN):
            inner = c2.open_on(me, far, range(7100, 7300), lambda port: me.serve(far, port, answer))
            port = rng.randrange(20000, 30000)
            loud = ["-v", "-1", "-m", magic]
            server = me.start(["ptunnel-ng", *loud, f"-r{far.address}", f"-R{inner}"], host=far)
            tuned = rng.choice(([], ["-y", rng.randrange(200, 1200)], ["-a", rng.randrange(300, 1500)],
                                ["-w", rng.randrange(8, 64)]))
            client = me.start(["ptunnel-ng", *loud, *tuned, "-p", far.address, "-l", port,
                               f"-r{far.address}", f"-R{inner}"], host=victim)
            try:
                with netns.visiting(victim.namespace):
                    talk = wait_for(me, lambda: _reached(port), 4, lambda: client.poll() is None)
                with talk:
                    c2.converse(me, talk, rng, rng.uniform(0.5, 1) * longest, most=40_000)
            finally:
                end_group(client)
                end_group(server)
        me.sleep(rng.uniform(0.1, 1))


def _reached(port):
    with contextlib.suppress(OSError):
        return socket.create_connection(("127.0.0.1", port), timeout=6)


@threat("exfil_icmp", family="exfiltration", seconds=(90, 200))
def exfil_icmp(me):
    rng = me.rng
    size, gap = rng.choice((48, 120, 400, 900, 1300)), rng.uniform(0.06, 0.5)
    slack = rng.random() < 0.5  # sizes and pauses that spread
    longest = max(2.5, min(8.0, me.left() / 27))
    counted = rng.random() < 0.7  # sequence numbers as ping has them, or a field for data too
    for victim, far in pairs(me):
        with netns.visiting(victim.namespace), socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP) as raw, \
                me.talk(far, protocol="icmp", ports=ANY, client=victim):
            me.use("own script")
            end, ident = time.monotonic() + rng.uniform(0.4, 1) * longest, rng.getrandbits(16)
            for number in range(1, 400):
                if time.monotonic() > end or me.over():
                    break
                data = rng.randbytes(rng.randrange(size // 2, size + 1) if slack else size)
                with contextlib.suppress(OSError):
                    raw.sendto(_echo(ident, number if counted else rng.getrandbits(16), data), (far.address, 0))
                me.sleep(rng.expovariate(1 / gap) if slack else gap)
        me.sleep(rng.uniform(0.1, 1.5))


def _echo(ident, number, data):
    head = struct.pack("!BBHHH", 8, 0, 0, ident, number) + data
    total = sum(struct.unpack(f"!{len(head) // 2}H", head[:len(head) & ~1])) + (head[-1] << 8 if len(head) % 2 else 0)
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return head[:2] + struct.pack("!H", ~total & 0xFFFF) + head[4:]


EVIDENCE = {
    "tunnel_icmp": ("echo requests and replies with payload",
                    lambda flow: flow.protocol == 1 and min(flow.packets) >= 4 and flow.bytes[0] > flow.packets[0] * 50, 10),
    "exfil_icmp": ("answered echo requests with payload",
                   lambda flow: flow.protocol == 1 and min(flow.packets) >= 4 and flow.bytes[0] > flow.packets[0] * 50, 10),
}
