# SPDX-License-Identifier: GPL-3.0-or-later
"""From a capture's flows and the ledger to one label per flow."""
import bisect
import collections
import csv

from .capture import PROTOCOLS

COLUMNS = ["src_ip", "src_port", "dst_ip", "dst_port", "proto", "start_epoch", "label"]
NAME_LOOKUP = "name_lookup"
HOUSEKEEPING = "ipv6_housekeeping"
HOUSEKEEPING_TYPES = (130, 131, 132, 133, 134, 135, 136, 143)  # neighbours and multicast listeners, RFC 4861, RFC 3810
NUMBERS = {"tcp": (6,), "udp": (17,), "icmp": (1, 58)}
# Seconds by which a socket's packets may be seen after it was closed: the slowest link there and back.
LATE = 2.0
CONTINUES = 300.0  # seconds after which a packet of the same ends is no continuation any more


class Truth:
    """What the ledger says of two ends at a moment."""

    def __init__(self, rows, addresses, resolvers):
        """`addresses`: host name -> its addresses; `resolvers`: addresses that answer name lookups."""
        self._resolvers = resolvers
        self._talks = collections.defaultdict(list)
        self._leases = collections.defaultdict(list)
        for row in rows:
            if row["record"] == "talk":
                ends = frozenset([tuple(row["source"]), tuple(row["destination"])])
                self._talks[NUMBERS[row["protocol"]][0], ends].append(row)
                continue
            for number in NUMBERS[row["protocol"]]:
                for server in row["servers"]:
                    for one in addresses[row["client"]]:
                        for other in addresses[server]:
                            if (":" in one) == (":" in other):
                                self._leases[number, one, other].append(row)
        for held in self._leases.values():
            held.sort(key=lambda row: row["begun"])

    def of_socket(self, flow):
        """The row of the behaviour that logged this very socket, or None."""
        rows = self._talks.get((flow.protocol, flow.ends), ())
        fitting = [row for row in rows if row["begun"] - LATE <= flow.start <= row["ended"] + LATE]
        return min(fitting, key=lambda row: abs(row["begun"] - flow.start), default=None)

    def of_leases(self, protocol, source, sport, destination, dport, time):
        """The rows to which a flow that begins at this time can belong: of one behaviour, unless it is double. Seen from its
        responder only if nobody was to begin it: a client's own port may lie in a range that others lease there (FTP's)."""
        return self._held(protocol, source, destination, dport, time) or \
            self._held(protocol, destination, source, sport, time)

    def _held(self, protocol, client, server, port, time):
        rows = self._leases.get((protocol, client, server), ())
        last = bisect.bisect_right(rows, time, key=lambda row: row["begun"])
        return [row for row in rows[:last] if row["ended"] >= time and
                (row["ports"] is None or protocol in NUMBERS["icmp"] or row["ports"][0] <= port <= row["ports"][1])]

    def pings_of_several(self, flow):
        """All pings of two hosts within two minutes are one flow, however many behaviours they come from."""
        if flow.protocol not in NUMBERS["icmp"] or flow.quoted:
            return False
        rows = self._leases.get((flow.protocol, flow.source, flow.destination), []) + \
            self._leases.get((flow.protocol, flow.destination, flow.source), [])
        return len({row["behaviour"] for row in rows if row["begun"] <= flow.last and row["ended"] >= flow.start}) > 1

    def is_lookup(self, flow):
        return flow.protocol in (6, 17) and (flow.dport == 53 and flow.destination in self._resolvers or
                                             flow.sport == 53 and flow.source in self._resolvers)


def assign(flows, truth):
    """Gives each flow its label and kind. Returns (unlabelled, double, mixed): flows on nobody's record, flows on several, and
    pings of two hosts that go on from one behaviour's into another's, which are left without a label."""
    unlabelled, double, mixed, before = [], [], [], {}
    for flow in flows:
        rows = _rows(flow, truth)
        names = {row["behaviour"] for row in rows}
        if len(names) > 1:
            double.append(flow)
        elif names and truth.pings_of_several(flow):
            mixed.append(flow)
        elif names:
            flow.label, flow.kind = rows[0]["behaviour"], rows[0]["kind"]
            flow.tools = tuple(sorted({tool for row in rows for tool in row["tools"]}))
        elif truth.is_lookup(flow):
            flow.label, flow.kind = NAME_LOOKUP, "benign"
        elif flow.protocol == 58 and flow.sport in HOUSEKEEPING_TYPES:
            flow.label, flow.kind = HOUSEKEEPING, "benign"
        elif earlier := _continued(flow, before) or _quoted(flow, before) or _asked_by_tftp(flow, before):
            flow.label, flow.kind, flow.tools = earlier.label, earlier.kind, earlier.tools
        else:
            unlabelled.append(flow)
        before[flow.protocol, flow.ends] = flow
    return unlabelled, double, mixed


def _rows(flow, truth):
    if row := truth.of_socket(flow):
        return [row]
    if flow.quoted:  # an error belongs to whoever sent what it complains about
        return []
    return truth.of_leases(flow.protocol, flow.source, flow.sport, flow.destination, flow.dport, flow.start)


def _continued(flow, before):
    """What a connection was before it fell silent or was closed. Pings have no ports by which they could be known again."""
    earlier = before.get((flow.protocol, flow.ends)) if flow.protocol in (6, 17) else None
    return earlier if earlier and flow.start - earlier.last < CONTINUES else None


def _quoted(flow, before):
    """The flow that an ICMP error complains about."""
    if not flow.quoted:
        return None
    protocol, source, sport, destination, dport = flow.quoted
    return before.get((protocol, frozenset([(source, sport), (destination, dport)])))


def _asked_by_tftp(flow, before):
    """The request that a TFTP server answers from a port of its own (RFC 1350, section 4), be it a scanner's probe."""
    if flow.protocol != 17:
        return None
    return before.get((17, frozenset([(flow.destination, flow.dport), (flow.source, 69)])))


def write(flows, path):
    with open(path, "w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(COLUMNS)
        for flow in flows:
            rows.writerow([flow.source, flow.sport, flow.destination, flow.dport, PROTOCOLS[flow.protocol], f"{flow.start:.6f}",
                           flow.label])
