# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads the description of a site (sites/NAME.toml) and says what is wrong with it. See sites/README.md for the format."""
import dataclasses
import ipaddress
import itertools
import pathlib
import tomllib

from . import stacks, wan
from .site import Host

FOLDER = pathlib.Path(__file__).resolve().parent.parent / "sites"
INSIDE = [ipaddress.ip_network("198.18.0.0/15"), ipaddress.ip_network("2001:db8::/32")]  # RFC 2544, RFC 3849
OUTSIDE = [*map(ipaddress.ip_network, ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32"))]  # RFC 5737
ROUTER = "198.18.255.254"  # of the outside; no subnet of a site may hold it
ROLES = ("desk", "server", "device", "admin", "visitor", "remote")
RHYTHMS = ("steady", "waves", "bursts", "rising", "falling", "lull")


@dataclasses.dataclass(frozen=True)
class Subnet:
    name: str
    network: ipaddress.IPv4Network
    network6: object  # IPv6Network or None
    gateway: str
    gateway6: str


@dataclasses.dataclass(frozen=True)
class SiteFile:
    name: str
    about: str
    seed: int
    domain: str
    seconds: int
    subnets: tuple
    hosts: tuple
    outside_address: str  # of the gateway
    nat: bool
    mtu: int
    tap: str  # a subnet's name, or "host:NAME"
    access: str  # the kind of the gateway's own link
    share6: float
    rhythm: str
    pace: float  # multiplies how often everything is done
    work: dict  # role -> {behaviour: mean pause in seconds}

    def kinds(self):
        """Kinds of services that the site offers, if all start."""
        return {kind for host in self.hosts for wish in host.runs for kind in kinds(wish)}

    def sees(self, host):
        """Does the recorder see whatever this host says?"""
        return self.tap in (host.subnet, f"host:{host.name}")


def kinds(wish):
    """Of "web.nginx:8443": what services/ offers under that name."""
    family, _, program = wish.partition(":")[0].partition(".")
    if family in ("sql", "kv"):
        return ("mysql",) if program == "mariadb" else (program,)
    return ("web", "webplain") if family == "web" else (family,)


def read(name):
    path = FOLDER / f"{name}.toml"
    try:
        with open(path, "rb") as file:
            table = tomllib.load(file)
    except FileNotFoundError:
        raise ValueError(f"there is no site {name}: {path} is missing") from None
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"{path}: {error}") from None
    try:
        return _site(name, table)
    except KeyError as error:
        raise ValueError(f"{path}: {error.args[0]} is missing") from None
    except (ValueError, TypeError, AttributeError) as error:
        raise ValueError(f"{path}: {error}") from None


def _inside(network, allowed):
    if not any(network.version == wide.version and network.subnet_of(wide) for wide in allowed):
        raise ValueError(f"{network} is no documentation or benchmark network")
    return network


def _subnets(table):
    wide6 = _inside(ipaddress.ip_network(table["ipv6"]), INSIDE) if table.get("ipv6") else None
    found = []
    for number, (name, text) in enumerate(table["subnets"].items()):
        network = _inside(ipaddress.ip_network(text), INSIDE)
        if ipaddress.ip_address(ROUTER) in network:
            raise ValueError(f"{network} holds {ROUTER}, which the lab needs")
        network6 = None
        if wide6:
            network6 = ipaddress.IPv6Network((int(wide6.network_address) + (number << 64), 64))
        gateway = _place(network, table.get("gateway", 1), "the gateway")
        found.append(Subnet(name, network, network6, gateway, str(network6[1]) if network6 else ""))
    return tuple(found)


def _place(network, number, who):
    """The address with that number in a subnet, counted from its end if negative; its first and its last are nobody's."""
    if not 0 < number % network.num_addresses < network.num_addresses - 1 or abs(number) >= network.num_addresses:
        raise ValueError(f"{network} has no number {number} for {who}")
    return str(network[number])


def _role(role, who):
    if role not in ROLES:
        raise ValueError(f"{who} has the role {role}; there are {', '.join(ROLES)}")


def _link(profile):
    if profile not in wan.PROFILES:
        raise ValueError(f"there is no link {profile}; there are {', '.join(wan.PROFILES)}")
    return profile


def _host(site, name, table, subnets):
    if name in ("gw", "out") or not name.isalnum():
        raise ValueError(f"no host can be called {name}: letters and digits, and neither gw nor out")
    system = table.get("stack", "linux")
    if system not in stacks.STACKS:
        raise ValueError(f"{name} has the stack {system}; there are {', '.join(stacks.STACKS)}")
    runs, stack = tuple(table.get("runs", ())), stacks.stack(system, table.get("tune", {}))
    role = table["role"]
    _role(role, name)
    if "at" in table:
        subnet = next((subnet for subnet in subnets if subnet.name == table["at"]), None)
        if subnet is None:
            raise ValueError(f"{name} is in {table['at']}, which is no subnet")
        address = _place(subnet.network, table["number"], name)
        address6 = str(subnet.network6[table["number"]]) if subnet.network6 and table.get("ipv6", True) else ""
        return Host(name, site, "inside", address, address6, subnet.name, role, stack, runs)
    _inside(ipaddress.ip_network(table["address"]), OUTSIDE)
    if table.get("address6"):
        _inside(ipaddress.ip_network(table["address6"]), OUTSIDE)
    return Host(name, site, "outside", table["address"], table.get("address6", ""), "", role, stack, runs,
                _link(table["link"]))


def _site(name, table):
    network = table["network"]
    subnets = _subnets(network)
    hosts = tuple(_host(name, host, row, subnets) for host, row in table["hosts"].items())
    addresses = [address for host in hosts for address in (host.address, host.address6) if address]
    addresses += [gateway for subnet in subnets for gateway in (subnet.gateway, subnet.gateway6) if gateway]
    outside = network.get("address", "192.0.2.1")
    _inside(ipaddress.ip_network(outside), OUTSIDE)
    addresses.append(outside)
    if len(set(addresses)) < len(addresses):
        raise ValueError("two hosts have one address")
    if any(one.network.overlaps(other.network) for one, other in itertools.combinations(subnets, 2)):
        raise ValueError("two subnets overlap")
    if any(subnet.network6 and ipaddress.ip_address(host.address6) in subnet.network6.supernet(new_prefix=48)
           for host in hosts if host.side == "outside" and host.address6 for subnet in subnets):
        raise ValueError("a host outside has an address of the site's own network")
    tap = network.get("tap", subnets[0].name)
    if tap not in [subnet.name for subnet in subnets] + [f"host:{host.name}" for host in hosts if host.side == "inside"]:
        raise ValueError(f"the recorder cannot listen at {tap}")
    rhythm = table.get("rhythm", "steady")
    if rhythm not in RHYTHMS:
        raise ValueError(f"there is no rhythm {rhythm}; there are {', '.join(RHYTHMS)}")
    for role in table["work"]:
        _role(role, "work")
    return SiteFile(name, table["about"], int(table["seed"]), table.get("domain", f"{name}.example"), int(table.get("seconds", 420)),
                    subnets, hosts, outside, bool(network.get("nat", True)), int(network.get("mtu", 1500)), tap,
                    _link(network["access"]), float(network.get("share6", 0.15)), rhythm, float(table.get("pace", 1)),
                    {role: dict(table["work"][role]) for role in table["work"]})


def names():
    return sorted(path.stem for path in FOLDER.glob("*.toml"))
