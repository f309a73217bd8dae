# SPDX-License-Identifier: GPL-3.0-or-later
"""From a capture and the logs of who did what to one label per flow."""
import collections
import csv
import ipaddress
import struct

COLUMNS = ["src_ip", "src_port", "dst_ip", "dst_port", "proto", "start_epoch", "label"]
IDLE = 120.0  # seconds
PROTOCOLS = {1: "ICMP", 6: "TCP", 17: "UDP", 58: "ICMP6"}
# A query and its answer are one conversation; the "port" of an answer is its query's type (Community ID's rule).
COUNTERPART = {1: {8: 0, 0: 8}, 58: {128: 129, 129: 128, 133: 134, 134: 133, 135: 136, 136: 135}}


def packets(path):
    """(time, source, source port, destination, destination port, protocol number, TCP flags) of every IP packet."""
    with open(path, "rb") as file:
        magic, *_, link = struct.unpack("<IHHiIII", file.read(24))
        if magic != 0xA1B2C3D4 or link != 1:
            raise ValueError("the lab reads its own classic Ethernet captures only")
        while len(header := file.read(16)) == 16:
            seconds, micros, length, _ = struct.unpack("<IIII", header)
            frame = file.read(length)
            parsed = parse(frame[12:14], frame[14:])
            if parsed:
                yield (seconds + micros / 1e6, *parsed)


def parse(kind, data):
    if kind == b"\x08\x00" and len(data) >= 20:
        start, protocol = (data[0] & 15) * 4, data[9]
        source, destination = ipaddress.ip_address(data[12:16]), ipaddress.ip_address(data[16:20])
    elif kind == b"\x86\xdd" and len(data) >= 40:
        start, protocol = 40, data[6]
        if protocol == 0:  # hop-by-hop options: multicast listener reports
            protocol, start = data[40], 40 + (data[41] + 1) * 8
        source, destination = ipaddress.ip_address(data[8:24]), ipaddress.ip_address(data[24:40])
    else:
        return None
    transport = data[start:]
    if protocol in (6, 17) and len(transport) >= 4:
        ports = struct.unpack(">HH", transport[:4])
    elif protocol in (1, 58) and len(transport) >= 2:
        ports = (transport[0], COUNTERPART[protocol].get(transport[0], transport[1]))
    else:
        return None
    flags = transport[13] if protocol == 6 and len(transport) >= 14 else 0
    return str(source), ports[0], str(destination), ports[1], protocol, flags


def flows(path):
    """[(src, sport, dst, dport, protocol, start)], one per conversation, split by 120 s of silence and by a new SYN."""
    last, closed, found = {}, set(), []
    for time, source, sport, destination, dport, protocol, flags in packets(path):
        key = (protocol, *sorted([(source, sport), (destination, dport)]))
        reopened = key in closed and flags & 0x12 == 0x02
        if key not in last or time - last[key] > IDLE or reopened:
            found.append((source, sport, destination, dport, protocol, time))
            closed.discard(key)
        last[key] = time
        if flags & 0x05:
            closed.add(key)
    return found


def label(flow, events, rules):
    """`events` are single connections that a threat logged; `rules` name hosts whose every flow is a threat's."""
    source, sport, destination, dport, protocol, start = flow
    names = set()
    for event in events.get(frozenset([(source, sport), (destination, dport)]), []):
        if event["begun"] - 1 <= start <= event["ended"] + 1:
            names.add(event["label"])
    for rule in rules:
        if rule["host"] in (source, destination) and rule["begun"] - 1 <= start <= rule["ended"] + 1:
            names.add(rule["label"])
    if len(names) > 1:
        raise ValueError(f"{flow} has two labels: {sorted(names)}")
    return names.pop() if names else "background"


def write(capture, events, rules, path):
    """Writes the label file and returns how many flows have which label. Every flow gets exactly one row."""
    by_ends = collections.defaultdict(list)
    for event in events:
        by_ends[frozenset([(event["src_ip"], event["src_port"]), (event["dst_ip"], event["dst_port"])])].append(event)
    counts = collections.Counter()
    with open(path, "w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(COLUMNS)
        for flow in flows(capture):
            name = label(flow, by_ends, rules)
            counts[name] += 1
            rows.writerow([*flow[:4], PROTOCOLS[flow[4]], f"{flow[5]:.6f}", name])
    matched = sum(count for name, count in counts.items() if name == "beacon")
    logged = sum(event["label"] == "beacon" for event in events)
    if matched != logged:
        print(f"note: {logged} beacon connections were logged, {matched} flows carry the label")
    return counts
