# SPDX-License-Identifier: GPL-3.0-or-later
"""Quick scans of ports: by connections (nmap -sT, an own script) and by SYNs alone (nmap -sS, masscan, hping3).

Varied per session: the tool, its rate, how many targets, whether ports come in order, at random or the popular ones first,
how large a piece is done before the scanner turns to another target. In pieces, because while a scanner holds a whole range
of ports between two hosts, these can do nothing else."""
import contextlib

from ..behaviour import installed, threat
from .targets import Shuffled, masscan_route, span, victims
from .words import rounds


def _nmap(me, kind, hosts, ports):
    """One piece with nmap: `kind` is its option (-sT)."""
    rng = me.rng
    command = ["nmap", "-n", "-Pn", kind, "--max-retries", rng.choice("0012"), "--max-rate", rng.randrange(20, 150),
               "--host-timeout", "25s", "-p", ",".join(map(str, ports))]
    if rng.random() < 0.4:
        command.append("-r")  # ports in order
    if kind == "-sS" and rng.random() < 0.3:
        command += ["--data-length", rng.randrange(4, 40)]
    with me.talk(*hosts, ports=span(ports), protocol="tcp"):
        me.run([*command, *(me.address(host, False) for host in hosts)], timeout=30)


def _connect(me, hosts, ports, gap, patience):
    """One piece with a script of our own; some greet an open port before they leave."""
    greets = me.rng.random() < 0.5
    for port in ports:
        for host in hosts:
            if me.over():
                return
            with contextlib.suppress(OSError), me.connect(host, port, timeout=patience) as connection:
                if greets:
                    connection.settimeout(0.3)
                    connection.recv(512)
            me.sleep(me.rng.expovariate(1 / gap))


@threat("scan_connect", family="scan", tools=("nmap",), seconds=(60, 150), origin="either")
def scan_connect(me):
    rng = me.rng
    hosts, ports = victims(me, rng.choice((1, 1, 2, 3, 6))), Shuffled(rng)
    own, gap, patience = rng.random() < 0.35, rng.uniform(0.02, 0.25), rng.uniform(0.4, 1.5)
    piece = rng.randrange(20, 90)  # probes before it turns to others
    flows, most = 0, rng.randrange(150, 800)
    for _ in rounds(me, 2.2, 7):
        if flows > most:
            return
        now = rng.sample(hosts, rng.randint(1, min(3, len(hosts))))
        chosen = ports.take(max(8, piece // len(now)))
        flows += len(chosen) * len(now)
        if own:
            _connect(me, now, chosen, gap, patience)
        else:
            _nmap(me, "-sT", now, chosen)


def _masscan(me, host, ports):
    route = masscan_route(me, host)
    if not route:
        return _nmap(me, "-sS", [host], ports)
    rng = me.rng
    with me.talk(host, ports=span(ports), protocol="tcp"):
        me.run(["masscan", *route, "--source-port", str(rng.randrange(40000, 60000)), "--rate", rng.randrange(30, 140),
                "--wait", "1", "--seed", rng.randrange(10 ** 6), "-p", ",".join(map(str, ports)),
                "--range", me.address(host, False)], timeout=25)


def _hping(me, host, ports):
    low, high = span(ports)
    listed = f"{low}-{high}" if high - low < 150 else ",".join(map(str, ports))
    pause = f"u{me.rng.randrange(7000, 40000)}"  # microseconds
    with me.talk(host, ports=(low, high), protocol="tcp"):
        me.run(["hping3", "-n", "-S", "--scan", listed, "-i", pause, me.address(host, False)], timeout=20)


@threat("scan_syn", family="scan", tools=("nmap",), seconds=(60, 150), origin="either")
def scan_syn(me):
    rng = me.rng
    hosts, ports = victims(me, rng.choice((1, 1, 2, 4))), Shuffled(rng)
    tool = rng.choice([name for name in ("nmap", "nmap", "masscan", "hping3") if installed(name)])
    piece, flows, most = rng.randrange(25, 90), 0, rng.randrange(150, 800)
    for _ in rounds(me, 2.2, 7):
        if flows > most:
            return
        host, chosen = rng.choice(hosts), ports.take(piece)
        flows += len(chosen)
        if tool == "masscan":
            _masscan(me, host, chosen)
        elif tool == "hping3":
            _hping(me, host, chosen)
        else:
            _nmap(me, "-sS", [host], chosen)


EVIDENCE = {
    "scan_connect": ("a TCP connection of a few packets", lambda flow: flow.protocol == 6 and flow.packets[0] <= 8, 80),
    "scan_syn": ("SYNs without data", lambda flow: flow.protocol == 6 and flow.packets[0] <= 4 and flow.bytes[0] < 500, 80),
}
