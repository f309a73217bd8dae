# SPDX-License-Identifier: GPL-3.0-or-later
"""Do the rows of a label file and the flows of `flowscent-cli flows` name the same conversations, one to one?"""
import collections
import csv
import io
import subprocess

TOLERANCE = 0.001  # seconds, as `adapt` allows


def ends(row):
    return (row["proto"].lower(),
            frozenset([(row["src_ip"], row["src_port"]), (row["dst_ip"], row["dst_port"])]))


def flows(cli, capture):
    result = subprocess.run([cli, "flows", str(capture)], capture_output=True, text=True, check=True, timeout=120)
    return list(csv.DictReader(io.StringIO(result.stdout)))


def rows(labels):
    with open(labels, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def unmatched(labelled, found):
    """(rows that name no flow, flows that no row names), as sentences; every flow is taken by one row at most."""
    waiting = collections.defaultdict(list)
    for flow in found:
        waiting[ends(flow)].append(float(flow["start_epoch"]))
    lost = []
    for row in labelled:
        starts = waiting[ends(row)]
        near = [start for start in starts if abs(start - float(row["start_epoch"])) <= TOLERANCE]
        if near:
            starts.remove(near[0])
        else:
            lost.append(f"{row['proto']} {row['src_ip']}:{row['src_port']} {row['start_epoch']} {row['label']}")
    return lost, [f"{proto} {sorted(pair)} {start}" for (proto, pair), starts in waiting.items() for start in starts]
