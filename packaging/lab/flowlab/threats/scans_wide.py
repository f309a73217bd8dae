# SPDX-License-Identifier: GPL-3.0-or-later
"""Scans that try to stay unseen or to see everything: slow scans (one probe every 1-6 s) and sweeps (one question to all
hosts).

Varied per session: how slow and how regular, whether one host's ports or many hosts' few ports; for sweeps the tool, the
ports and pings, the order of hosts, the pause until the next sweep."""
import contextlib

from ..behaviour import threat
from .targets import Shuffled, span, victims
from .words import rounds


@threat("scan_slow", family="scan", tools=("nmap",), seconds=(160, 240), origin="either")
def scan_slow(me):
    rng = me.rng
    hosts, ports = victims(me, rng.choice((1, 2, 5, 10))), Shuffled(rng)
    delay, jitter, patience = rng.uniform(1, 4), rng.choice((0, 0.1, 0.5)), rng.uniform(0.5, 3)
    waits = rng.random() < 0.4  # for a greeting
    if rng.random() < 0.3:  # nmap's own way to be slow: -T1, -T2 and delays between them
        for _ in rounds(me, 2, 3):
            host, chosen = rng.choice(hosts), sorted(ports.take(rng.randrange(4, 9)))
            with me.talk(host, ports=span(chosen), protocol="tcp"):
                me.run(["nmap", "-n", "-Pn", rng.choice(("-sS", "-sT")), "--max-retries", "0",
                        "--scan-delay", f"{delay / 2:.2f}s", "-p", ",".join(map(str, chosen)), me.address(host, False)],
                       timeout=40)
    while not me.over():
        host = rng.choice(hosts)
        with contextlib.suppress(OSError), me.connect(host, ports.take(1)[0], timeout=patience) as connection:
            if waits:
                connection.settimeout(rng.uniform(0.2, 1.0))
                connection.recv(256)
        me.sleep(delay * rng.uniform(1 - jitter, 1 + jitter))


def _ping_all(me, hosts):
    for host in hosts:
        with me.talk(host, protocol="icmp", ports=None):
            me.run(["ping", "-n", "-q", "-c", me.rng.choice("112"), "-W", "1", "-s", me.rng.choice((8, 24, 32, 56, 56)),
                    me.address(host, False)], timeout=3)
        me.sleep(me.rng.uniform(0, 0.2))


def _connect_all(me, hosts, ports):
    for port in ports:
        for host in hosts:
            with contextlib.suppress(OSError), me.connect(host, port, timeout=me.rng.uniform(0.2, 0.8)):
                pass
            me.sleep(me.rng.uniform(0, 0.1))


def _nmap_all(me, hosts, ports, pings):
    rng = me.rng
    listed = ",".join(map(str, ports))
    with contextlib.ExitStack() as stack:
        for port in ports:
            stack.enter_context(me.talk(*hosts, ports=port, protocol="tcp"))
        if pings:
            stack.enter_context(me.talk(*hosts, protocol="icmp", ports=None))
            how = ["-sn", "--disable-arp-ping", rng.choice(("-PE", "-PP", "-PE")),
                   rng.choice((f"-PS{listed}", f"-PA{listed}"))]
        else:
            how = ["-Pn", rng.choice(("-sS", "-sT")), "-p", listed]
        me.run(["nmap", "-n", *how, "--max-retries", "1", "--max-rate", rng.randrange(20, 150), "--host-timeout", "15s",
                *(me.address(host, False) for host in hosts)], timeout=20)


# What sweeps ask for: ports of remote access, files, databases and the web.
WANTED = (21, 22, 23, 25, 53, 80, 110, 139, 143, 389, 443, 445, 1433, 3306, 3389, 5432, 5900, 5985, 6379, 8080, 8443, 9200,
          11211, 27017)


@threat("scan_sweep", family="scan", tools=("nmap", "ping"), seconds=(70, 160), origin="either")
def scan_sweep(me):
    rng = me.rng
    hosts = victims(me, 40)
    wanted = rng.sample(WANTED, rng.randrange(6, 20))
    means = rng.choice(("own", "nmap", "nmap", "both"))
    at_once = rng.choice((1, 2, 3, 4))  # ports that one sweep asks for
    for _ in rounds(me, 1.6, 4):
        if rng.random() < 0.5:
            rng.shuffle(hosts)
        ports = rng.sample(wanted, at_once)
        if means == "own" or (means == "both" and rng.random() < 0.5):
            _connect_all(me, hosts, ports)
            if rng.random() < 0.2:
                _ping_all(me, hosts)
        else:
            _nmap_all(me, hosts, ports, rng.random() < 0.5)


EVIDENCE = {
    "scan_slow": ("a probe of a few packets", lambda flow: flow.protocol == 6 and flow.packets[0] <= 8, 20),
    "scan_sweep": ("a probe of a few packets", lambda flow: max(flow.packets) <= 12, 30),
}
