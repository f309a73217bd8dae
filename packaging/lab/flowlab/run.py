# SPDX-License-Identifier: GPL-3.0-or-later
"""The orchestrator: builds the network, starts servers, work, threats and the recorder, and writes labels."""
import argparse
import collections
import contextlib
import fcntl
import json
import os
import pathlib
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time

from . import check, labels, network, services
from .plan import BY_NAME, HOSTS, LONGEST, PROFILES, SHORTEST, WEB, WORK
from .threats import TOOLS, Threats

FOLDER = pathlib.Path("/run/fslab")  # configurations, keys and the growing capture; emptied before and after every run
LOCK = pathlib.Path("/run/fslab.lock")
GRACE = 120  # seconds beside the recording, for building, stopping and labelling


def arguments():
    parser = argparse.ArgumentParser(prog="lab", description="Makes labelled captures in network namespaces.")
    parser.add_argument("--profile", choices=PROFILES)
    parser.add_argument("--out", type=pathlib.Path, help="folder for NAME.pcap, NAME.labels.csv and NAME.events.jsonl")
    parser.add_argument("--name", help="name of the products (default: the profile)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=int, choices=range(SHORTEST, LONGEST + 1), metavar="SECONDS",
                        help=f"length of the recording, {SHORTEST} to {LONGEST} (default: the profile's)")
    parser.add_argument("--snaplen", type=int, default=0, help="bytes kept of each packet, at least 82 (default: all)")
    parser.add_argument("--run-in-tap", metavar="COMMAND",
                        help="run COMMAND where the recorder runs ({interface} stands for its interface) until the end")
    parser.add_argument("--list", action="store_true", help="list the profiles")
    parser.add_argument("--check", action="store_true", help="say whether the lab (with --profile: that one) can run here")
    parser.add_argument("--clean", action="store_true", help="remove what a killed run left")
    return parser


def obstacle(profile):
    """Why the lab cannot run here, or None."""
    tools = [tool for threat in (profile.threats if profile else ()) for tool in TOOLS[threat]]
    if absent := services.missing(tools):
        return f"missing: {', '.join(absent)}; packaging/setup lab installs what Debian has"
    if reason := network.unusable():
        return f"network namespaces cannot be made here: {reason}"
    return None


def start_servers(work, seed):
    processes = []
    for number, name in enumerate(WEB):
        processes += services.web(BY_NAME[name], work / name, seed + number)
    processes += services.ssh(BY_NAME["files"], work / "ssh")
    processes += services.dns(BY_NAME["dns"], HOSTS)
    processes += services.mail(BY_NAME["mail"])
    time.sleep(2)
    if ended := [shlex.join(process.args) for process in processes if process.poll() is not None]:
        raise ValueError("a server ended at once: " + "; ".join(ended))
    return processes


def start_work(work, seed, seconds):
    processes = []
    options = ["-F", "none", "-i", str(work / "ssh" / "user"), "-o", "BatchMode=yes", "-o", "StrictHostKeyChecking=no", "-o",
               "UserKnownHostsFile=/dev/null"]
    for name, behaviours in WORK.items():
        plan = {"host": name, "seed": seed, "seconds": seconds, "folder": str(work), "dns": BY_NAME["dns"].address,
                "mail": BY_NAME["mail"].address,
                "web": [{"address": BY_NAME[web].address, "address6": BY_NAME[web].address6} for web in WEB],
                "names": [host.name for host in HOSTS], "ssh": {"address": BY_NAME["files"].address, "options": options},
                "behaviours": behaviours}
        path = work / f"{name}.json"
        path.write_text(json.dumps(plan))
        worker = pathlib.Path(__file__).with_name("work.py")
        processes.append(network.run_in(BY_NAME[name].namespace, [sys.executable, "-B", str(worker), str(path)]))
    return processes


def start_recorder(capture, snaplen):
    log = capture.with_suffix(".log")
    with open(log, "w", encoding="utf-8") as said:
        recorder = network.run_in(network.SWITCH, ["tcpdump", "-i", network.TAP, "-w", str(capture), "-U", "-B", "16384", "-Z",
                                                   "root", *(["-s", str(max(snaplen, 82))] if snaplen else [])], stderr=said)
    for _ in range(50):
        if "listening on" in log.read_text():
            return recorder, log
        time.sleep(0.1)
    raise ValueError(f"tcpdump does not record: {log.read_text().strip()}")


def start_guest(command):
    guest = network.run_in(network.SWITCH, shlex.split(command.replace("{interface}", network.TAP)))
    time.sleep(2)
    watch_guest(guest)
    return guest


def watch_guest(guest):
    if guest.poll() is not None:
        raise ValueError(f"the command in the tap ended before the recording did, with {guest.returncode}")


