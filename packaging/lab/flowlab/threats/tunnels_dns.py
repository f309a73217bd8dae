# SPDX-License-Identifier: GPL-3.0-or-later
"""Tunnels through DNS with the real tools, iodine and dns2tcp, to a server of ours on port 53. What goes through the tunnel
stays there: the iodine side binds to the tunnel's device and address, the dns2tcp side speaks with the program's local port
only.

Varied per session: the zone, how long a client runs and what is said; the client is started anew every now and then, each
time with another query type, encoding and fragment size."""
import contextlib
import fcntl
import ipaddress
import socket
import struct
import subprocess
import threading
import time

from .. import netns
from ..behaviour import end_group, threat
from . import c2

PORT = 7070  # of the server inside the tunnel
SIOCGIFADDR = 0x8915


def network_apart(me):
    """A /27 for the tunnel (its clients stay known for a minute) that no subnet of the site meets; RFC 2544."""
    while True:
        network = ipaddress.ip_network(f"198.19.{me.rng.randrange(200, 250)}.{me.rng.randrange(8) * 32}/27")
        if not any(network.overlaps(subnet.network) for subnet in getattr(me.site.description, "subnets", ())):
            return network


def zone(rng):
    word = "".join(rng.sample("abcdefghijklmnop", rng.randrange(4, 9)))
    return rng.choice(("t.{}.example", "ns.{}.test", "{}.example")).format(word)


def address_of(device):
    """Of a device in this thread's namespace, None while it has none."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket, contextlib.suppress(OSError):
        said = fcntl.ioctl(any_socket, SIOCGIFADDR, struct.pack("256s", device.encode()))
        return socket.inet_ntoa(said[20:24])


def wait_for(me, ready, seconds, alive=lambda: True):
    end = time.monotonic() + seconds
    while time.monotonic() < end and alive():
        if found := ready():
            return found
        me.sleep(0.1)
    raise TimeoutError("the tunnel does not come up")


def bound(address, device):
    """A TCP socket that can take no way but the tunnel."""
    plain = socket.socket()
    plain.settimeout(9)
    plain.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    plain.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, device.encode() + b"\0")
    plain.bind((address, 0 if device.startswith("to") else PORT))
    return plain


def accept(listening, handle):
    def answer(talk):
        with talk, contextlib.suppress(*c2.BROKEN):
            talk.settimeout(30)
            handle(talk)

    with contextlib.suppress(OSError):
        listening.settimeout(None)
        while True:
            threading.Thread(target=answer, args=(listening.accept()[0],), daemon=True).start()


@threat("tunnel_dns_iodine", family="tunnel", tools=("iodine", "iodined"), seconds=(140, 240))
def tunnel_dns_iodine(me):
    rng = me.rng
    network, domain, password = network_apart(me), zone(rng), rng.randbytes(6).hex()
    number = rng.randrange(100)
    here, there = f"to{number}", f"from{number}"
    with c2.claimed(me, 53, "udp") as server, me.talk(server, protocol="udp", ports=53):
        daemon = me.start(["iodined", "-f", "-c", "-d", there, "-P", password, f"{network[1]}/27", domain], host=server)

        def listening():
            with netns.visiting(server.namespace):
                return address_of(there) and bound(address_of(there), there)

        with wait_for(me, listening, 5, lambda: daemon.poll() is None) as inner:
            inner.listen(8)
            threading.Thread(target=accept, args=(inner, c2.answerer(me)), daemon=True).start()
            longest = max(5.0, min(15.0, me.left() / 27))
            while not me.over():
                client = me.start([*_iodine(rng, here, password), server.address, domain])
                try:
                    with contextlib.suppress(*c2.BROKEN):
                        address = wait_for(me, lambda: address_of(here), 9, lambda: client.poll() is None)
                        me.sleep(0.3)  # the device has its address before it is up
                        with bound(address, here) as talk:
                            talk.connect((str(network[1]), PORT))
                            c2.converse(me, talk, rng, rng.uniform(0.4, 1) * longest, most=12_000)
                finally:
                    end_group(client)
                me.sleep(rng.uniform(0.2, 2))


def _iodine(rng, device, password):
    command = ["iodine", "-f", "-d", device, "-P", password]
    if rng.random() < 0.85:
        command += ["-r"]  # no short cut by plain UDP
    if rng.random() < 0.95:  # found out by itself otherwise, which takes seconds
        command += ["-m", rng.randrange(180, 1100)]
    if rng.random() < 0.85:
        command += ["-T", kind := rng.choice(("NULL", "PRIVATE", "TXT", "SRV", "MX", "CNAME"))]
        if kind not in ("NULL", "PRIVATE"):
            command += ["-O", rng.choice(("base32", "base64", "base128"))]
    return command + rng.choice(([], [], ["-L", 0], ["-I", rng.randrange(1, 4)], ["-M", rng.randrange(130, 255)]))


@threat("tunnel_dns2tcp", family="tunnel", tools=("dns2tcpc", "dns2tcpd"), seconds=(120, 240))
def tunnel_dns2tcp(me):
    rng = me.rng
    with c2.claimed(me, 53, "udp") as server:
        _dns2tcp(me, server, zone(rng), rng.randbytes(6).hex())


def _dns2tcp(me, server, domain, key):
    rng = me.rng
    answer = c2.answerer(me)
    inner = c2.open_on(me, server, range(7000, 7100), lambda port: me.serve(server, port, answer))
    settings = me.folder / "dns2tcpd.conf"
    (me.folder / "empty").mkdir(exist_ok=True)
    settings.write_text(f"listen = {server.address}\nport = 53\nuser = root\nchroot = {me.folder}/empty\ndomain = {domain}\n"
                        f"key = {key}\nresources = inner:{server.address}:{inner}\n", encoding="ascii")
    with me.talk(server, protocol="udp", ports=53):
        # It reads its standard input as well, and would spin on one that has ended.
        me.start(["dns2tcpd", "-F", "-d", "1", "-f", settings], host=server, stdin=subprocess.PIPE)
        me.sleep(0.7)
        longest = max(4.0, min(16.0, me.left() / 27))
        while not me.over():
            port = rng.randrange(10000, 20000)
            client = me.start(["dns2tcpc", "-z", domain, "-k", key, "-r", "inner", "-l", port,
                               "-T", rng.choice(("TXT", "KEY")), *rng.choice(([], ["-c"])),
                               *rng.choice(([], ["-t", rng.randrange(1, 5)])), server.address])
            try:
                with contextlib.suppress(*c2.BROKEN), local(me, port, client) as talk:
                    c2.converse(me, talk, rng, rng.uniform(0.4, 1) * longest, most=12_000)
            finally:
                end_group(client)
            me.sleep(rng.uniform(0.2, 2))


def local(me, port, program):
    """A connection to a program of this host that listens on the loopback address."""
    def reached():
        with contextlib.suppress(OSError):
            return socket.create_connection(("127.0.0.1", port), timeout=8)

    return wait_for(me, reached, 6, lambda: program.poll() is None)


EVIDENCE = {name: ("many answered queries in a flow to port 53",
                   lambda flow: flow.protocol == 17 and flow.dport == 53 and min(flow.packets) >= 8 and
                   sum(flow.bytes) > 2500, 12)
            for name in ("tunnel_dns_iodine", "tunnel_dns2tcp")}
