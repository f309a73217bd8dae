# SPDX-License-Identifier: GPL-3.0-or-later
"""What scanners aim at: hosts, ports, and how packets get there. No behaviours here."""
import contextlib
import json
import subprocess

# What port lists of scanners begin with.
POPULAR = (21, 22, 23, 25, 53, 80, 88, 110, 111, 113, 119, 135, 139, 143, 161, 179, 199, 389, 443, 445, 465, 514, 515, 543,
           548, 554, 587, 631, 636, 646, 873, 990, 993, 995, 1025, 1080, 1110, 1433, 1521, 1720, 1723, 1883, 2000, 2049,
           2121, 2181, 2375, 2717, 3000, 3128, 3268, 3306, 3389, 3986, 4444, 4899, 5000, 5009, 5060, 5101, 5190, 5222, 5357,
           5432, 5601, 5631, 5666, 5672, 5800, 5900, 5985, 6000, 6001, 6379, 6443, 6646, 6667, 7000, 7070, 8000, 8008, 8009,
           8080, 8081, 8088, 8443, 8888, 9000, 9090, 9100, 9200, 9418, 9999, 10000, 11211, 15672, 27017, 32768, 49152,
           49153, 49154)


def victims(me, most):
    """Up to `most` hosts, those first that run something a scanner would find. From outside only what lies inside."""
    hosts = me.hosts("inside") or me.hosts()
    me.rng.shuffle(hosts)
    busy = {service.host for service in me.site.services}
    hosts.sort(key=lambda host: (host not in busy) * me.rng.random())
    return hosts[:most]


def span(ports):
    return min(ports), max(ports)


class Shuffled:
    """Ports in the order in which this session's scanner works them off; begins again when all are done."""

    def __init__(self, rng):
        self._rng = rng
        manner = rng.choice(("popular", "low", "range", "mixed"))
        first = rng.randrange(1, 3000)
        low, block = list(range(1, 1025)), list(range(first, first + 900))
        self._ports = {"popular": list(POPULAR) + low, "low": low, "range": block,
                       "mixed": list(POPULAR) + rng.sample(range(1, 60000), 500)}[manner]
        self._ports = list(dict.fromkeys(self._ports))
        if manner != "low" and rng.random() < 0.5:
            rng.shuffle(self._ports)
        self._next = 0

    def take(self, number):
        if self._next + number > len(self._ports):
            self._next = 0
        taken = self._ports[self._next:self._next + number]
        self._next += number
        return taken


def open_ports(me, host, protocol="tcp"):
    """Ports on which the host offers a service."""
    return sorted({service.port for service in me.site.services if service.host is host and service.protocol == protocol})


def masscan_route(me, host):
    """masscan has a stack of its own and must be told the way: interface, addresses and the next hop's MAC; None when it is
    not known."""
    def ask(*arguments):
        done = subprocess.run(["ip", "-n", me.host.namespace, "-j", *arguments], capture_output=True, check=True, timeout=5)
        return json.loads(done.stdout or b"[]")

    address = me.address(host, False)
    with contextlib.suppress(subprocess.SubprocessError, OSError, ValueError, KeyError, IndexError):
        way = ask("route", "get", address)[0]
        hop = way.get("gateway", address)
        for _ in range(2):
            for neighbour in ask("neigh", "show", hop):
                if "lladdr" in neighbour:
                    return ["--adapter", way["dev"], "--adapter-ip", way["prefsrc"], "--router-mac", neighbour["lladdr"]]
            with contextlib.suppress(OSError), me.connect(host, 9, timeout=0.5):  # makes the kernel ask for the MAC
                pass
    return None
