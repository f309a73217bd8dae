# SPDX-License-Identifier: GPL-3.0-or-later
"""`lab --try`: a few behaviours in one site, and what came of them; for whoever writes behaviours and sites."""
from . import check, plan, site_file
from .behaviour import BEHAVIOURS
from .corpus import keep
from .publish import Recording
from .site_process import run_sites


def made_up_plan(options):
    site = site_file.read(options.site or site_file.names()[0])
    seconds, threats, work = options.seconds or 40, [], []
    for number, name in enumerate(options.behaviours.split(",")):
        if name not in BEHAVIOURS:
            raise ValueError(f"there is no behaviour {name}")
        behaviour = BEHAVIOURS[name]
        hosts = plan.usable(behaviour, site)
        if not hosts:
            raise ValueError(f"{site.name} has no place for {name}, which needs {', '.join(behaviour.needs) or 'a host that is seen'}")
        host = hosts[(options.seed + number) % len(hosts)].name
        if behaviour.kind == "threat":
            threats.append(plan.Threat(name, host, 1.0, seconds - 4.0))
        else:
            work.append((name, host, min(behaviour.pause, seconds / 8)))
    return plan.SitePlan(site.name, "train", options.seed, seconds, tuple(threats), tuple(work))


def run(options, work, binary):
    options.snaplen, options.run_in_tap = 0, None
    recordings = []

    def finish(folder):
        recordings.append(Recording(folder))
        show(recordings[-1])
        if options.keep:
            keep(folder, options.keep)

    run_sites([made_up_plan(options)], work, options, binary, finish)
    return 1 if recordings[0].complaints else 0


def show(recording):
    report, wanted = recording.report, check.evidence()
    for line in [*report["notes"], *(f"complaint: {said}" for said in recording.complaints)]:
        print(line)
    for name, what, count in report.get("errors", []):
        print(f"{name} failed {count} times: {what}")
    for name, host, seconds, how in report.get("sessions", []):
        print(f"{name} on {host}, {seconds:.0f} s: {how}")
    for name, flows in sorted(recording.by_label().items()):
        answered = sum(min(flow.packets) > 0 for flow in flows)
        print(f"\n{name}: {len(flows)} flows, {answered} answered, tools {sorted({tool for flow in flows for tool in flow.tools})}"
              f"{'' if flows[0].kind == 'benign' else ', evidence: ' + (check.unproved(name, flows, wanted) or 'yes')}")
        for flow in flows[:12]:
            print(f"  {str(flow):75} packets {flow.packets[0]:5} {flow.packets[1]:5}  bytes {flow.bytes[0]:8} {flow.bytes[1]:8}  "
                  f"{flow.last - flow.start:7.2f} s")
