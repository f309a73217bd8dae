# SPDX-License-Identifier: GPL-3.0-or-later
"""Is a product what its profile claims? Each complaint is one sentence; a product with any is not published as good."""
import ipaddress

from . import network

# Nothing else may stand in a capture: the lab's own networks, link-local and multicast, and a host without an address.
ALLOWED = [network.NETWORK, network.NETWORK6, *map(ipaddress.ip_network, ("fe80::/10", "ff00::/8", "224.0.0.0/4", "::/128"))]

# What must be seen of a threat to believe in it: (property, flows that show it, how many are needed). A threat whose
# server did not answer, or whose tool started late, leaves flows with the right label and the wrong contents.
EVIDENCE = {
    "beacon": [("answered over TLS", lambda flow: flow.dport == 443 and flow.bytes[1] > 500, 3)],
    "port_scan": [("to one port each", lambda flow: flow.packets[0] <= 5, 100)],
    "ssh_bruteforce": [("with a finished key exchange", lambda flow: flow.dport == 22 and min(flow.bytes) > 1000, 3)],
    "dns_tunnel": [("with payload both ways", lambda flow: flow.dport == 53 and min(flow.bytes) > 3000, 1)],
}
SERVICES = {"HTTPS": (6, 443), "HTTP": (6, 80), "DNS": (17, 53), "ssh": (6, 22), "mail": (6, 25), "time": (17, 123),
            "ping": (1, 8)}


def foreign(packets):
    """Addresses that do not belong to the lab: payload beside its tunnel, or the machine's own traffic."""
    seen = {address for packet in packets for address in (packet.source, packet.destination)}
    return sorted(address for address in seen if not any(ipaddress.ip_address(address) in allowed for allowed in ALLOWED))


def of_threats(claimed, found):
    said = []
    labels = {flow.label for flow in found} - {"background"}
    for name in sorted(labels - set(claimed)):
        said.append(f"flows are labelled {name}, which the profile does not claim")
    for name in claimed:
        flows = [flow for flow in found if flow.label == name]
        for what, shows, needed in EVIDENCE[name]:
            count = sum(map(shows, flows))
            if count < needed:
                said.append(f"{name}: {count} of {len(flows)} flows are {what}, {needed} are needed")
    if "port_scan" in claimed:
        ports = {flow.dport for flow in found if flow.label == "port_scan"}
        if len(ports) < 100:
            said.append(f"port_scan: {len(ports)} ports were tried, 100 are needed")
    return said


def of_work(found):
    """Honest work whose server never answered is no honest work."""
    silent = [name for name, (protocol, port) in SERVICES.items()
              if not any(flow.label == "background" and flow.protocol == protocol and port in (flow.dport, flow.sport) and
                         min(flow.packets) > 0 for flow in found)]
    return [f"nobody was answered by: {', '.join(silent)}"] if silent else []


def complaints(claimed, packets, found):
    strangers = foreign(packets)
    said = [f"addresses that are not the lab's: {', '.join(strangers[:5])}"] if strangers else []
    return said + of_threats(claimed, found) + of_work(found)
