# SPDX-License-Identifier: GPL-3.0-or-later
"""The orchestrator: builds the network, starts servers, work, threats and the recorder, and writes labels."""
import argparse
import json
import os
import pathlib
import shlex
import signal
import subprocess
import sys
import tempfile
import time

from . import labels, network, services
from .network import Host

HOSTS = [
    Host("web1", 10), Host("web2", 11, ("net.ipv4.tcp_timestamps=0",)), Host("web3", 12, ("net.ipv4.tcp_sack=0",)),
    Host("cdn", 13), Host("files", 20, ("net.ipv4.tcp_window_scaling=0",)), Host("mail", 21), Host("dns", 53),
    Host("ws1", 101), Host("ws2", 102, ("net.ipv4.tcp_timestamps=0",)), Host("ws3", 103, ("net.ipv4.tcp_congestion_control=reno",)),
    Host("ws4", 104, ("net.ipv4.tcp_rmem=4096 65536 262144",)), Host("monitor", 120), Host("attacker", 200), Host("tunnel", 201),
]
BY_NAME = {host.name: host for host in HOSTS}
WEB = ("web1", "web2", "web3", "cdn")  # the beacon's server is one web server among four, and is browsed too
OFFICE = [("browse", 5), ("browse", 8), ("look_up", 3), ("poll_api", 9), ("plain_http", 14), ("check_update", 12),
          ("keep_alive", 25), ("send_mail", 30), ("remote_shell", 30), ("copy_file", 60), ("upload", 60), ("download", 250),
          ("fail_to_connect", 30), ("ping", 25), ("set_clock", 20)]
MONITOR = [("heartbeat", 1), ("heartbeat", 1), ("ping", 6), ("poll_api", 5), ("look_up", 8), ("set_clock", 16)]

PROFILES = {
    "sample": {"seconds": 330, "threats": ["beacon"], "about": "honest work with a beacon hidden in it"},
    "threats": {"seconds": 150, "threats": ["beacon", "port_scan", "ssh_bruteforce", "dns_tunnel"],
                "about": "all four threats among honest work"},
    "beacon": {"seconds": 40, "threats": ["beacon"], "about": "a short run for a live detection check"},
}


