# SPDX-License-Identifier: GPL-3.0-or-later
"""A network of namespaces: one switch, hosts on it, nothing else. No namespace has a route out, so nothing leaves."""
import ctypes
import dataclasses
import ipaddress
import json
import signal
import subprocess

PREFIX = "fslab-"  # every namespace of the lab begins so; cleaning removes these and no others
NETWORK = ipaddress.ip_network("198.51.100.0/24")  # RFC 5737, documentation
NETWORK6 = ipaddress.ip_network("2001:db8:51::/64")  # RFC 3849, documentation
TUNNEL = ipaddress.ip_network("198.18.0.0/24")  # RFC 2544, benchmarking: inside the DNS tunnel, never on the switch
SWITCH = PREFIX + "switch"
TAP = "br0"


@dataclasses.dataclass(frozen=True)
class Host:
    name: str
    number: int  # last byte of its address
    sysctl: tuple = ()  # stack differences, so that hosts do not look alike

    @property
    def namespace(self):
        return PREFIX + self.name

    @property
    def address(self):
        return str(NETWORK[self.number])

    @property
    def address6(self):
        return str(NETWORK6[self.number])


def guard(address):
    """Refuses any target outside the lab."""
    parsed = ipaddress.ip_address(address)
    if parsed not in NETWORK and parsed not in NETWORK6:
        raise ValueError(f"{address} is outside the lab")
    return address


def die_with_parent():
    """The child gets SIGKILL when its parent dies, however it dies."""
    ctypes.CDLL("libc.so.6").prctl(1, signal.SIGKILL)


def ip(*arguments):
    return subprocess.run(["ip", *arguments], check=True, capture_output=True, text=True).stdout


def run_in(namespace, command, **options):
    return subprocess.Popen(["ip", "netns", "exec", namespace, *command], preexec_fn=die_with_parent, **options)


def unusable():
    """Why namespaces cannot be made here, or None."""
    probe = PREFIX + "probe"
    try:
        ip("netns", "add", probe)
        ip("-n", probe, "link", "add", TAP, "type", "bridge")
        ip("-n", probe, "link", "add", "one", "type", "veth", "peer", "name", "other")
    except subprocess.CalledProcessError as error:
        return error.stderr.strip().splitlines()[-1] if error.stderr.strip() else str(error)
    finally:
        subprocess.run(["ip", "netns", "del", probe], check=False, capture_output=True)
    return None


def namespaces():
    listed = subprocess.run(["ip", "netns", "list"], capture_output=True, text=True, check=False).stdout
    return [line.split()[0] for line in listed.splitlines() if line.startswith(PREFIX)]


def clean():
    """Ends what runs in the lab's namespaces and removes them."""
    for name in namespaces():
        pids = subprocess.run(["ip", "netns", "pids", name], capture_output=True, text=True, check=False).stdout.split()
        if pids:
            subprocess.run(["kill", "-9", *pids], check=False, capture_output=True)
    for name in namespaces():
        subprocess.run(["ip", "netns", "del", name], check=False, capture_output=True)


def ways_out(hosts):
    """What could carry a packet out of the lab, in words; nothing, or the lab must not start. A host knows its own
    network and no gateway; whatever it has beside its cable to the switch would be a door."""
    found = []
    for host in hosts:
        for family in ("-4", "-6"):
            routes = ip("-n", host.namespace, family, "route", "show", "default")
            found += [f"{host.name} has a route: {line}" for line in routes.splitlines()]
        links = json.loads(ip("-n", host.namespace, "-j", "link", "show"))
        found += [f"{host.name} has the interface {link['ifname']}" for link in links
                  if link.get("operstate") != "DOWN" and link["ifname"] not in ("lo", "eth0")]
    cables = {host.name for host in hosts} | {"lo", TAP}
    links = json.loads(ip("-n", SWITCH, "-j", "link", "show"))
    found += [f"the switch has the interface {link['ifname']}" for link in links
              if link.get("operstate") != "DOWN" and link["ifname"] not in cables]
    return found


def build(hosts):
    clean()
    ip("netns", "add", SWITCH)
    ip("-n", SWITCH, "link", "add", TAP, "type", "bridge", "mcast_snooping", "0")
    ip("-n", SWITCH, "link", "set", TAP, "up")
    for host in hosts:
        ip("netns", "add", host.namespace)
        ip("-n", SWITCH, "link", "add", host.name, "type", "veth", "peer", "name", "eth0", "netns", host.namespace)
        ip("-n", SWITCH, "link", "set", host.name, "master", TAP, "up")
        ip("-n", host.namespace, "link", "set", "lo", "up")
        ip("-n", host.namespace, "addr", "add", f"{host.address}/{NETWORK.prefixlen}", "dev", "eth0")
        ip("-n", host.namespace, "addr", "add", f"{host.address6}/64", "dev", "eth0", "nodad")
        ip("-n", host.namespace, "link", "set", "eth0", "up")
        for namespace, device in ((host.namespace, "eth0"), (SWITCH, host.name)):
            # Offloads would put segments into the capture that no wire could carry.
            subprocess.run(["ip", "netns", "exec", namespace, "ethtool", "-K", device, "tso", "off", "gso", "off", "gro",
                            "off", "tx", "off"], check=False, capture_output=True)
        for setting in host.sysctl:
            subprocess.run(["ip", "netns", "exec", host.namespace, "sysctl", "-q", "-w", setting], check=False,
                           capture_output=True)
    if found := ways_out(hosts):
        raise ValueError("the lab is not sealed: " + "; ".join(found))
