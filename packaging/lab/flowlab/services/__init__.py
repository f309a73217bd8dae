# SPDX-License-Identifier: GPL-3.0-or-later
"""The servers of the lab: real programs with configurations of their own, in the namespaces of the site's hosts.

A service is a function that takes a `Place`, starts the program there and returns what now can be spoken with:

    @service("ssh.dropbear", port=22, tools=("dropbear", "dropbearkey"))
    def dropbear(place):
        place.start(["dropbear", "-F", ...])
        return [place.offer("ssh", user="anna", password="...", key=path)]

Nothing is written outside `place.folder`; the program stays in the foreground, logs nowhere and believes in no file of the
machine's own (no /etc/nginx, no ~/.ssh). Parameters that shape traffic (versions, ciphers, key types, sizes, keep-alive,
banners) are drawn from `place.rng`, so that two sites that run the same program differ.

Kinds and what clients find in `facts`; a password is there so that honest clients can log in, and guessers fail:

| kind | programs | facts |
| --- | --- | --- |
| web | nginx, lighttpd, apache, python (443 with TLS, and 80 as kind webplain) | tls=True and those of the web, below |
| webplain | the same servers' port 80 | tls=False and the rest as above |
| ssh | openssh, dropbear | user, password, key (path of a private key), sftp (bool), keys (the host's kinds: "rsa", ...) |
| dns | dnsmasq, unbound | resolver of the site's names and of *.pages.example; tcp 53 as well |
| time | chrony | |
| smtp | aiosmtpd and others | user, password ("" without login), starttls (bool), mailboxes (names that exist) |
| imap | dovecot | user, password, tls (bool, on 993) |
| ftp | proftpd, pyftpdlib | user, password, passive (lowest, highest port) |
| smb | samba | user, password, share |
| rsync | rsync daemon | module |
| git | git daemon | path |
| postgres, mysql, redis, memcached | | user, password, database and table where they exist |
| mqtt | mosquitto | user, password ("" without) |
| snmp | snmpd | community |
| irc | ngircd | channel |
| chat | WebSocket server of ours (python3-websockets), behind TLS or plain | tls, path |
| vnc | TigerVNC's Xvnc | password |
| registry | docker-registry | tls, images (list of names) |
| ldap | slapd | base, user, password |
| tftp | tftpd-hpa | file, transfer (lowest, highest port that data comes from) |
| sip | registrar of ours | user, password, rtp (lowest, highest port) |
| syslog | sink of ours (udp) | |
| metrics | prometheus-node-exporter | path |
| stun | responder of ours (udp) | |

The web's facts: http2 (bool), versions (of TLS: "1.2", "1.3"), user and password (of /login), objects (number: /o/0 ... of
different sizes), large (path of a file of some MB), app (bool: /api, /upload, /submit, /login, /search?id=, /comments,
/echo, /dns-query, see site_app.py), video (path of a playlist), apt (path of a package repository or ""), git (path of a
repository or "").
"""
import contextlib
import importlib
import pathlib
import pkgutil
import random
import socket
import subprocess
import sys
import time

from .. import netns
from ..behaviour import end_group, missing_tools
from ..site import Service

SERVICES = {}  # "web.nginx" -> (function, port, tools)


def service(name, *, port, tools=()):
    def keep(function):
        if name in SERVICES:
            raise ValueError(f"two services are called {name}")
        SERVICES[name] = (function, port, tools)
        return function
    return keep


def load():
    """Imports all modules beside this one, which register what they have."""
    for module in pkgutil.iter_modules(__path__):
        try:
            importlib.import_module(f"{__name__}.{module.name}")
        except ModuleNotFoundError as error:
            # A server's own module, which runs in a process of its own: who starts it has asked for this library (tools).
            if error.name.startswith("flowlab"):
                raise


