# SPDX-License-Identifier: GPL-3.0-or-later
"""A botnet without a master: peers on several hosts of the site, inside and outside, that gossip by UDP: hello, lists of
peers, lumps of data in pieces; random bytes of random sizes. Only those who can reach each other speak: nobody calls in
through the gateway.

Varied per session: who takes part, ports, sizes, the beat, how long a bot keeps its port, whether it asks from there or from
a new port every time."""
import contextlib
import socket
import time

from .. import netns
from ..behaviour import threat
from . import c2


@threat("p2p_bot", family="p2p", seconds=(90, 220))
def p2p_bot(me):
    rng = me.rng
    mates = rng.sample(me.hosts(), min(len(me.hosts()), rng.randrange(3, 7)))
    bots = [me.host, *mates]
    base = rng.randrange(10000, 60000, 100)
    lists = rng.choice((60, 200, 700))
    fixed = rng.random() < 0.5  # asks from the port on which it listens
    hello = rng.choice((16, 44, 100))
    beat = rng.uniform(1.2, 5) * (1 if fixed else 3)
    stays = max(12.0, me.left() / rng.uniform(3, 6))  # seconds on one port
    homes = {bot: None for bot in bots}  # the port on which each listens now
    with contextlib.ExitStack() as stack:
        for bot in bots:
            for peer in reach(bot, bots):
                stack.enter_context(me.talk(peer, protocol="udp", ports=(base, base + 99), client=bot))
        me.use("own script")

        def live(number, own):
            bot = bots[number]
            while not me.over():
                try:
                    home = at_home(bot, base + own.randrange(100))
                except OSError:  # somebody has that port
                    me.sleep(0.1)
                    continue
                with home:
                    homes[bot] = home.getsockname()[1]
                    gossip(bot, own, home, time.monotonic() + stays * own.uniform(0.6, 1.4))

        def gossip(bot, own, home, until):
            due = time.monotonic() + own.random() * beat
            while time.monotonic() < until and not me.over():
                home.settimeout(max(0.02, min(due - time.monotonic(), 1.0)))
                with contextlib.suppress(OSError):  # silence, or an error of a peer that has moved
                    data, peer = home.recvfrom(4096)
                    if data[:1] < b"\xe0":  # a question
                        count = c2.size(own, lists if data[:1] < b"\x80" else hello, 0.5, 1350)
                        home.sendto(b"\xe0" + own.randbytes(count), peer)
                if time.monotonic() >= due:
                    due = time.monotonic() + own.uniform(0.3, 1.7) * beat
                    with contextlib.suppress(OSError):
                        tell(bot, own, home)

        def tell(bot, own, home):
            peers = [peer for peer in reach(bot, bots) if homes[peer]]
            for peer in own.sample(peers, min(len(peers), own.randrange(1, 4))):
                there = (peer.address, homes[peer])
                lump = own.randrange(2, 14) if own.random() < 0.08 else 0
                asking = home if fixed else at_home(bot, 0)
                for _ in range(lump or 1):
                    count = own.randrange(600, 1300) if lump else c2.size(own, hello, 0.3, 400)
                    asking.sendto(bytes([own.randrange(0xE0)]) + own.randbytes(count), there)
                if asking is not home:
                    with asking, contextlib.suppress(OSError):
                        asking.settimeout(1.0)
                        for _ in range(lump or 1):
                            asking.recv(4096)

        c2.together(me, len(bots), live)


def reach(bot, bots):
    """Whom a bot can call."""
    return [peer for peer in bots if peer is not bot and (peer.side == bot.side or bot.side == "inside")]


def at_home(bot, port):
    with netns.visiting(bot.namespace):
        home = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        home.bind((bot.address, port))
    except OSError:
        home.close()
        raise
    return home


EVIDENCE = {"p2p_bot": ("answered datagrams between peers", lambda flow: flow.protocol == 17 and min(flow.packets) >= 1, 15)}
