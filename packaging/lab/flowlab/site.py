# SPDX-License-Identifier: GPL-3.0-or-later
"""A site as its file describes it, and as it stands while it is recorded."""
import dataclasses
import ipaddress
import pathlib
import threading

from . import netns
from .ledger import Ledger


@dataclasses.dataclass(eq=False)
class Host:
    name: str
    site: str
    side: str  # inside | outside, seen from the site's gateway
    address: str
    address6: str  # "" without IPv6
    subnet: str  # where it is plugged in: a subnet of the site, or "" outside
    role: str  # desk | server | device | admin | visitor | remote: which honest work it does (work plan of the site)
    stack: dict = dataclasses.field(default_factory=dict)  # see stacks.py
    runs: tuple = ()  # services it runs: "web.nginx", "ssh.openssh:2222"
    link: str = ""  # outside: the kind of wide-area link, see wan.py

    @property
    def namespace(self):
        return netns.of(self.site, self.name)


@dataclasses.dataclass(eq=False)
class Service:
    """A server that runs. `facts`: what clients need to know (users, paths, versions), by kind; see services/."""
    kind: str  # web, ssh, dns, ...
    host: Host
    port: int
    protocol: str = "tcp"
    program: str = ""  # nginx, dropbear, ...
    facts: dict = dataclasses.field(default_factory=dict)

    def __str__(self):
        return f"{self.kind} ({self.program}) on {self.host.name}:{self.port}"


class Site:
    """What behaviours and services know of the network that they are in. Read-only but for the ledger."""

    def __init__(self, description, folder):
        self.description = description  # SiteFile
        self.name = description.name
        self.folder = pathlib.Path(folder)
        self.hosts = [dataclasses.replace(host) for host in description.hosts]
        self.domain = description.domain  # "clinic.example": host NAME is NAME.clinic.example
        self.share6 = description.share6
        self.services = []
        self.certificates = None  # Certificates, for servers that behaviours start themselves
        self.ledger = Ledger()
        self.stopping = threading.Event()
        self._built = set()  # hosts whose namespaces this lab made

    def host(self, name):
        return next(host for host in self.hosts if host.name == name)

    def built(self, host):
        self._built.add(host)

    def guard(self, host):
        """Refuses whatever is no host of this site in a namespace that this lab has made."""
        if host not in self._built:
            raise ValueError(f"{getattr(host, 'name', host)} is no host that the lab made for {self.name}")
        return host

    def guard_address(self, address):
        """The host that has this address; refuses any other address."""
        parsed = ipaddress.ip_address(address)
        for host in self._built:
            if parsed in {ipaddress.ip_address(own) for own in (host.address, host.address6) if own}:
                return host
        raise ValueError(f"{address} is outside the lab")

    def on_tap(self, host):
        """Does the recorder see whatever this host says?"""
        return self.description.sees(host)

    def full_name(self, host):
        return f"{host.name}.{self.domain}"

    def scratch(self, *parts):
        folder = self.folder.joinpath("scratch", *parts)
        folder.mkdir(parents=True, exist_ok=True)
        return folder
