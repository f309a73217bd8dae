# SPDX-License-Identifier: GPL-3.0-or-later
"""site_run.py TASK.json - one site from its building to its labelled capture, in a process of its own.

Leaves capture.pcap, truth.jsonl and report.json in the task's folder. Exit code 0, or 1 with a sentence in report.json."""
import ctypes
import json
import os
import pathlib
import shlex
import signal
import subprocess
import sys
import time
import traceback

from . import netns, network, services, site_file, threats, work
from .behaviour import end_group
from .certificates import Certificates
from .plan import SitePlan, Threat
from .recorder import Recorder, where
from .session import Session
from .site import Site

TAIL = 3.0  # seconds for which the recorder listens on after everyone has been told to stop


def read_plan(table):
    threats_planned = tuple(Threat(**threat) for threat in table["threats"])
    return SitePlan(table["site"], table["split"], table["seed"], table["seconds"], threats_planned,
                    tuple(tuple(entry) for entry in table["work"]))


def load_behaviours():
    services.load()
    work.load()
    threats.load()


def guest_in_tap(site, command):
    """A program that is to run where the recorder listens, until the recording ends."""
    namespace, interface = where(site)
    guest = netns.start_in(namespace, shlex.split(command.replace("{interface}", interface)), stdout=None, stderr=None)
    time.sleep(2)
    watch_guest(guest)
    return guest


def watch_guest(guest):
    if guest.poll() is not None:
        raise ValueError(f"the command in the tap ended before the recording did, with {guest.returncode}")


def stop_guest(guest):
    watch_guest(guest)
    guest.send_signal(signal.SIGINT)
    try:
        if guest.wait(timeout=20) != 0:
            raise ValueError(f"the command in the tap ended with {guest.returncode}")
    except subprocess.TimeoutExpired:
        end_group(guest)
        raise ValueError("the command in the tap did not end when it was asked to") from None


def record(site, plan, task, report):
    folder = pathlib.Path(task["folder"])
    link = network.build(site, plan.seed, plan.seconds + 120, pathlib.Path(task["binary"]))
    processes = services.start_all(site, site.certificates, site.ledger.note)
    recorder = Recorder(site, folder / "capture.pcap", task["snaplen"])
    guest = guest_in_tap(site, task["guest"]) if task.get("guest") else None
    session = Session(site, plan)
    print(f"{site.name}: recording {plan.seconds} s of {site.description.about}", flush=True)
    session.start()
    time.sleep(max(0.0, session.end - time.monotonic()))
    session.stop()
    time.sleep(TAIL)
    if guest:
        stop_guest(guest)
    report["dropped"] = recorder.stop()
    report["link"] = link.stop()
    for process in processes:
        process.terminate()
    report["sessions"] = session.acted
    report["errors"] = [[name, what, count] for (name, what), count in sorted(session.errors.items())]


def run(task):
    plan = read_plan(task["plan"])
    folder = pathlib.Path(task["folder"])
    site = Site(site_file.read(plan.site), folder)
    site.certificates = Certificates(pathlib.Path(task["certificates"]))
    report = {"site": plan.site, "split": plan.split, "seed": plan.seed, "seconds": plan.seconds}
    netns.clean(netns.of(site.name))
    try:
        record(site, plan, task, report)
    except (ValueError, OSError, subprocess.SubprocessError) as error:
        report["failed"] = f"{error}"
        if os.environ.get("FSLAB_TRACE"):
            traceback.print_exc()
    finally:
        netns.clean(netns.of(site.name))
    report["notes"] = site.ledger.notes
    report["addresses"] = {host.name: [address for address in (host.address, host.address6) if address] for host in site.hosts}
    report["resolvers"] = [address for host in site.hosts if any(wish.startswith("dns.") for wish in host.runs)
                           for address in (host.address, host.address6) if address]
    report["services"] = [str(service) for service in site.services]
    report["gateways"] = [gateway for subnet in site.description.subnets for gateway in (subnet.gateway, subnet.gateway6) if gateway]
    report["gateways"] += [site_file.ROUTER, network.ROUTER6, site.description.outside_address]
    with open(folder / "truth.jsonl", "w", encoding="utf-8") as file:
        for row in site.ledger.rows():
            file.write(json.dumps(row) + "\n")
    (folder / "report.json").write_text(json.dumps(report), encoding="utf-8")
    return 1 if "failed" in report else 0


def die_with_the_lab(lab):
    """SIGKILL when the lab dies, however it dies: else a site would go on for minutes, and clean up under another lab."""
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)
    if os.getppid() != lab:  # it was faster
        sys.exit(1)


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with open(sys.argv[1], encoding="utf-8") as file:
        task = json.load(file)
    die_with_the_lab(task["lab"])
    load_behaviours()
    code = run(task)
    sys.stdout.flush()
    os._exit(code)  # whoever has not heard the end does not delay it


if __name__ == "__main__":
    main()