def stop(processes, how=signal.SIGTERM):
    for process in processes:
        if process.poll() is None:
            process.send_signal(how)
    for process in processes:
        try:
            process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            process.kill()


def stop_guest(guest):
    watch_guest(guest)
    stop([guest], signal.SIGINT)
    if guest.wait() != 0:
        raise ValueError(f"the command in the tap ended with {guest.returncode}")


def record(options, profile, seconds, work):
    """Leaves the capture and the events in `work`; returns the rules by which flows are known and what tcpdump said."""
    servers = start_servers(work, options.seed)
    recorder, log = start_recorder(work / "capture.pcap", options.snaplen)
    guest = start_guest(options.run_in_tap) if options.run_in_tap else None
    print(f"recording {seconds} s of {profile.about}", flush=True)
    workers = start_work(work, options.seed, seconds)
    threats = Threats(work, options.seed, seconds)
    for threat in profile.threats:
        threats.start(threat)
    time.sleep(seconds)
    stop(threats.processes + workers)
    time.sleep(3)
    if guest:
        stop_guest(guest)
    stop([recorder], signal.SIGINT)
    stop(servers)
    return threats.rules, log.read_text()


def judge(profile, work, rules, said):
    """Labels the capture; returns the complaints about it."""
    events = [json.loads(line) for line in (work / "events.jsonl").read_text().splitlines()]
    capture = work / "capture.pcap"
    found = labels.flows(capture)
    labels.assign(found, events, rules)
    labels.write(found, work / "labels.csv")
    complaints = check.complaints(profile.threats, labels.packets(capture), found)
    dropped = re.search(r"(\d+) packets? dropped by kernel", said)
    if not dropped or int(dropped[1]) > 0:
        complaints.append(f"the recorder lost packets: {said.strip()}")
    print(f"{capture.stat().st_size} bytes, {len(found)} flows: {dict(collections.Counter(flow.label for flow in found))}")
    return complaints


def publish(work, out, name):
    for part, product in (("capture.pcap", "pcap"), ("labels.csv", "labels.csv"), ("events.jsonl", "events.jsonl")):
        if (work / part).exists():
            shutil.move(work / part, out / f"{name}.{product}")
            print(out / f"{name}.{product}")


def make(options, profile, work):
    seconds = options.seconds or profile.seconds
    signal.alarm(seconds + GRACE)
    name = options.name or options.profile
    network.build(HOSTS)
    rules, said = record(options, profile, seconds, work)
    try:
        complaints = judge(profile, work, rules, said)
    except ValueError as error:
        complaints = [str(error)]
    publish(work, options.out, f"{name}.rejected" if complaints else name)
    for complaint in complaints:
        print(f"lab: rejected: {complaint}", file=sys.stderr)
    return 1 if complaints else 0


@contextlib.contextmanager
def alone():
    """One lab at a time: the names of its namespaces are fixed. The system forgets the lock of a process that dies."""
    with open(LOCK, "w", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise ValueError("another lab is running on this machine") from None
        yield


@contextlib.contextmanager
def tidy():
    """A clean place to work in, cleaned again whatever happens. A second Ctrl+C cannot interrupt the cleaning."""
    clean()
    FOLDER.mkdir(mode=0o755)
    try:
        yield FOLDER
    finally:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGALRM):
            signal.signal(number, signal.SIG_IGN)
        clean()


def clean():
    network.clean()
    shutil.rmtree(FOLDER, ignore_errors=True)


def leave(number, _):
    print("lab: took too long" if number == signal.SIGALRM else f"lab: stopped by {signal.Signals(number).name}", file=sys.stderr)
    sys.exit(128 + number)


def obey(options, profile):
    if options.clean:
        clean()
        return 0
    if reason := obstacle(profile):
        raise ValueError(reason)
    if options.check:
        return 0
    options.out.mkdir(parents=True, exist_ok=True)
    with tidy() as work:
        return make(options, profile, work)


def main():
    parser = arguments()
    options = parser.parse_args()
    os.environ["PATH"] += os.pathsep + "/usr/sbin:/sbin"
    profile = PROFILES.get(options.profile)
    if options.list:
        for name, listed in PROFILES.items():
            print(f"{name}: {listed.about}, {listed.seconds} s; threats: {', '.join(listed.threats)}")
        return 0
    if not (options.clean or options.check) and not (profile and options.out):
        parser.error("--profile and --out are needed")
    if os.geteuid() != 0:
        print("lab: namespaces need root; run it with sudo", file=sys.stderr)
        return 1
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGALRM):
        signal.signal(number, leave)
    try:
        with alone():
            return obey(options, profile)
    except (ValueError, OSError, subprocess.CalledProcessError) as error:
        print(f"lab: {error}", file=sys.stderr)
        return 1
