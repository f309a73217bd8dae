# SPDX-License-Identifier: GPL-3.0-or-later
"""Builds a site: a gateway with its subnets, hosts on them, an outside with hosts of its own, and a wide-area link between.

    hosts - bridge of their subnet - gateway (NAT or not) - TUN - wan_link - TUN - router of the outside - outside hosts

Every part is a namespace. None has a way to the machine's own network: `ways_out` looks before anything is started."""
import json
import os
import pathlib
import random
import socket

from . import netns, wan
from .site_file import ROUTER

ROUTER6 = "2001:db8:ffff:ffff::1"

OFFLOADS = ("tso", "off", "gso", "off", "gro", "off", "tx", "off")
# accept_local: the link's "fragmentation needed" comes from the outside router's own address; without it such a packet is
# dropped as forged, and large segments to a narrow path vanish for good.
FORWARDING = {"net.ipv4.ip_forward": 1, "net.ipv4.conf.all.accept_local": 1, "net.ipv6.conf.all.forwarding": 1,
              "net.ipv4.conf.all.rp_filter": 0, "net.ipv4.conf.default.rp_filter": 0, "net.ipv4.conf.all.send_redirects": 0,
              "net.ipv4.conf.all.accept_local": 1,  # the link says "too big" in the router's own name
              # What a scan meets otherwise: a gateway that answers one closed port a second.
              "net.ipv4.icmp_ratelimit": 0, "net.ipv4.neigh.default.gc_thresh3": 4096}


def gateway(site):
    return netns.of(site.name, "gw")


def outside(site):
    return netns.of(site.name, "out")


def build(site, seed, seconds, binary):
    """Makes all namespaces and starts the wide-area link; returns its process."""
    description = site.description
    for namespace in (gateway(site), outside(site), *(host.namespace for host in site.hosts)):
        netns.ip("netns", "add", namespace)
    netns.set_kernel(gateway(site), FORWARDING)
    netns.set_kernel(outside(site), FORWARDING)
    _subnets(site)
    _outside(site)
    link = _wide_area_link(site, random.Random(f"{seed}/{site.name}/wan"), seed, seconds, binary)
    for host in site.hosts:
        _names(site, host)
        site.built(host)
    if found := ways_out(site):
        raise ValueError("the lab is not sealed: " + "; ".join(found))
    return link


def _bridge(name, addresses, mtu):
    yield f"link add {name} type bridge mcast_snooping 0"
    yield f"link set {name} mtu {mtu} up"
    for address in addresses:
        yield f"addr add {address} dev {name}" + (" nodad" if ":" in address else "")


def _plug(site, host, number, bridge, namespace, addresses, routes, mtu):
    """A cable between a host and a bridge."""
    cable = f"h{number}"
    netns.batch(namespace, [f"link add {cable} type veth peer name eth0 netns {host.namespace}",
                            f"link set {cable} master {bridge} mtu {mtu} up"])
    netns.set_kernel(host.namespace, {"net.ipv6.conf.eth0.accept_ra": 0, **host.stack.kernel})
    netns.batch(host.namespace, ["link set lo up", f"link set eth0 mtu {host.stack.mtu or mtu}",
                                 *(f"addr add {address} dev eth0" + (" nodad" if ":" in address else "")
                                   for address in addresses), "link set eth0 up", *routes])
    for where, device in ((host.namespace, "eth0"), (namespace, cable)):
        # Offloads would put segments into the capture that no wire could carry.
        netns.start_in(where, ["ethtool", "-K", device, *OFFLOADS]).wait(timeout=10)


def _subnets(site):
    description = site.description
    lines = ["link set lo up"]
    for number, subnet in enumerate(description.subnets):
        addresses = [f"{subnet.gateway}/{subnet.network.prefixlen}"]
        addresses += [f"{subnet.gateway6}/64"] if subnet.network6 else []
        lines += _bridge(f"br{number}", addresses, description.mtu)
    netns.batch(gateway(site), lines)
    for number, host in enumerate(site.hosts):
        if host.side != "inside":
            continue
        place = next(i for i, subnet in enumerate(description.subnets) if subnet.name == host.subnet)
        subnet = description.subnets[place]
        addresses = [f"{host.address}/{subnet.network.prefixlen}"]
        routes = [f"route add default via {subnet.gateway} {host.stack.route}"]
        if host.address6:
            addresses.append(f"{host.address6}/64")
            routes.append(f"route add default via {subnet.gateway6}")
        _plug(site, host, number, f"br{place}", gateway(site), addresses, routes, description.mtu)


