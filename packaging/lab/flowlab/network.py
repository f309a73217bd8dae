# SPDX-License-Identifier: GPL-3.0-or-later
"""A network of namespaces: one switch, hosts on it, nothing else. No namespace has a route out, so nothing leaves."""
import ctypes
import dataclasses
import ipaddress
import signal
import subprocess

PREFIX = "fslab-"  # every namespace of the lab begins so; cleaning removes these and no others
NETWORK = ipaddress.ip_network("198.51.100.0/24")  # RFC 5737, documentation
NETWORK6 = ipaddress.ip_network("2001:db8:51::/64")  # RFC 3849, documentation
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
    subprocess.run(["ip", *arguments], check=True, capture_output=True, text=True)


def run_in(namespace, command, **options):
    return subprocess.Popen(["ip", "netns", "exec", namespace, *command], preexec_fn=die_with_parent, **options)


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
