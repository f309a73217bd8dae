# SPDX-License-Identifier: GPL-3.0-or-later
"""Who does what, where and when: from a profile and a seed, the same on every machine. What cannot run there (a missing tool)
is skipped when its time comes, so that the plan does not depend on the machine."""
import dataclasses
import pathlib
import random
import tomllib

from . import site_file
from .behaviour import BEHAVIOURS

SPLITS = pathlib.Path(__file__).resolve().parent.parent / "splits"
SPREAD = 7  # sites of its split that a threat is planned in, where there are as many: one more than the corpus promises
LEAD = 8.0  # seconds before the first threat, and after the last


@dataclasses.dataclass(frozen=True)
class Threat:
    behaviour: str
    host: str
    begin: float  # seconds of the recording
    seconds: float


@dataclasses.dataclass(frozen=True)
class SitePlan:
    site: str
    split: str
    seed: int
    seconds: int
    threats: tuple
    work: tuple  # (behaviour, host, mean pause in seconds)

    def as_table(self):
        return dataclasses.asdict(self)


@dataclasses.dataclass(frozen=True)
class Split:
    name: str
    sites: tuple
    threats: tuple
    honest: tuple  # honest behaviours that are kept for this split


@dataclasses.dataclass(frozen=True)
class Profile:
    about: str
    splits: tuple
    seconds: int = 0  # 0: what each site says
    whole: bool = False  # one capture with all labels, in place of a corpus
    pace: float = 1.0


def splits():
    """The splits as their files name them. ValueError when a site or a behaviour is in two."""
    found, owner = [], {}
    for name in ("train", "val", "test"):
        with open(SPLITS / f"{name}.toml", "rb") as file:
            table = tomllib.load(file)
        split = Split(name, tuple(table["sites"]), tuple(table["threats"]), tuple(table.get("honest", ())))
        for thing in (*split.sites, *split.threats, *split.honest):
            if owner.setdefault(thing, name) != name:
                raise ValueError(f"{thing} is in two splits: {owner[thing]} and {name}")
        found.append(split)
    return tuple(found)


def profiles():
    train, val, test = splits()
    return {
        "standard": Profile("the lab corpus: all sites, all behaviours", (train, val, test)),
        "small": Profile("three sites and six threats in two minutes", (
            Split("train", ("small-office",), ("beacon_tls", "guess_ssh"), ()),
            Split("val", ("small-home",), ("scan_connect", "exfil_https"), ()),
            Split("test", ("small-servers",), ("web_scan", "beacon_http"), ())), seconds=75),
        "sample": Profile("honest work of one office with a TLS beacon hidden in it", (
            Split("train", ("small-office",), ("beacon_tls",), ()),), seconds=330, whole=True),
        "beacon": Profile("a short run for a live detection check", (
            Split("train", ("small-office",), ("beacon_tls",), ()),), seconds=40, whole=True, pace=1.5),
    }


def make(profile, seed, seconds=0):
    """One SitePlan a site."""
    others = {split.name: {honest for other in profile.splits if other is not split for honest in other.honest}
              for split in profile.splits}
    made = []
    for split in profile.splits:
        sites = [site_file.read(name) for name in split.sites]
        chosen = assign(split, sites, seed)
        for site in sites:
            length = seconds or profile.seconds or site.seconds
            rng = random.Random(f"{seed}/{site.name}/plan")
            threats = tuple(place(name, site, rng, length) for name in sorted(chosen[site.name]))
            made.append(SitePlan(site.name, split.name, seed, length, threats, work(site, others[split.name], profile.pace)))
    return made


def clients(behaviour, site):
    """Hosts from which a behaviour can act so that the recorder sees it and every service that it needs is there."""
    sides = {"inside": ("inside",), "outside": ("outside",), "either": ("inside", "outside")}[behaviour.origin]
    return [host for host in site.hosts if host.side in sides and all(_reachable(kind, host, site) for kind in behaviour.needs)
            and (site.sees(host) or any(site.sees(other) for other in site.hosts))]


def _reachable(kind, client, site):
    return any(kind in site_file.kinds(wish) for host in site.hosts if host is not client and (site.sees(client) or
                                                                                              site.sees(host))
               for wish in host.runs)


def usable(behaviour, site):
    """Clients of a threat; inside ones must be seen themselves, outside ones speak with hosts that are."""
    return [host for host in clients(behaviour, site) if host.side == "outside" or site.sees(host)]


def assign(split, sites, seed):
    """site -> names of threats: each in as many sites as there may be, all sites alike busy. Needed: at least one site."""
    chosen = {site.name: set() for site in sites}
    rng = random.Random(f"{seed}/{split.name}/sites")
    candidates = {name: [site for site in sites if usable(BEHAVIOURS[name], site)] for name in split.threats}
    # The rare first, so that what fits few sites finds them still free.
    for name in sorted(split.threats, key=lambda name: (len(candidates[name]), name)):
        fitting = candidates[name]
        if not fitting:
            raise ValueError(f"no site of {split.name} can hold {name}, which needs {', '.join(BEHAVIOURS[name].needs)}")
        rng.shuffle(fitting)
        fitting.sort(key=lambda site: len(chosen[site.name]))
        for site in fitting[:SPREAD]:
            chosen[site.name].add(name)
    return chosen


def place(name, site, rng, length):
    """A session: which host, from when to when."""
    behaviour = BEHAVIOURS[name]
    shortest, longest = behaviour.seconds
    room = max(15.0, length - 2 * LEAD)
    seconds = min(room, rng.uniform(shortest, longest))
    begin = min(LEAD, length / 8) + rng.uniform(0, max(0.0, room - seconds))
    fitting = usable(behaviour, site)
    # Where both are possible, half of the sessions come from outside.
    if len({host.side for host in fitting}) == 2:
        side = rng.choice(("inside", "outside"))
        fitting = [host for host in fitting if host.side == side]
    return Threat(name, rng.choice(sorted(fitting, key=lambda host: host.name)).name, round(begin, 2), round(seconds, 2))


def work(site, kept_elsewhere, pace):
    found = []
    for host in site.hosts:
        for name, pause in sorted(site.work.get(host.role, {}).items()):
            if name not in BEHAVIOURS:
                raise ValueError(f"site {site.name}: there is no behaviour {name}")
            if name not in kept_elsewhere and any(host is client for client in clients(BEHAVIOURS[name], site)):
                found.append((name, host.name, pause / (site.pace * pace)))
    return tuple(found)
