# SPDX-License-Identifier: GPL-3.0-or-later
"""What beacons, tunnels and exfiltration share: far ends of our own, sleep models, sizes, and conversations of random bytes.
No behaviours here. The far end stands outside where the site has an outside, on a port that none of its services has."""
import contextlib
import math
import random
import socket
import ssl
import threading
import time

from .. import clients, netns
from ..behaviour import Over
from ..site import Service

ODD = (1337, 2222, 4443, 4444, 5555, 6666, 7443, 8081, 8444, 8999, 9001, 9443, 10443, 31337, 40056, 50050)
COMMON = (21, 25, 53, 80, 110, 143, 443, 587, 993, 995, 3389, 5222, 5900, 8080, 8443)
BROKEN = (OSError, ValueError, EOFError)  # how a conversation may fail; ssl's errors are OSErrors


# --- far ends -----------------------------------------------------------------------------------------------------------

_claimed = set()  # (host, port, protocol) that sessions' programs have or will have
_claiming = threading.Lock()


def taken(me, host, port, protocol="tcp"):
    return (host, port, protocol) in _claimed or any(service.host is host and service.port == port and
                                                     service.protocol == protocol for service in me.site.services)


def far(me):
    """A host for a server of ours, outside if there is one."""
    hosts = me.hosts("outside") or me.hosts()
    if not hosts:
        raise Over
    return me.rng.choice(hosts)


def spare(me, port, protocol):
    """Hosts that have a port to spare, those outside if any."""
    for side in ("outside", None):
        hosts = [host for host in me.hosts(side) if not taken(me, host, port, protocol) and _vacant(host, port, protocol)]
        if hosts:
            return hosts
    return []


def _vacant(host, port, protocol):
    """A program that listens on all addresses needs a port that nobody has on any."""
    kind = socket.SOCK_STREAM if protocol == "tcp" else socket.SOCK_DGRAM
    with netns.visiting(host.namespace), socket.socket(socket.AF_INET, kind) as probe:
        try:
            probe.bind(("0.0.0.0", port))
        except OSError:
            return False
    return True


@contextlib.contextmanager
def claimed(me, port, protocol):
    """A host whose port is this session's; waits until one has it to spare."""
    while True:
        with _claiming:
            hosts = spare(me, port, protocol)
            if hosts:
                host = me.rng.choice(hosts)
                _claimed.add((host, port, protocol))
                break
        me.sleep(2)
    try:
        yield host
    finally:
        _claimed.discard((host, port, protocol))


@contextlib.contextmanager
def claimed_on(me, host, ports, protocol="tcp"):
    """One of `ports` of this host, or any where all are taken, that is this session's: for a program that binds it later."""
    with _claiming:
        drawn = [*me.rng.sample(ports, len(ports)), *(me.rng.randrange(20000, 30000) for _ in range(5))]
        port = next((port for port in drawn if not taken(me, host, port, protocol) and _vacant(host, port, protocol)), 0)
        if not port:
            raise Over
        _claimed.add((host, port, protocol))
    try:
        yield port
    finally:
        _claimed.discard((host, port, protocol))


def open_on(me, host, ports, listen, protocol="tcp"):
    """Calls listen(port) with one after the other of `ports` in random order until one is free; returns that port."""
    ports = [port for port in ports if not taken(me, host, port, protocol)]
    for port in [*me.rng.sample(ports, len(ports)), *(me.rng.randrange(20000, 30000) for _ in range(5))]:
        with contextlib.suppress(OSError):  # another session of ours listens there
            listen(port)
            return port
    raise Over


def generators(me):
    """For the far end of a session: each call gives the next connection a generator of its own, so that the threads there
    take nothing from `me.rng`, whose order the session alone makes."""
    seeds = random.Random(me.rng.random())
    return lambda: random.Random(seeds.random())


def server(me, handle, ports=None, tls=False, host=None, kind="c2", **facts):
    """A TCP server of ours somewhere, as a Service that clients.py can speak with. handle(connection) runs in a thread for
    each connection, after the TLS handshake."""
    host = host or far(me)
    context = server_context(me, host) if tls else None

    def answer(connection):
        if not context:
            return handle(connection)
        with context.wrap_socket(connection, server_side=True) as secure:
            return handle(secure)

    port = open_on(me, host, ports or ODD, lambda port: me.serve(host, port, answer))
    return Service(kind, host, port, "tcp", "own script", {"tls": tls, **facts})


def datagram_server(me, answer, ports, host=None):
    host = host or far(me)
    port = open_on(me, host, ports, lambda port: me.serve_datagrams(host, port, answer), "udp")
    return Service("c2", host, port, "udp", "own script")


def server_context(me, host):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*map(str, me.site.certificates.draw(me.rng, me.site.full_name(host))))
    if me.rng.random() < 0.3:
        context.num_tickets = me.rng.choice((0, 1))
    return context


@contextlib.contextmanager
def reach(me, service, style, timeout=10.0):
    """TCP, or TLS where the service has it."""
    if service.facts.get("tls"):
        with clients.tls(me, service, style=style, timeout=timeout) as talk:
            yield talk
    else:
        with me.connect(service, timeout=timeout) as talk:
            yield talk


