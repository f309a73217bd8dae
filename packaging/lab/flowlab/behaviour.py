# SPDX-License-Identifier: GPL-3.0-or-later
"""What a behaviour is, the list of all of them, and what each gets to act with.

A behaviour is a function that takes an `Actor`. An honest one does its work once and returns; the lab repeats it with
pauses. A threat acts until `me.over()`, in as many flows as fit (20 at least where it can be), and draws its parameters
(rate, jitter, sizes, paths, tool, order) from `me.rng` anew for each session. It runs in a thread of its own that lives in
its host's network namespace: sockets that it opens belong there.

    @honest("web_browse", needs=("web",), tools=("curl",))
    def web_browse(me):
        web = me.choose("web")
        with me.talk(web):
            me.run(["curl", ...])

    @threat("scan_syn", family="scan", tools=("nmap|masscan",), seconds=(60, 150))
    def scan_syn(me): ...

`needs` are kinds of services that the site must have (services/, reachable from the client), `tools` are programs
("a|b": one of them is enough; "python:NAME" a Python module). Whatever lacks one is skipped, with a line that says so.
"""
import contextlib
import dataclasses
import importlib.util
import os
import pathlib
import random
import shutil
import signal
import socket
import subprocess
import threading
import time

from . import netns
from .ledger import ANY, Lease, Over, Talk

BEHAVIOURS = {}  # name -> Behaviour


@dataclasses.dataclass(frozen=True)
class Behaviour:
    name: str  # the flows' class in the corpus
    kind: str  # benign | threat
    family: str
    act: object  # function of an Actor
    needs: tuple = ()
    tools: tuple = ()
    pause: float = 10  # benign: mean seconds between two actions of one host
    seconds: tuple = (90, 240)  # threat: how long a session may take
    origin: str = "inside"  # inside | outside | either: where its client may stand


def honest(name, *, family="work", needs=(), tools=(), pause=10.0, origin="inside"):
    return _register(name, "benign", family, needs=needs, tools=tools, pause=pause, origin=origin)


def threat(name, *, family, needs=(), tools=(), seconds=(90, 240), origin="inside"):
    return _register(name, "threat", family, needs=needs, tools=tools, seconds=seconds, origin=origin)


def _register(name, kind, family, **facts):
    def keep(function):
        if name in BEHAVIOURS:
            raise ValueError(f"two behaviours are called {name}")
        BEHAVIOURS[name] = Behaviour(name, kind, family, function, **facts)
        return function
    return keep


def installed(tool):
    """`tool`: "curl", "hydra|medusa", "python:paramiko"."""
    def one(name):
        if name.startswith("python:"):
            return importlib.util.find_spec(name[7:]) is not None
        return shutil.which(name) is not None
    return any(map(one, tool.split("|")))


def missing_tools(tools):
    return [tool for tool in tools if not installed(tool)]