def _outside(site):
    """Outside hosts know nobody but their router, so that whatever they send is routed."""
    netns.batch(outside(site), ["link set lo up", *_bridge("br0", [f"{ROUTER}/32", f"{ROUTER6}/128"], 1500)])
    for number, host in enumerate(site.hosts):
        if host.side != "outside":
            continue
        addresses = [f"{host.address}/32"] + ([f"{host.address6}/128"] if host.address6 else [])
        routes = [f"route add {ROUTER} dev eth0", f"route add default via {ROUTER} {host.stack.route}"]
        back = [f"route add {host.address} dev br0"]
        if host.address6:
            routes += [f"route add {ROUTER6} dev eth0", f"route add default via {ROUTER6}"]
            back.append(f"route add {host.address6} dev br0")
        _plug(site, host, number, "br0", outside(site), addresses, routes, 1500)
        netns.batch(outside(site), back)


def _wide_area_link(site, rng, seed, seconds, binary):
    description = site.description
    links = []
    for host in site.hosts:
        if host.side == "outside":
            prefixes = [f"{host.address}/32"] + ([f"{host.address6}/128"] if host.address6 else [])
            links.append(wan.draw(host.link, rng).to(host.name, *prefixes))
    setting = wan.Wan(gateway(site), outside(site), "wan0", "in0", wan.draw(description.access, rng), tuple(links),
                      rng.randrange(1, 2**31), seconds, router4=ROUTER, router6=ROUTER6)
    process = wan.start(binary, setting, site.scratch("wan") / "settings")
    six = any(subnet.network6 for subnet in description.subnets)
    netns.batch(gateway(site), [f"addr add {description.outside_address}/32 dev wan0", "link set wan0 mtu 1500 up",
                                "route add default dev wan0"] + (["route add 2001:db8::/32 dev wan0"] if six else []))
    netns.batch(outside(site), ["link set in0 mtu 1500 up", f"route add {description.outside_address}/32 dev in0",
                                *(f"route add {subnet.network} dev in0" for subnet in description.subnets),
                                *(f"route add {subnet.network6} dev in0" for subnet in description.subnets if subnet.network6)])
    if description.nat:
        rules = "add table ip nat; add chain ip nat out { type nat hook postrouting priority 100; }; " \
                "add rule ip nat out oifname wan0 ct state new masquerade"
        netns.start_in(gateway(site), ["nft", rules]).wait(timeout=10)
    return process


def _names(site, host):
    """What programs in the host's namespace resolve names with."""
    resolvers = [other for other in site.hosts if any(wish.startswith("dns.") for wish in other.runs)]
    near = [other for other in resolvers if other.side == "inside" and other is not host] or resolvers
    folder = pathlib.Path(netns.CONFIGURATIONS) / host.namespace
    folder.mkdir(parents=True, exist_ok=True)
    lines = [f"nameserver {other.address}" for other in near[:2]] + ["options timeout:2 attempts:2"]
    (folder / "resolv.conf").write_text("\n".join(lines) + "\n", encoding="ascii")
    # ProFTPD will not start on a machine that does not know its own name; namespaces share the real machine's.
    # Resolvers behind sockets of the file system know no namespaces: only files and plain DNS are asked.
    (folder / "nsswitch.conf").write_text("passwd: files\ngroup: files\nshadow: files\nhosts: files dns\n", encoding="ascii")
    (folder / "hosts").write_text(f"127.0.0.1 localhost\n::1 localhost\n{host.address} {socket.gethostname()}\n", encoding="ascii")


def ways_out(site):
    """What could carry a packet out of the lab, in words; nothing, or the lab must not start."""
    cables = {f"h{number}" for number in range(len(site.hosts))}
    bridges = {f"br{number}" for number in range(len(site.description.subnets))}
    expected = {gateway(site): cables | bridges | {"wan0"}, outside(site): cables | {"br0", "in0"},
                **{host.namespace: {"eth0"} for host in site.hosts}}
    own = {os.stat(f"{netns.FOLDER}/{namespace}").st_ino for namespace in expected}
    found = []
    if os.stat("/proc/self/ns/net").st_ino in own:
        found.append("the lab itself is in a namespace of the site")
    for namespace, names in expected.items():
        for link in json.loads(netns.ip("-n", namespace, "-j", "link", "show")):
            if link["ifname"] not in names | {"lo"} and link.get("operstate") != "DOWN":
                found.append(f"{namespace} has the interface {link['ifname']}")
            # A cable whose other end lies in a namespace that is not ours would be a door.
            if link.get("link_netnsid") is not None and link["ifname"] not in cables | {"eth0"}:
                found.append(f"{namespace}'s {link['ifname']} leads to another namespace")
    return found