# --- time ---------------------------------------------------------------------------------------------------------------

def pace(me, least=24, lowest=2.5, highest=9.0):
    """Mean seconds of sleep such that at least about `least` check-ins fit into the session."""
    return max(lowest, min(highest, me.left() / me.rng.uniform(least, least * 1.8)))


def rhythm(me, mean=None):
    """Without end: (seconds to sleep, whether a task comes), as one framework does it. Cobalt Strike sleeps up to its jitter
    percentage less than set, Sliver up to its jitter more, Mythic either way, Empire by a fixed delay with bursts of tasks,
    Meterpreter ever longer until a task comes, a cron job by the clock."""
    rng = me.rng
    mean = mean or pace(me)
    model = rng.choice(("cobalt", "cobalt", "sliver", "mythic", "empire", "meterpreter", "clock"))
    jitter = rng.choice((0.0, rng.uniform(0.05, 0.2), rng.uniform(0.2, 0.5)))
    base = {"cobalt": mean / (1 - jitter / 2), "sliver": mean / (1 + jitter)}.get(model, mean)
    tasks, burst, silent = rng.uniform(0.04, 0.2), 0, 0
    began, beats = time.monotonic(), 0
    while True:
        task = burst > 0 or rng.random() < tasks
        if burst > 0:
            burst -= 1
        elif task and rng.random() < 0.4:
            burst = rng.randrange(1, 5)  # somebody is at the keyboard
        silent = 0 if task else silent + 1
        if model == "cobalt":
            seconds = base * (1 - jitter * rng.random())
        elif model == "sliver":
            seconds = base * (1 + 2 * jitter * rng.random())
        elif model == "mythic":
            seconds = base * (1 + jitter * rng.uniform(-1, 1))
        elif model == "meterpreter":
            seconds = min(base * 1.5, 0.3 + 0.25 * base * silent)
        elif model == "clock":
            beats += 1
            seconds = max(0.2, began + beats * base - time.monotonic())
        else:
            seconds = base * (0.4 if burst else 1.1)
        yield seconds, task


def size(rng, median, spread=0.8, most=4_000_000):
    """Of log-normal sizes, bytes."""
    return max(1, min(most, round(median * math.exp(rng.gauss(0, spread)))))


def together(me, count, act):
    """act(number, rng) in `count` threads at once, each with a generator of its own; they too live in the host's
    namespace."""
    def one(number, rng):
        with contextlib.suppress(Over, *BROKEN):
            act(number, rng)

    threads = [threading.Thread(target=one, args=(number, random.Random(me.rng.random())), daemon=True)
               for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


# --- conversations for the inside of tunnels ----------------------------------------------------------------------------

def exactly(talk, count):
    data = bytearray()
    while len(data) < count:
        piece = talk.recv(min(65536, count - len(data)))
        if not piece:
            raise EOFError
        data += piece
    return bytes(data)


def answerer(me):
    """A far end that answers requests, for `me.serve`."""
    fresh = generators(me)
    return lambda talk: answer_requests(talk, fresh())


def answer_requests(talk, rng):
    """The far end of `request`: reads how much comes and how much is wanted, both sealed with a random mask."""
    while True:
        head = exactly(talk, 12)
        up, down = (int.from_bytes(head[at:at + 4], "big") ^ int.from_bytes(head[:4], "big") for at in (4, 8))
        exactly(talk, min(up, 8_000_000))
        talk.sendall(rng.randbytes(min(down, 8_000_000)))


def request(talk, rng, up, down):
    mask = rng.getrandbits(32)
    talk.sendall(b"".join(number.to_bytes(4, "big") for number in (mask, up ^ mask, down ^ mask)) + rng.randbytes(up))
    exactly(talk, down)


def converse(me, talk, rng, seconds, most=400_000):
    """Speaks for some seconds as what people send through tunnels: keystrokes, pages, files either way, polls. `most`:
    bytes of one answer that the tunnel carries in a bearable time."""
    end = time.monotonic() + seconds
    style = rng.choice(("keys", "pages", "upload", "download", "polls", "mixed"))
    while time.monotonic() < end and not me.over():
        now = rng.choice(("keys", "pages", "upload", "download", "polls")) if style == "mixed" else style
        if now == "keys":
            request(talk, rng, size(rng, 4, 1.0, 200), size(rng, 60, 1.4, min(most, 8000)))
            pause = rng.expovariate(3)
        elif now == "pages":
            request(talk, rng, size(rng, min(400, most), 0.4, 2000), size(rng, min(9000, most / 4), 1.2, most))
            pause = rng.expovariate(1 / 1.2)
        elif now == "polls":
            request(talk, rng, size(rng, 90, 0.3, 400), size(rng, 120, 0.6, min(most, 3000)))
            pause = rng.uniform(0.7, 2.5)
        else:
            large, small = size(rng, most / 4, 0.8, most), size(rng, 40, 0.5, 300)
            request(talk, rng, *((large, small) if now == "upload" else (small, large)))
            pause = rng.uniform(0.5, 4)
        me.sleep(min(pause, max(0.01, end - time.monotonic())))