class Actor:
    """One behaviour on one host, for one session. Used by one thread at a time."""

    def __init__(self, behaviour, host, site, seed, end):
        self.behaviour, self.host, self.site = behaviour, host, site
        self.rng = random.Random(f"{seed}/{site.name}/{host.name}/{behaviour.name}")
        self.end = end  # monotonic seconds
        self.folder = site.scratch(behaviour.name, host.name)  # pathlib.Path of its own, kept until the site is over
        self._leases, self._helpers = [], []

    # --- time ---------------------------------------------------------------------------------------------------------

    def left(self):
        return self.end - time.monotonic()

    def over(self):
        return self.left() <= 0 or self.site.stopping.is_set()

    def sleep(self, seconds):
        """Raises Over when the session's time ends before."""
        if self.site.stopping.wait(max(0.0, min(seconds, self.left()))) or self.over():
            raise Over

    # --- whom to speak with -------------------------------------------------------------------------------------------

    def services(self, kind):
        """Services of a kind ("web", "ssh", ...) on other hosts of the site, if the recorder sees what is said."""
        return [service for service in self.site.services if service.kind == kind and self._reaches(service.host)]

    def _reaches(self, host):
        return host is not self.host and (self.site.on_tap(self.host) or self.site.on_tap(host))

    def choose(self, kind, **facts):
        """One of them at random, rather one that nobody else occupies; `facts` must hold of it (tls=True)."""
        fitting = [service for service in self.services(kind)
                   if all(service.facts.get(name) == value for name, value in facts.items())]
        if not fitting:
            raise Over  # the planner saw a service of this kind, but not such a one
        free = [service for service in fitting if self.site.ledger.free(self._lease([service.host], service.protocol,
                                                                                    (service.port, service.port)))]
        return self.rng.choice(free or fitting)

    def hosts(self, side=None):
        """Other hosts of the site, as scans see them: "inside", "outside" or all."""
        return [host for host in self.site.hosts if side in (None, host.side) and self._reaches(host)]

    def address(self, other, six=None):
        """Of a host or a service, IPv4 unless `six`; with six=None IPv6 now and then, where both have it."""
        target = getattr(other, "host", other)
        both = target.address6 and self.host.address6
        if six or (six is None and both and self.rng.random() < self.site.share6):
            return target.address6 or target.address
        return target.address

    # --- speaking -----------------------------------------------------------------------------------------------------

    def _lease(self, servers, protocol, ports):
        for server in servers:
            self.site.guard(server)
        return Lease(self.behaviour.name, self.behaviour.kind, self.host.name, tuple(server.name for server in servers), protocol,
                     ports, 0.0)

    @contextlib.contextmanager
    def talk(self, *others, protocol=None, ports="service", client=None):
        """The right to speak with services, or with hosts on `ports`: one port, (lowest, highest) or ANY. Every flow that
        begins meanwhile between these ends is this behaviour's. Waits while another behaviour has that right. `client`:
        another host than the actor's own that speaks (a relay, a second victim)."""
        with contextlib.ExitStack() as stack:
            for other in others:
                host = getattr(other, "host", other)
                span = (other.port, other.port) if ports == "service" else (ports, ports) if isinstance(ports, int) else ports
                lease = self._lease([host], protocol or getattr(other, "protocol", "tcp"), span)
                lease.client = (client or self.host).name
                self.site.ledger.take(lease, self.end)
                self._leases.append(lease)
                stack.callback(self._leases.remove, lease)
                stack.callback(self.site.ledger.give_back, lease)
            yield

    def run(self, command, timeout=30, host=None, **options):
        """Runs a program in the host's namespace until it ends, the timeout, or the end of the session; ends its children
        too. Returns its exit code, None when it was cut off. With stdout=subprocess.PIPE, returns (code, output bytes)."""
        self.use(command[0])
        options.setdefault("cwd", self.folder)
        text = options.pop("input", None)  # bytes for its standard input
        if text is not None:
            options["stdin"] = subprocess.PIPE
        process = netns.start_in(self.site.guard(host or self.host).namespace, command, **options)
        try:
            said, _ = process.communicate(text, timeout=max(0.1, min(timeout, self.left() + 1)))
        except subprocess.TimeoutExpired:
            said = b""
        finally:
            finished = process.poll()
            end_group(process)
        return (finished, said or b"") if options.get("stdout") == subprocess.PIPE else finished

    def start(self, command, host=None, **options):
        """Starts a helper (a tunnel's far end, a listener) on this or another host; ended with `end` or with the session."""
        self.use(command[0])
        options.setdefault("cwd", self.folder)
        process = netns.start_in(self.site.guard(host or self.host).namespace, command, **options)
        self._helpers.append(process)
        return process

    def use(self, tool):
        """Notes a tool for the manifest; `run` and `start` do so by themselves. Own scripts: me.use("own script")."""
        name = pathlib.Path(str(tool)).name
        for lease in self._leases:
            if name not in lease.tools:
                lease.tools.append(name)

    def connect(self, other, port=None, timeout=10.0, six=None):
        """A TCP connection of our own, on record with both ports, so that it needs no lease. A context manager; raises
        OSError as socket.connect does."""
        return self._own_socket(other, port, socket.SOCK_STREAM, timeout, six)

    def datagrams(self, other, port=None, timeout=5.0, six=None):
        """The same for UDP: a connected socket."""
        return self._own_socket(other, port, socket.SOCK_DGRAM, timeout, six)

    @contextlib.contextmanager
    def _own_socket(self, other, port, kind, timeout, six):
        host = self.site.guard(getattr(other, "host", other))
        there = self.address(host, bool(six))
        family = socket.AF_INET6 if ":" in there else socket.AF_INET
        plain = socket.socket(family, kind)
        talk = Talk(self.behaviour.name, self.behaviour.kind, "tcp" if kind == socket.SOCK_STREAM else "udp", ("", 0),
                    (there, port or other.port), time.time(), tools=["own script"])
        try:
            plain.settimeout(timeout)
            # Bound before it connects, so that a connection that fails or is cut short is on record like any other.
            plain.bind((self.host.address6 if family == socket.AF_INET6 else self.host.address, 0))
            talk.source = plain.getsockname()[:2]
            self.site.ledger.log(talk)
            plain.connect((there, port or other.port))
            yield plain
        finally:
            plain.close()
            talk.ended = time.time()

    def listen(self, host, port, kind=socket.SOCK_STREAM, six=False):
        """A listening (TCP) or bound (UDP) socket of our own on a host of the site, closed with the session."""
        with netns.visiting(self.site.guard(host).namespace):
            server = socket.socket(socket.AF_INET6 if six else socket.AF_INET, kind)
            server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            server.bind((host.address6 if six else host.address, port))
            if kind == socket.SOCK_STREAM:
                server.listen(64)
        self._helpers.append(server)
        return server

    def serve(self, host, port, handle):
        """Calls handle(connection) in a thread for each TCP connection to a host of the site, until the session ends."""

        def answer(connection):
            with connection, contextlib.suppress(OSError, ValueError, EOFError):
                connection.settimeout(60)
                handle(connection)

        def accept(server):
            with contextlib.suppress(OSError):
                while True:
                    connection, _ = server.accept()
                    threading.Thread(target=answer, args=(connection,), daemon=True).start()

        for six in (False, True)[:1 + bool(host.address6)]:
            threading.Thread(target=accept, args=(self.listen(host, port, six=six),), daemon=True).start()

    def serve_datagrams(self, host, port, answer):
        """Sends answer(data) (bytes, or None for silence) back for each UDP datagram."""
        server = self.listen(host, port, socket.SOCK_DGRAM)

        def loop():
            with contextlib.suppress(OSError):
                while True:
                    data, peer = server.recvfrom(65535)
                    if peer is None:  # shut down
                        return
                    if (reply := answer(data)) is not None:
                        server.sendto(reply, peer)

        threading.Thread(target=loop, daemon=True).start()

    # --- the end ------------------------------------------------------------------------------------------------------

    def finish(self):
        """Ends what the session left running."""
        for helper in self._helpers:
            end_group(helper) if isinstance(helper, subprocess.Popen) else _close(helper)
        self._helpers.clear()


def _close(server):
    with contextlib.suppress(OSError):
        server.shutdown(socket.SHUT_RDWR)  # wakes the thread that waits in accept
    server.close()


def end_group(process):
    """Ends a program and all its children, politely first."""
    for number, patience in ((signal.SIGTERM, 1.0), (signal.SIGKILL, 5.0)):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=patience)
            if number == signal.SIGTERM and not _group_lives(process.pid):
                return


def _group_lives(group):
    try:
        os.killpg(group, 0)
    except (ProcessLookupError, PermissionError):
        return False
    return True


__all__ = ["ANY", "Actor", "BEHAVIOURS", "Behaviour", "Over", "honest", "installed", "missing_tools", "threat"]
