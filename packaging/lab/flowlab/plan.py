# SPDX-License-Identifier: GPL-3.0-or-later
"""Who is in the network, what each host does, and which profiles there are."""
import dataclasses

from .network import Host

HOSTS = [
    Host("web1", 10), Host("web2", 11, ("net.ipv4.tcp_timestamps=0",)), Host("web3", 12, ("net.ipv4.tcp_sack=0",)),
    Host("cdn", 13), Host("files", 20, ("net.ipv4.tcp_window_scaling=0",)), Host("mail", 21), Host("dns", 53),
    Host("ws1", 101), Host("ws2", 102, ("net.ipv4.tcp_timestamps=0",)), Host("ws3", 103, ("net.ipv4.tcp_congestion_control=reno",)),
    Host("ws4", 104, ("net.ipv4.tcp_rmem=4096 65536 262144",)), Host("monitor", 120),
    # One host per tool: what two tools on one machine send cannot be told apart afterwards.
    Host("scanner", 200), Host("tunnel", 201), Host("guesser", 202),
]
BY_NAME = {host.name: host for host in HOSTS}
WEB = ("web1", "web2", "web3", "cdn")  # the beacon's server is one web server among four, and is browsed too
OFFICE = [("browse", 5), ("browse", 8), ("look_up", 3), ("poll_api", 9), ("plain_http", 14), ("check_update", 12),
          ("keep_alive", 25), ("send_mail", 30), ("remote_shell", 30), ("copy_file", 60), ("upload", 60), ("download", 250),
          ("fail_to_connect", 30), ("ping", 25), ("set_clock", 20)]
MONITOR = [("heartbeat", 1), ("heartbeat", 1), ("ping", 6), ("poll_api", 5), ("look_up", 8), ("set_clock", 16)]
WORK = {**{f"ws{i}": OFFICE for i in range(1, 5)}, "monitor": MONITOR}

SHORTEST, LONGEST = 20, 900  # seconds; by 20 every behaviour and every threat has begun


@dataclasses.dataclass(frozen=True)
class Profile:
    seconds: int
    threats: tuple
    about: str


PROFILES = {
    "sample": Profile(330, ("beacon",), "honest work with a beacon hidden in it"),
    "threats": Profile(150, ("beacon", "port_scan", "ssh_bruteforce", "dns_tunnel"), "all four threats among honest work"),
    "beacon": Profile(40, ("beacon",), "a short run for a live detection check"),
}
