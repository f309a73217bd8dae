# SPDX-License-Identifier: GPL-3.0-or-later
"""Is a recording what it claims? Each complaint is one sentence; a recording with any is not published as good."""
import importlib
import ipaddress
import pkgutil

from . import threats

# Beside a site's own hosts: link-local and multicast, and a host without an address.
ALLOWED = [*map(ipaddress.ip_network, ("fe80::/10", "ff00::/8", "224.0.0.0/4", "::/128", "0.0.0.0/32", "255.255.255.255/32"))]

FEW = 5  # flows that are enough if all of them show what their behaviour claims


def evidence():
    """behaviour -> (what must be seen, predicate of a flow, how many flows must show it); from the threats' modules."""
    found = {}
    for module in pkgutil.iter_modules(threats.__path__):
        found.update(getattr(importlib.import_module(f"{threats.__name__}.{module.name}"), "EVIDENCE", {}))
    return found


def foreign(addresses, own):
    """Addresses that do not belong to the site: payload beside its tunnel, or the machine's own traffic."""
    return sorted(address for address in addresses
                  if address not in own and not any(ipaddress.ip_address(address) in allowed for allowed in ALLOWED))


def unproved(name, flows, wanted):
    """A threat whose server did not answer, or whose tool started late, leaves flows with the right label and the wrong
    contents. Returns why its flows are not believed, or None. A short or quiet session has fewer flows than are asked for: it
    is believed if every one of them, five at least, shows what it is."""
    if name not in wanted:
        return f"{name}: nothing says what its flows must show"
    what, shows, needed = wanted[name]
    count = sum(map(shows, flows))
    return None if count >= needed or count == len(flows) >= FEW else f"{name}: {count} of {len(flows)} flows are {what}, {needed} are needed"


def silent_services(flows):
    """Honest work whose server never answered is no honest work: behaviours of whose TCP flows fewer than a tenth were
    answered, and the reason."""
    asked, answered = {}, {}
    for flow in flows:
        if flow.protocol == 6 and flow.kind == "benign":
            asked[flow.label] = asked.get(flow.label, 0) + 1
            answered[flow.label] = answered.get(flow.label, 0) + (flow.packets[1] > 1)
    return {name: f"{name}: {answered[name]} of {count} connections were answered" for name, count in sorted(asked.items())
            if count >= 10 and answered[name] < 0.1 * count and name not in ("failed_connect", "admin_scan")}


def complaints(flows, unlabelled, double, addresses, report):
    """Of a whole recording."""
    said = []
    own = {address for host in report["addresses"].values() for address in host} | set(report["gateways"])
    if strangers := foreign(addresses, own):
        said.append(f"addresses that are not the site's: {', '.join(strangers[:5])}")
    if unlabelled:
        said.append(f"{len(unlabelled)} of {len(flows)} flows are on nobody's record: {'; '.join(map(str, unlabelled[:5]))}")
    if double:
        said.append(f"{len(double)} of {len(flows)} flows are on several records: {'; '.join(map(str, double[:5]))}")
    if report["dropped"] is None or report["dropped"] > 0:
        said.append(f"the recorder lost {report['dropped']} packets")
    return said
