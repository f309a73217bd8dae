# SPDX-License-Identifier: GPL-3.0-or-later
"""From a capture and the logs of who did what to one label per flow."""
import collections
import csv
import dataclasses
import ipaddress
import struct

COLUMNS = ["src_ip", "src_port", "dst_ip", "dst_port", "proto", "start_epoch", "label"]
IDLE = 120.0  # seconds
SLACK = 1.0  # seconds between a threat's own clock readings and its packets' times
PROTOCOLS = {1: "ICMP", 6: "TCP", 17: "UDP", 58: "ICMP6"}
# A query and its answer are one conversation; the "port" of an answer is its query's type (Community ID's rule).
COUNTERPART = {1: {8: 0, 0: 8}, 58: {128: 129, 129: 128, 133: 134, 134: 133, 135: 136, 136: 135}}
FIN, SYN, RST, ACK = 0x01, 0x02, 0x04, 0x10


@dataclasses.dataclass
class Flow:
    source: str
    sport: int
    destination: str
    dport: int
    protocol: int
    start: float
    last: float = 0.0
    closed: bool = False
    label: str = ""
    packets: list = dataclasses.field(default_factory=lambda: [0, 0])  # from the source, from the destination
    bytes: list = dataclasses.field(default_factory=lambda: [0, 0])  # IP lengths, likewise

    @property
    def ends(self):
        return frozenset([(self.source, self.sport), (self.destination, self.dport)])

    def __str__(self):
        return f"{PROTOCOLS[self.protocol]} {self.source}:{self.sport} - {self.destination}:{self.dport} at {self.start:.6f}"


@dataclasses.dataclass
class Packet:
    """Of an IP packet; `ports` is None where the protocol makes no flows."""
    time: float
    source: str
    destination: str
    protocol: int
    length: int  # bytes, as its IP header says
    ports: tuple = None
    flags: int = 0


def packets(path):
    with open(path, "rb") as file:
        header = file.read(24)
        if len(header) < 24:
            raise ValueError(f"{path} is no capture: it ends within its header")
        magic, *_, link = struct.unpack("<IHHiIII", header)
        if magic != 0xA1B2C3D4 or link != 1:
            raise ValueError("the lab reads its own classic Ethernet captures only")
        while len(header := file.read(16)) == 16:
            seconds, micros, length, _ = struct.unpack("<IIII", header)
            packet = parse(seconds + micros / 1e6, file.read(length))
            if packet:
                yield packet


def parse(time, frame):
    kind, data = frame[12:14], frame[14:]
    if kind == b"\x08\x00" and len(data) >= 20:
        start, protocol, length = (data[0] & 15) * 4, data[9], int.from_bytes(data[2:4], "big")
        source, destination = ipaddress.ip_address(data[12:16]), ipaddress.ip_address(data[16:20])
    elif kind == b"\x86\xdd" and len(data) >= 40:
        start, protocol, length = 40, data[6], int.from_bytes(data[4:6], "big") + 40
        if protocol == 0 and len(data) >= 42:  # hop-by-hop options: multicast listener reports
            protocol, start = data[40], 40 + (data[41] + 1) * 8
        source, destination = ipaddress.ip_address(data[8:24]), ipaddress.ip_address(data[24:40])
    else:
        return None
    transport = data[start:]
    packet = Packet(time, str(source), str(destination), protocol, length)
    if protocol in (6, 17) and len(transport) >= 4:
        packet.ports = struct.unpack(">HH", transport[:4])
    elif protocol in COUNTERPART and len(transport) >= 2:
        packet.ports = (transport[0], COUNTERPART[protocol].get(transport[0], transport[1]))
    if protocol == 6 and len(transport) >= 14:
        packet.flags = transport[13]
    return packet


def flows(path):
    """One per conversation in order of their beginnings, split by 120 s of silence and by a new SYN after FIN or RST."""
    current, found = {}, []
    for packet in packets(path):
        if packet.ports is None:
            continue
        source, destination = (packet.source, packet.ports[0]), (packet.destination, packet.ports[1])
        key = (packet.protocol, frozenset([source, destination]))
        flow = current.get(key)
        reopened = flow and flow.closed and packet.flags & (SYN | ACK) == SYN
        if flow is None or packet.time - flow.last > IDLE or reopened:
            flow = current[key] = Flow(*source, *destination, packet.protocol, packet.time)
            found.append(flow)
        back = (flow.source, flow.sport) != source
        flow.packets[back] += 1
        flow.bytes[back] += packet.length
        flow.last = packet.time
        flow.closed = flow.closed or bool(packet.flags & (FIN | RST))
    return found


def obeys(flow, rule):
    return {flow.source, flow.destination} == rule["ends"] and flow.protocol == rule["protocol"] and \
        rule["port"] in (None, flow.sport, flow.dport)


def assign(found, events, rules):
    """Gives each flow its label. `events` are single connections that a threat logged; `rules` name pairs of hosts that
    speak for a threat only. ValueError when a flow would have two labels, or an event not exactly one flow."""
    by_ends = collections.defaultdict(list)
    for flow in found:
        by_ends[flow.ends].append(flow)
        names = {rule["label"] for rule in rules if obeys(flow, rule)}
        if len(names) > 1:
            raise ValueError(f"{flow} has several labels: {', '.join(sorted(names))}")
        flow.label = names.pop() if names else "background"
    for event in events:
        ends = frozenset([(event["src_ip"], event["src_port"]), (event["dst_ip"], event["dst_port"])])
        matching = [flow for flow in by_ends[ends] if event["begun"] - SLACK <= flow.start <= event["ended"] + SLACK]
        if len(matching) != 1 or matching[0].label != "background":
            raise ValueError(f"a logged {event['label']} connection from {event['src_ip']}:{event['src_port']} matches "
                             f"{len(matching)} flows, labelled {[flow.label for flow in matching]}")
        matching[0].label = event["label"]


def write(found, path):
    with open(path, "w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(COLUMNS)
        for flow in found:
            rows.writerow([flow.source, flow.sport, flow.destination, flow.dport, PROTOCOLS[flow.protocol],
                           f"{flow.start:.6f}", flow.label])
