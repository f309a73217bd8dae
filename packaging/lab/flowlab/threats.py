# SPDX-License-Identifier: GPL-3.0-or-later
"""The threats: how each is started, and by what its flows are known afterwards."""
import pathlib
import subprocess
import sys

from . import network
from .plan import BY_NAME

TOOLS = {"beacon": (), "port_scan": ("nmap",), "ssh_bruteforce": ("hydra",), "dns_tunnel": ("iodine", "iodined")}


class Threats:
    """A threat's flows are known by its own log of sockets (`log`), or by a rule: two hosts that speak for no other
    reason. Whoever adds a threat adds what must be seen of it to check.py."""

    def __init__(self, work, seed, seconds):
        self.work, self.seed, self.seconds = work, seed, seconds
        self.rules, self.processes = [], []
        self.log = work / "events.jsonl"
        self.log.touch()

    def start(self, name):
        getattr(self, name)()

    def rule(self, name, client, server, protocol, port=None):
        self.rules.append({"label": name, "ends": {client.address, server.address}, "protocol": protocol, "port": port})

    def quietly(self, host, command):
        self.processes.append(network.run_in(host.namespace, command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                             stdin=subprocess.DEVNULL, cwd=self.work))  # hydra leaves a file where it runs

    def script(self, host, name, *arguments):
        path = pathlib.Path(__file__).with_name(name)
        self.processes.append(network.run_in(host.namespace, [sys.executable, "-B", str(path), *map(str, arguments)]))

    def beacon(self):
        client, server = BY_NAME["ws2"], BY_NAME["cdn"]
        sleep = 5.5 if self.seconds > 60 else 3
        self.script(client, "beacon.py", client.address, server.address, self.seconds - 8, sleep, 0.3, self.seed, self.log)

    def port_scan(self):
        client, server = BY_NAME["scanner"], BY_NAME["files"]
        self.rule("port_scan", client, server, protocol=6)
        self.quietly(client, ["nmap", "-n", "-sT", "-Pn", "--max-rate", "40", "-p", "1-400", network.guard(server.address)])

    def ssh_bruteforce(self):
        client, server = BY_NAME["guesser"], BY_NAME["files"]
        self.rule("ssh_bruteforce", client, server, protocol=6, port=22)
        passwords = self.work / "passwords"
        passwords.write_text("\n".join(f"guess{i}" for i in range(200)))
        self.quietly(client, ["timeout", str(self.seconds - 8), "hydra", "-I", "-l", "nobody", "-P", str(passwords), "-t", "4",
                              f"ssh://{network.guard(server.address)}"])

    def dns_tunnel(self):
        client, server = BY_NAME["ws3"], BY_NAME["tunnel"]
        self.rule("dns_tunnel", client, server, protocol=17, port=53)
        self.quietly(server, ["iodined", "-f", "-c", "-P", "lab", f"{network.TUNNEL[1]}/{network.TUNNEL.prefixlen}",
                              "t.lab.example"])
        self.script(client, "tunnel.py", server.address, self.seconds - 8, self.seed)
