# SPDX-License-Identifier: GPL-3.0-or-later
"""Scans that ask what runs there: service scans (nmap -sV, nmap's harmless scripts, an own banner grabber) and UDP scans.

Varied per session: the tool, nmap's intensity, which ports besides the open ones, the probes and their order, patience."""
import contextlib
import ssl
import struct

from .. import clients
from ..behaviour import threat
from .targets import POPULAR, open_ports, victims
from .words import rounds

SCRIPTS = ("banner", "ssl-cert", "http-title", "http-headers", "ssh-hostkey", "ssh2-enum-algos", "http-methods", "ftp-anon",
           "smtp-commands", "imap-capabilities", "rdp-ntlm-info", "http-server-header", "ssl-enum-ciphers", "mysql-info")


@contextlib.contextmanager
def _ports_of(me, host, ports, protocol="tcp"):
    """Each port by itself, so that what lies between them stays free for others."""
    with contextlib.ExitStack() as stack:
        for port in sorted(ports):
            stack.enter_context(me.talk(host, ports=port, protocol=protocol))
        yield


def _nmap_services(me, host, ports, intensity, scripts):
    rng = me.rng
    command = ["nmap", "-n", "-Pn", rng.choice(("-sT", "-sS")), "--host-timeout", "30s", "--max-retries", "1",
               "-p", ",".join(map(str, ports))]
    if not scripts or rng.random() < 0.5:
        command += ["-sV", "--version-intensity", intensity]
    if scripts:
        command += ["--script", ",".join(rng.sample(SCRIPTS, rng.randint(2, 5))), "--script-timeout", "12s"]
    with _ports_of(me, host, ports):
        me.run([*command, me.address(host, False)], timeout=35)


def _grab(me, service_port, host, style):
    """Listens for a greeting, and asks when none comes; over TLS where plain text is not understood."""
    rng = me.rng
    questions = (b"GET / HTTP/1.0\r\n\r\n", b"HEAD / HTTP/1.1\r\nHost: x\r\n\r\n", b"\r\n\r\n", b"HELP\r\n",
                 b"OPTIONS * HTTP/1.0\r\n\r\n", rng.randbytes(rng.randrange(4, 60)))
    said, heard = b"", False
    with contextlib.suppress(OSError), me.connect(host, service_port, timeout=1.5) as connection:
        heard = True
        connection.settimeout(rng.uniform(0.3, 0.9))
        with contextlib.suppress(TimeoutError):
            said = connection.recv(1024)
        if not said:
            connection.sendall(rng.choice(questions))
            said = connection.recv(4096)
    if heard and not said and rng.random() < 0.7:
        with contextlib.suppress(OSError, ssl.SSLError, ValueError):
            with clients.tls(me, host, port=service_port, style=style, timeout=2) as secure:
                secure.sendall(rng.choice(questions))
                secure.recv(4096)


@threat("scan_service", family="scan", tools=("nmap",), seconds=(90, 200), origin="either")
def scan_service(me):
    rng = me.rng
    hosts = victims(me, rng.randrange(3, 9))
    own, scripts, intensity = rng.random() < 0.4, rng.random() < 0.4, rng.choice((0, 1, 2, 2, 4, 5))
    style = clients.style(me)
    for _ in rounds(me, 2, 6):
        host = rng.choice(hosts)
        known = open_ports(me, host)
        ports = set(rng.sample(known, min(len(known), rng.randint(1, 3)))) | set(rng.sample(POPULAR, rng.randint(2, 9)))
        if not own:
            _nmap_services(me, host, sorted(ports), intensity, scripts)
            continue
        order = list(ports)
        rng.shuffle(order)
        for port in order:
            _grab(me, port, host, style)
            me.sleep(rng.uniform(0.02, 0.5))


# --- UDP ----------------------------------------------------------------------------------------------------------------

UDP_PORTS = (7, 19, 67, 69, 111, 123, 137, 138, 161, 177, 500, 514, 520, 623, 1194, 1434, 1604, 1701, 1812, 1900, 2049, 3478,
             3702, 4500, 5060, 5351, 5353, 5683, 6881, 11211, 17185, 27015, 31337, 33434, 47808, 49152)


