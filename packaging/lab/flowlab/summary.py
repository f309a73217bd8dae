# SPDX-License-Identifier: GPL-3.0-or-later
"""What the lab prints."""
import collections

from . import site_file
from .behaviour import BEHAVIOURS, missing_tools


def print_lists(profiles):
    for name, profile in profiles.items():
        print(f"{name}: {profile.about}; sites: {', '.join(site for split in profile.splits for site in split.sites)}")
    for kind in ("benign", "threat"):
        print(f"\n{kind}: " + ", ".join(sorted(name for name, one in BEHAVIOURS.items() if one.kind == kind)))
    print("\nsites:")
    for name in site_file.names():
        print(f"  {name}: {site_file.read(name).about}")


def print_missing():
    for name, one in sorted(BEHAVIOURS.items()):
        if lacks := missing_tools(one.tools):
            print(f"{name} will be skipped: missing {', '.join(lacks)}")


def print_plan(plans):
    for one in plans:
        print(f"{one.site} ({one.split}), {one.seconds} s: {len(one.work)} honest tasks, {len(one.threats)} threats")
        for threat in one.threats:
            print(f"  {threat.begin:6.1f} s  {threat.behaviour} from {threat.host} for {threat.seconds:.0f} s")


def print_site(recording):
    report = recording.report
    kinds = collections.Counter(flow.kind for flow in recording.flows)
    print(f"{report['site']}: {len(recording.flows)} flows, {kinds['benign']} benign and {kinds['threat']} of "
          f"{len({flow.label for flow in recording.flows if flow.kind == 'threat'})} threats")
    for line in [*report["notes"], *recording.unproved.values()]:
        print(f"  {line}")
    for name, what, count in report.get("errors", []):
        print(f"  {name} failed {count} times: {what}")
    for complaint in recording.complaints:
        print(f"  rejected: {complaint}", flush=True)


def print_total(wanted, recordings, rows, out):
    good = [recording for recording in recordings if not recording.complaints]
    print(f"\n{len(good)} of {wanted} sites recorded and believed")
    unlabelled = sum(len(recording.unlabelled) for recording in recordings)
    double = sum(len(recording.double) for recording in recordings)
    if mixed := sum(len(recording.mixed) for recording in recordings):
        print(f"{mixed} flows of pings belong to several behaviours and are left out")
    print(f"flows on nobody's record: {unlabelled}; on several records: {double}")
    if not rows:
        return
    flows, sites = collections.Counter(), collections.defaultdict(set)
    for row in rows:
        flows[row[2], row[1]] += row[5]
        sites[row[2], row[1]].add(row[12])
    if few := [f"{name} ({len(where)})" for (kind, name), where in sorted(sites.items()) if kind == "threat" and len(where) < 6]:
        print(f"threats of fewer than 6 sites: {', '.join(few)}")
    print(f"{sum(flows.values())} flows in {len(rows)} captures of {out}")
    for kind in ("benign", "threat"):
        print(f"\n{kind:30} sites  flows")
        for (_, name), count in sorted(item for item in flows.items() if item[0][0] == kind):
            print(f"  {name:28} {len(sites[kind, name]):5} {count:6}")
