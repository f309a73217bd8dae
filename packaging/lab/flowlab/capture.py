# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads the lab's own captures (classic pcap, Ethernet) and finds their flows: as Flowscent does, in code of its own."""
import dataclasses
import ipaddress
import struct

from .tcp_state import ACK, SYN, TcpState

IDLE = 120.0  # seconds of silence that end a flow
LINGER = 1.0  # seconds for which a TCP flow that both sides have closed, or one has reset, takes late packets
PROTOCOLS = {1: "ICMP", 6: "TCP", 17: "UDP", 58: "ICMP6"}
# A query and its answer are one conversation; the "port" of an answer is its query's type (Community ID's rule).
COUNTERPART = {1: {8: 0, 0: 8, 10: 9, 9: 10, 13: 14, 14: 13, 15: 16, 16: 15, 17: 18, 18: 17},
               58: {128: 129, 129: 128, 130: 131, 131: 130, 133: 134, 134: 133, 135: 136, 136: 135, 139: 140, 140: 139,
                    144: 145, 145: 144}}
ERRORS = {1: (3, 4, 5, 11, 12), 58: (1, 2, 3, 4)}  # ICMP messages that quote the packet they complain about

_texts = {}


def text(address):
    """Of 4 or 16 bytes."""
    known = _texts.get(address)
    if known is None:
        known = _texts[address] = str(ipaddress.ip_address(address))
    return known


@dataclasses.dataclass(slots=True)
class Packet:
    """Of an IP packet; `ports` is None where the protocol makes no flows."""
    time: float
    source: str
    destination: str
    protocol: int
    length: int  # bytes, as its IP header says
    ports: tuple = None
    flags: int = 0  # the rest of TCP's: 0 where it is none, or cut off
    sequence: int = 0
    acknowledged: int = 0
    payload: int = 0  # bytes, whether captured or not
    quoted: object = None  # (protocol, source, port, destination, port) that an ICMP error is about


@dataclasses.dataclass(slots=True)
class Flow:
    source: str
    sport: int
    destination: str
    dport: int
    protocol: int
    start: float
    last: float = 0.0
    tcp: object = None  # TcpState
    over: float = 0.0  # when it was over for TCP
    label: str = ""
    kind: str = ""  # benign | threat
    tools: tuple = ()
    quoted: object = None  # of its first packet
    packets: list = dataclasses.field(default_factory=lambda: [0, 0])  # from the source, from the destination
    bytes: list = dataclasses.field(default_factory=lambda: [0, 0])  # IP lengths, likewise

    @property
    def ends(self):
        return frozenset([(self.source, self.sport), (self.destination, self.dport)])

    def __str__(self):
        return f"{PROTOCOLS[self.protocol]} {self.source}:{self.sport} - {self.destination}:{self.dport} at {self.start:.6f}"


def records(path):
    """(record header, frame) of each packet, undecoded, after the file's own header."""
    with open(path, "rb") as file:
        header = file.read(24)
        if len(header) < 24:
            raise ValueError(f"{path} is no capture: it ends within its header")
        magic, *_, link = struct.unpack("<IHHiIII", header)
        if magic != 0xA1B2C3D4 or link != 1:
            raise ValueError("the lab reads its own classic Ethernet captures only")
        yield header, None
        while len(record := file.read(16)) == 16:
            frame = file.read(int.from_bytes(record[8:12], "little"))
            yield record, frame


def packets(path):
    """The IP packets."""
    for record, frame in records(path):
        if frame is not None and (packet := decode(record, frame)):
            yield packet


def decode(record, frame):
    seconds, micros = struct.unpack_from("<II", record)
    return parse(seconds + micros / 1e6, frame)


def parse(time, frame):
    kind, data = frame[12:14], frame[14:]
    if kind == b"\x08\x00":
        return _ip4(time, data)
    return _ip6(time, data) if kind == b"\x86\xdd" else None


def _ip4(time, data):
    if len(data) < 20:
        return None
    packet = Packet(time, text(data[12:16]), text(data[16:20]), data[9], int.from_bytes(data[2:4], "big"))
    if not int.from_bytes(data[6:8], "big") & 0x1FFF:  # later fragments have no ports
        _transport(packet, data, (data[0] & 15) * 4)
    return packet


def _ip6(time, data):
    if len(data) < 40:
        return None
    start, protocol, length = 40, data[6], int.from_bytes(data[4:6], "big") + 40
    if protocol == 0 and len(data) >= 42:  # hop-by-hop options: multicast listener reports
        protocol, start = data[40], 40 + (data[41] + 1) * 8
    packet = Packet(time, text(data[8:24]), text(data[24:40]), protocol, length)
    _transport(packet, data, start)
    return packet


def _transport(packet, data, header):
    """`data` is the IP packet, `header` the length of what stands before its transport."""
    data = data[header:]
    if packet.protocol in (6, 17) and len(data) >= 4:
        packet.ports = struct.unpack_from(">HH", data)
        if packet.protocol == 6 and len(data) >= 14:
            packet.sequence, packet.acknowledged = struct.unpack_from(">II", data, 4)
            packet.flags = data[13]
            packet.payload = packet.length - header - (data[12] >> 4) * 4
    elif packet.protocol in COUNTERPART and len(data) >= 2:
        packet.ports = (data[0], COUNTERPART[packet.protocol].get(data[0], data[1]))
        if data[0] in ERRORS[packet.protocol] and len(data) >= 8:
            packet.quoted = _quote(packet.protocol, data[8:])


def _quote(protocol, data):
    inner = _ip4(0.0, data) if protocol == 1 else _ip6(0.0, data)
    if inner is None or inner.ports is None:
        return None
    return inner.protocol, inner.source, inner.ports[0], inner.destination, inner.ports[1]


class Assembler:
    """Conversations in order of their beginnings, split by 120 s of silence, by a second once they are over, and by the SYN of
    another."""

    def __init__(self):
        self.flows = []
        self._current = {}

    def add(self, packet):
        """The number of the packet's flow; None where its protocol makes none."""
        if packet.ports is None:
            return None
        source, destination = (packet.source, packet.ports[0]), (packet.destination, packet.ports[1])
        key = (packet.protocol, source, destination) if source <= destination else (packet.protocol, destination, source)
        number = self._current.get(key)
        flow = None if number is None else self.flows[number]
        if flow is None or self._ended(flow, packet, source):
            number = self._current[key] = len(self.flows)
            flow = Flow(*source, *destination, packet.protocol, packet.time, quoted=packet.quoted)
            flow.tcp = TcpState() if packet.protocol == 6 else None
            self.flows.append(flow)
        back = (flow.source, flow.sport) != source
        flow.packets[back] += 1
        flow.bytes[back] += packet.length
        flow.last = packet.time
        if flow.tcp:
            before = flow.tcp.over
            flow.tcp.take(back, packet.flags, packet.sequence, packet.acknowledged, packet.payload)
            if flow.tcp.over and not before:
                flow.over = packet.time
        return number

    @staticmethod
    def _ended(flow, packet, source):
        """Is it over, so that this packet belongs to another?"""
        if flow.tcp:
            if flow.tcp.over and packet.time - flow.over > LINGER:
                return True
            if packet.flags & (SYN | ACK) == SYN and flow.tcp.reopens((flow.source, flow.sport) != source, packet.sequence):
                return True
        return packet.time - flow.last > IDLE


def flows(path):
    assembler = Assembler()
    for packet in packets(path):
        assembler.add(packet)
    return assembler.flows
