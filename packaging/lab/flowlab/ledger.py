# SPDX-License-Identifier: GPL-3.0-or-later
"""Who speaks with whom, when and why: the truth from which flows get their labels.

Nobody in the lab speaks off the record. Before a behaviour lets a program speak, it takes a lease on the conversation: a
client, its servers, a protocol, the servers' ports. Two behaviours never hold leases on the same conversation at one time;
the second one waits. So a flow's ends and its beginning name the one behaviour that it can belong to, whatever tool sent
it, and one host can do honest work and harm at once. Behaviours that open their sockets themselves log each (`Talk`) and
need no lease: their flows are known by both ports, even among others of the same conversation."""
import dataclasses
import threading
import time

# Seconds for which a lease outlives its program: what the kernel and slow links still carry belongs to it.
LINGER = 1.5
ANY = None  # all ports


class Over(Exception):
    """The time of a behaviour is over; ends it quietly."""


@dataclasses.dataclass
class Lease:
    behaviour: str
    kind: str  # benign | threat
    client: str  # host names
    servers: tuple
    protocol: str  # tcp | udp | icmp
    ports: tuple  # (lowest, highest) of the servers' ports, or ANY
    begun: float
    ended: float = 0.0
    tools: list = dataclasses.field(default_factory=list)

    def meets(self, other):
        """Could a flow belong to both?"""
        if self.protocol != other.protocol:
            return False
        along = self.client == other.client and set(self.servers) & set(other.servers)
        against = self.client in other.servers and other.client in self.servers
        overlap = self.ports is ANY or other.ports is ANY or (self.ports[0] <= other.ports[1] and
                                                              other.ports[0] <= self.ports[1])
        return bool(along and overlap) or bool(against and (self.ports is ANY or other.ports is ANY))


@dataclasses.dataclass
class Talk:
    """One socket that a behaviour opened itself."""
    behaviour: str
    kind: str
    protocol: str
    source: tuple  # address, port
    destination: tuple
    begun: float
    ended: float = 0.0
    tools: list = dataclasses.field(default_factory=list)


class Ledger:
    """Thread-safe."""

    def __init__(self):
        self._changed = threading.Condition()
        self._held = []
        self.leases, self.talks, self.notes = [], [], []

    def _hindered(self, wanted):
        now = time.time()
        self._held = [held for held in self._held if not held.ended or held.ended > now]
        return any(held.behaviour != wanted.behaviour and held.meets(wanted) for held in self._held)

    def free(self, wanted):
        with self._changed:
            return not self._hindered(wanted)

    def take(self, wanted, end):
        """Waits until nobody else holds the conversation. `end`: monotonic seconds at which waiting is in vain."""
        with self._changed:
            while self._hindered(wanted):
                left = end - time.monotonic()
                if left <= 0:
                    raise Over
                self._changed.wait(min(left, 0.5))
            wanted.begun = time.time()
            self._held.append(wanted)
            self.leases.append(wanted)
        return wanted

    def give_back(self, lease):
        """At once for the holder's own behaviour; for others when its last packets have come."""
        with self._changed:
            lease.ended = time.time() + LINGER
            self._changed.notify_all()

    def log(self, talk):
        with self._changed:
            self.talks.append(talk)

    def note(self, text):
        """A line for the log of the run: what was skipped, what failed."""
        with self._changed:
            self.notes.append(text)

    def rows(self):
        """Everything on record as plain dictionaries, in order of time."""
        now = time.time()
        with self._changed:
            rows = [{"record": "lease", **dataclasses.asdict(lease)} for lease in self.leases]
            rows += [{"record": "talk", **dataclasses.asdict(talk)} for talk in self.talks]
        for row in rows:
            row["ended"] = row["ended"] or now
        return sorted(rows, key=lambda row: row["begun"])
