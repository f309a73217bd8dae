# SPDX-License-Identifier: GPL-3.0-or-later
"""From a site's recording to what is published: one capture for each behaviour with its labels and a row of the manifest, or the
whole recording with all labels."""
import collections
import csv
import json
import pathlib
import shutil

from . import capture, check, labels
from .behaviour import BEHAVIOURS

COLUMNS = ["capture", "class", "kind", "split", "session", "flows", "confidence", "source", "licence", "original", "link_type",
           "label_method", "site", "behaviour", "family", "tool", "seed"]
SOURCE, LICENCE = "flowscent-lab", "CC0-1.0"
METHOD = "who opened which conversation when, by the lab's own record"
LEAST = 3  # flows of a behaviour below which a site's capture of it is not published


class Recording:
    """A finished site: its flows with labels, and what is wrong with them."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.report = json.loads((self.folder / "report.json").read_text())
        self.path = self.folder / "capture.pcap"
        self.flows, self.unlabelled, self.double = [], [], []
        self.mixed = []  # pings of several behaviours in one flow
        self.unproved = {}  # threat -> why its flows are not believed
        self.complaints = []  # about all of it
        self._numbers = []  # of the flow of each packet of the file
        if "failed" in self.report:
            self.complaints = [self.report["failed"]]
            return
        rows = [json.loads(line) for line in (self.folder / "truth.jsonl").read_text().splitlines()]
        truth = labels.Truth(rows, self.report["addresses"], set(self.report["resolvers"]))
        assembler, addresses = capture.Assembler(), set()
        for record, frame in capture.records(self.path):
            packet = capture.decode(record, frame) if frame is not None else None
            self._numbers.append(assembler.add(packet) if packet else None)
            if packet:
                addresses.update((packet.source, packet.destination))
        self.flows = assembler.flows
        self.unlabelled, self.double, self.mixed = labels.assign(self.flows, truth)
        self.complaints = check.complaints(self.flows, self.unlabelled, self.double, addresses, self.report)
        self.unproved = self._unproved()

    def _unproved(self):
        """Threats without evidence, and honest work that nobody answered: left out, with the reason."""
        wanted, said = check.evidence(), {}
        for name, flows in self.by_label().items():
            if flows[0].kind == "threat" and (reason := check.unproved(name, flows, wanted)):
                said[name] = reason
        return {**said, **check.silent_services(self.flows)}

    def by_label(self):
        found = collections.defaultdict(list)
        for flow in self.flows:
            if flow.label:
                found[flow.label].append(flow)
        return found

    def write_whole(self, out, name):
        """All flows in one capture; honest work is `background`, as in captures of infected hosts."""
        shutil.move(self.path, out / f"{name}.pcap")
        for flow in self.flows:
            flow.label = flow.label if flow.kind == "threat" else "background"
        labels.write(self.flows, out / f"{name}.labels.csv")
        shutil.move(self.folder / "truth.jsonl", out / f"{name}.events.jsonl")

    def write_parts(self, out):
        """One capture for each behaviour; returns the manifest's rows."""
        site, split = self.report["site"], self.report["split"]
        chosen = {name: flows for name, flows in self.by_label().items()
                  if len(flows) >= LEAST and name not in self.unproved}
        folder = out / split / site
        folder.mkdir(parents=True)
        files = {name: open(folder / f"{name}.pcap", "wb") for name in chosen}
        try:
            self._share_out(files)
        finally:
            for file in files.values():
                file.close()
        rows = []
        for name, flows in sorted(chosen.items()):
            labels.write(flows, folder / f"{name}.labels.csv")
            behaviour = BEHAVIOURS.get(name)
            tools = sorted({tool for flow in flows for tool in flow.tools})
            rows.append([f"{split}/{site}/{name}.pcap", name, flows[0].kind, split, f"lab-{self.report['seed']}-{site}", len(flows),
                         "high", SOURCE, LICENCE, f"{site}, {self.report['seconds']} s", "1(EN10MB)", METHOD, site, name,
                         behaviour.family if behaviour else "housekeeping", "+".join(tools), self.report["seed"]])
        return rows

    def _share_out(self, files):
        """Each packet goes to its flow's file; what makes no flow stays behind."""
        for (record, frame), number in zip(capture.records(self.path), self._numbers):
            if frame is None:
                for file in files.values():
                    file.write(record)
            elif number is not None and (file := files.get(self.flows[number].label)):
                file.write(record)
                file.write(frame)


def write_manifest(out, rows):
    path = out / "manifest.csv.unfinished"
    with open(path, "w", newline="", encoding="utf-8") as file:
        manifest = csv.writer(file, lineterminator="\n")
        manifest.writerow(COLUMNS)
        manifest.writerows(sorted(rows))
    path.replace(out / "manifest.csv")