def _probe(rng, port):
    """What a scanner sends to a port: the protocol's own question where it knows one."""
    name = b"\x07version\x04bind\x00"
    known = {53: rng.randbytes(2) + b"\x01\x00\x00\x01\0\0\0\0\0\0" + name + b"\0\x10\0\x03",
             123: b"\xe3" + b"\0" * 39 + rng.randbytes(8),
             69: b"\0\x01" + b"startup-config\0octet\0",
             161: b"\x30\x26\x02\x01\x01\x04\x06public\xa0\x19\x02\x04" + struct.pack("!I", rng.randrange(1 << 30)) +
                  b"\x02\x01\0\x02\x01\0\x30\x0b\x30\x09\x06\x05\x2b\x06\x01\x02\x01\x05\0",
             5060: b"OPTIONS sip:nm SIP/2.0\r\nVia: SIP/2.0/UDP nm;branch=z9\r\nFrom: <sip:nm@nm>;tag=root\r\n"
                   b"To: <sip:nm2@nm2>\r\nCall-ID: %d\r\nCSeq: 1 OPTIONS\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n"
                   % rng.randrange(10 ** 8),
             1900: b"M-SEARCH * HTTP/1.1\r\nHost:239.255.255.250:1900\r\nST:ssdp:all\r\n"
                   b"Man:\"ssdp:discover\"\r\nMX:3\r\n\r\n",
             3478: b"\0\x01\0\0\x21\x12\xa4\x42" + rng.randbytes(12),
             137: rng.randbytes(2) + b"\0\0\0\x01" + b"\0" * 6 + b"\x20CK" + b"A" * 30 + b"\0\0\x21\0\x01"}
    return known.get(port) or rng.randbytes(rng.choice((0, 1, 4, 8, 12, 24, 40)))


def _own_datagrams(me, host, ports, gap):
    with me.talk(host, protocol="icmp", ports=None):  # closed ports answer with it
        for port in ports:
            with contextlib.suppress(OSError), me.datagrams(host, port, timeout=me.rng.uniform(0.05, 0.4)) as socket:
                for _ in range(me.rng.choice((1, 1, 2))):
                    socket.send(_probe(me.rng, port))
                    with contextlib.suppress(TimeoutError):
                        socket.recv(4096)
                        break
            me.sleep(me.rng.expovariate(1 / gap))


@threat("scan_udp", family="scan", tools=("nmap",), seconds=(80, 180), origin="either")
def scan_udp(me):
    rng = me.rng
    hosts = victims(me, rng.choice((1, 2, 4, 8)))
    own, gap, number = rng.random() < 0.4, rng.uniform(0.02, 0.4), rng.randrange(8, 26)
    resolvers = {service.host for service in me.site.services if service.kind == "dns"}
    for _ in rounds(me, 2, 5):
        host = rng.choice(hosts)
        # Nobody's lookups may fall to the scan: port 53 is left alone where one asks for names.
        known = [port for port in open_ports(me, host, "udp") if port != 53 or host not in resolvers]
        likely = rng.sample(known, min(2, len(known))) + rng.sample(UDP_PORTS, number // 2)
        ports = list(dict.fromkeys(likely + rng.sample(range(1024, 60000), number - number // 2)))
        rng.shuffle(ports)
        if own:
            _own_datagrams(me, host, ports, gap)
            continue
        with me.talk(host, protocol="icmp", ports=None), _ports_of(me, host, ports, "udp"):
            me.run(["nmap", "-n", "-Pn", "-sU", "--max-retries", rng.choice("01"), "--min-rate", 10,
                    "--max-rate", rng.randrange(15, 60), "--host-timeout", "20s",
                    *rng.choice(([], [], ["-sV", "--version-intensity", 0])),
                    "-p", ",".join(map(str, ports)), me.address(host, False)], timeout=22)


EVIDENCE = {
    "scan_service": ("a connection on which the server said something",
                     lambda flow: flow.protocol == 6 and flow.packets[1] > 2, 8),
    "scan_udp": ("one or two datagrams", lambda flow: flow.protocol == 17 and flow.packets[0] <= 4, 60),
}