def arguments():
    parser = argparse.ArgumentParser(prog="lab", description="Makes labelled captures in network namespaces.")
    parser.add_argument("--profile", choices=PROFILES)
    parser.add_argument("--out", type=pathlib.Path, help="folder for NAME.pcap, NAME.labels.csv and NAME.events.jsonl")
    parser.add_argument("--name", help="name of the products (default: the profile)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=int, help="length of the recording (default: the profile's; at most 900)")
    parser.add_argument("--snaplen", type=int, default=0, help="bytes kept of each packet (default: all)")
    parser.add_argument("--run-in-tap", metavar="COMMAND",
                        help="run COMMAND where the recorder runs ({interface} stands for its interface) until the end")
    parser.add_argument("--list", action="store_true", help="list the profiles")
    parser.add_argument("--clean", action="store_true", help="remove what a killed run left")
    return parser


def start_servers(work, seed):
    processes = []
    for number, name in enumerate(WEB):
        folder = work / name
        folder.mkdir()
        processes += services.web(BY_NAME[name], folder, seed + number)
    processes += services.ssh(BY_NAME["files"], work / "ssh")
    processes += services.dns(BY_NAME["dns"], HOSTS)
    processes += services.mail(BY_NAME["mail"])
    return processes


def start_work(work, seed, seconds):
    processes = []
    ssh = {"address": BY_NAME["files"].address,
           "options": ["-i", str(work / "ssh" / "user"), "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null",
                       "-o", "BatchMode=yes"]}
    for name, behaviours in [(f"ws{i}", OFFICE) for i in range(1, 5)] + [("monitor", MONITOR)]:
        plan = {"host": name, "seed": seed, "seconds": seconds, "dns": BY_NAME["dns"].address, "mail": BY_NAME["mail"].address,
                "web": [{"address": BY_NAME[web].address, "address6": BY_NAME[web].address6} for web in WEB],
                "names": [host.name for host in HOSTS], "ssh": ssh, "behaviours": behaviours}
        path = work / f"{name}.json"
        path.write_text(json.dumps(plan))
        worker = pathlib.Path(__file__).with_name("work.py")
        processes.append(network.run_in(BY_NAME[name].namespace, [sys.executable, str(worker), str(path)]))
    return processes


class Threats:
    """Starts threats and remembers what their flows are known by."""

    def __init__(self, work, seed, seconds):
        self.work, self.seed, self.seconds = work, seed, seconds
        self.rules, self.processes = [], []
        self.log = work / "events.jsonl"
        self.log.touch()

    def start(self, name):
        tools = {"port_scan": ["nmap"], "ssh_bruteforce": ["hydra"], "dns_tunnel": ["iodined", "iodine"]}.get(name, [])
        absent = services.missing(*tools)
        if absent:
            print(f"skipping {name}: {', '.join(absent)} is not installed")
            return
        getattr(self, name)()

    def rule(self, name, host):
        """Every flow of a host that does nothing else is the threat's."""
        self.rules.append({"label": name, "host": host.address, "begun": time.time(), "ended": time.time() + self.seconds})

    def quietly(self, host, command):
        self.processes.append(network.run_in(host.namespace, command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                             stdin=subprocess.DEVNULL))

    def beacon(self):
        script = pathlib.Path(__file__).with_name("beacon.py")
        sleep = "5.5" if self.seconds > 60 else "3"
        self.processes.append(network.run_in(BY_NAME["ws2"].namespace, [
            sys.executable, str(script), network.guard(BY_NAME["cdn"].address), str(self.seconds - 8), sleep, "0.3",
            str(self.seed), str(self.log)]))

    def port_scan(self):
        host = BY_NAME["attacker"]
        self.rule("port_scan", host)
        self.quietly(host, ["nmap", "-n", "-sT", "-Pn", "--max-rate", "40", "-p", "1-400", network.guard(BY_NAME["files"].address)])

    def ssh_bruteforce(self):
        passwords = self.work / "passwords"
        passwords.write_text("\n".join(f"guess{i}" for i in range(200)))
        # A second address keeps the two threats of one machine apart.
        network.ip("-n", BY_NAME["attacker"].namespace, "addr", "add", "198.51.100.202/24", "dev", "eth0")
        host = Host("attacker", 202)
        self.rule("ssh_bruteforce", host)
        network.ip("-n", BY_NAME["attacker"].namespace, "route", "add", BY_NAME["files"].address, "dev", "eth0", "src", host.address)
        self.quietly(BY_NAME["attacker"], ["timeout", str(self.seconds - 10), "hydra", "-l", "nobody", "-P", str(passwords), "-t", "4",
                                           f"ssh://{network.guard(BY_NAME['files'].address)}"])

    def dns_tunnel(self):
        server = BY_NAME["tunnel"]
        self.rule("dns_tunnel", server)
        self.quietly(server, ["iodined", "-f", "-c", "-P", "lab", "198.18.0.1/24", "t.lab.example"])
        time.sleep(1)
        self.quietly(BY_NAME["ws3"], ["iodine", "-f", "-r", "-P", "lab", network.guard(server.address), "t.lab.example"])
        self.quietly(BY_NAME["ws3"], ["sh", "-c", "sleep 12; ping -i 0.5 -s 600 198.18.0.1"])


def stop(processes, how=signal.SIGTERM):
    for process in processes:
        if process.poll() is None:
            process.send_signal(how)
    for process in processes:
        try:
            process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            process.kill()


def record(options, profile, work):
    seconds = min(options.seconds or profile["seconds"], 900)
    name = options.name or options.profile
    capture = options.out / f"{name}.pcap"
    servers = start_servers(work, options.seed)
    time.sleep(2)
    snap = ["-s", str(options.snaplen)] if options.snaplen else []
    recorder = network.run_in(network.SWITCH, ["tcpdump", "-i", network.TAP, "-w", str(capture), "-U", "-Z", "root", *snap],
                              stderr=subprocess.DEVNULL)
    time.sleep(1)
    guests = []
    if options.run_in_tap:
        guests.append(network.run_in(network.SWITCH, shlex.split(options.run_in_tap.replace("{interface}", network.TAP))))
        time.sleep(2)
    print(f"recording {seconds} s of {profile['about']}", flush=True)
    workers = start_work(work, options.seed, seconds)
    threats = Threats(work, options.seed, seconds)
    for threat in profile["threats"]:
        threats.start(threat)
    time.sleep(seconds)
    stop(threats.processes + workers)
    time.sleep(3)
    stop(guests, signal.SIGINT)
    stop([recorder], signal.SIGINT)
    stop(servers)
    events = [json.loads(line) for line in threats.log.read_text().splitlines()]
    (options.out / f"{name}.events.jsonl").write_text(threats.log.read_text())
    counts = labels.write(capture, events, threats.rules, options.out / f"{name}.labels.csv")
    print(f"{capture}: {capture.stat().st_size} bytes, {sum(counts.values())} flows, 0 unlabelled, 0 double: {dict(counts)}")


def main():
    parser = arguments()
    options = parser.parse_args()
    if options.list:
        for name, profile in PROFILES.items():
            print(f"{name}: {profile['about']}, {profile['seconds']} s; threats: {', '.join(profile['threats'])}")
        return 0
    if os.geteuid() != 0:
        print("lab: namespaces need root; run it with sudo", file=sys.stderr)
        return 1
    if options.clean:
        network.clean()
        return 0
    if not options.profile or not options.out:
        parser.error("--profile and --out are needed")
    absent = services.missing("ip", "tcpdump", "nginx", "curl", "openssl", "ssh-keygen", "sshd", "dnsmasq", "dig", "ethtool")
    if absent:
        print(f"lab: missing programs: {', '.join(absent)}; packaging/setup lab installs them", file=sys.stderr)
        return 1
    options.out.mkdir(parents=True, exist_ok=True)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    with tempfile.TemporaryDirectory(prefix="fslab-") as work:
        os.chmod(work, 0o755)
        try:
            network.build(HOSTS)
            record(options, PROFILES[options.profile], pathlib.Path(work))
        finally:
            network.clean()
    return 0