class Place:
    """Where a service is to run."""

    def __init__(self, name, site, host, port, certificates):
        self.name, self.site, self.host, self.port = name, site, host, port
        self.rng = random.Random(f"{site.description.seed}/{host.name}/{name}")
        self.folder = site.scratch("services", host.name, name.replace(".", "-"))
        self._certificates = certificates
        self.processes = []
        self.behind = []  # loopback ports that must answer, too, before the service is offered

    @property
    def program(self):
        return self.name.split(".", 1)[1]

    def start(self, command, **options):
        options.setdefault("cwd", self.folder)
        process = netns.start_in(self.host.namespace, command, **options)
        self.processes.append(process)
        return process

    def start_script(self, module, *arguments, **options):
        """One of our own servers: a module of this folder with a main()."""
        lab = pathlib.Path(__file__).resolve().parents[2]
        return self.start([sys.executable, "-B", "-m", f"flowlab.services.{module}", *arguments], cwd=lab, **options)

    def prepare(self, command, **options):
        """A program that runs to its end before the server starts (initdb); ValueError with what it said if it fails."""
        options.setdefault("cwd", self.folder)
        done = subprocess.run(["ip", "netns", "exec", self.host.namespace, *map(str, command)], capture_output=True,
                              check=False, timeout=60, **options)
        if done.returncode != 0:
            raise ValueError(f"{command[0]} failed: {(done.stderr or done.stdout).decode(errors='replace').strip()[-300:]}")

    def certificate(self):
        """(certificate chain, key): paths of PEM files; kinds of keys and lengths of chains differ."""
        return self._certificates.draw(self.rng, self.site.full_name(self.host))

    def write(self, name, text, mode=0o600):
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        path.chmod(mode)
        return path

    def password(self):
        return "".join(self.rng.choice("abcdefghjkmnpqrstuvwxyz23456789") for _ in range(self.rng.randrange(9, 14)))

    def offer(self, kind, port=None, protocol="tcp", **facts):
        return Service(kind, self.host, port or self.port, protocol, self.program, facts)


def start_all(site, certificates, note):
    """Starts what the site's hosts run and waits until it answers; returns the processes. A service whose program is
    missing, or which does not come up, is left out with a line to `note`: behaviours that need it are then skipped."""
    started = []
    for host in site.hosts:
        for wish in host.runs:
            name, _, port = wish.partition(":")
            if name not in SERVICES:
                note(f"{site.name}: {host.name} is to run {name}, which the lab does not have")
                continue
            function, usual, tools = SERVICES[name]
            if absent := missing_tools(tools):
                note(f"{site.name}: {host.name} does not run {name}: missing {', '.join(absent)}")
                continue
            place = Place(name, site, host, int(port) if port else usual, certificates)
            try:
                offers = function(place)
            except (ValueError, OSError, subprocess.SubprocessError) as error:
                note(f"{site.name}: {name} on {host.name} did not start: {error}")
                for process in place.processes:
                    end_group(process)
                continue
            started.append((place, offers))
    deadline = time.monotonic() + 20
    for place, offers in started:
        for offer in offers:
            if reason := _silent(offer, place, deadline):
                note(f"{site.name}: {place.name} on {place.host.name}: {reason}")
                break
        else:
            site.services.extend(offers)
    return [process for place, _ in started for process in place.processes]


def _silent(offer, place, deadline):
    """Why nobody answers, or None. Asked from within the host, so that no recorder sees it."""
    ports = [("127.0.0.1", port) for port in place.behind]
    if offer.protocol == "tcp":
        ports.append((offer.host.address, offer.port))
    while True:
        try:
            with netns.visiting(offer.host.namespace):
                for address in ports:
                    socket.create_connection(address, timeout=1).close()
                if offer.protocol == "tcp" or _bound(offer.port):
                    return None
                raise OSError("nobody listens")
        except OSError as error:
            ended = [process.poll() for process in place.processes if process.poll() is not None]
            if any(ended) or ended and len(ended) == len(place.processes):
                return f"ended with {max(ended, key=abs)}"
            if time.monotonic() > deadline:
                return f"port {offer.port} does not answer: {error}"
        time.sleep(0.1)


def _bound(port):
    """Whether somebody in this namespace has the UDP port; asking by a datagram would need each protocol."""
    for table in ("udp", "udp6"):
        with contextlib.suppress(FileNotFoundError), open(f"/proc/thread-self/net/{table}", encoding="ascii") as lines:
            if any(line.split()[1].endswith(f":{port:04X}") for line in lines):
                return True
    return False
