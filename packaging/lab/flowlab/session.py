# SPDX-License-Identifier: GPL-3.0-or-later
"""Lets the behaviours of a plan act: each in a thread of its own that lives in its host's namespace."""
import math
import random
import re
import threading
import time

from . import netns
from .behaviour import BEHAVIOURS, Actor, Over, missing_tools


def rhythm(kind, share):
    """How busy a site is, 1 on average, at a share (0..1) of the recording."""
    if kind == "waves":
        return 1 + 0.7 * math.sin(4 * math.pi * share)
    if kind == "bursts":
        return 2.2 if math.sin(14 * math.pi * share) > 0.1 else 0.25
    if kind in ("rising", "falling"):
        slope = 0.3 + 1.4 * share
        return slope if kind == "rising" else 2 - slope
    return 0.2 if kind == "lull" and 0.4 < share < 0.6 else 1.0


class Session:
    """All behaviours of one site while it is recorded."""

    def __init__(self, site, plan):
        self.site, self.plan = site, plan
        self.begin = time.monotonic()
        self.end = self.begin + plan.seconds
        self.acted = []  # (behaviour, host, seconds it was planned for, how it ended)
        self.errors = {}  # (behaviour, what) -> how often
        self._threads, self._lock = [], threading.Lock()
        self._skipped = set()

    def start(self):
        for number, (name, host, pause) in enumerate(self.plan.work):
            self._launch(self._repeat, name, host, pause, number)
        for threat in self.plan.threats:
            self._launch(self._threaten, threat)

    def stop(self):
        """Everyone is told; who does not hear within some seconds is left behind: the namespaces end what it started."""
        self.site.stopping.set()
        deadline = time.monotonic() + 6
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))

    def _launch(self, act, *arguments):
        thread = threading.Thread(target=act, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    def possible(self, name, host):
        """False, and one line, where a tool or a service is missing."""
        behaviour = BEHAVIOURS[name]
        lacks = missing_tools(behaviour.tools)
        reason = f"missing {', '.join(lacks)}" if lacks else ""
        offered = {service.kind for service in self.site.services if service.host is not host}
        if not reason and (absent := [kind for kind in behaviour.needs if kind not in offered]):
            reason = f"nobody offers {', '.join(absent)}"
        if reason and (name, reason) not in self._skipped:
            self._skipped.add((name, reason))
            self.site.ledger.note(f"{self.site.name}: {name} is skipped: {reason}")
        return not reason

    def _threaten(self, threat):
        host = self.site.host(threat.host)
        if self.site.stopping.wait(max(0.0, self.begin + threat.begin - time.monotonic())):
            return
        if not self.possible(threat.behaviour, host):
            self.acted.append((threat.behaviour, threat.host, threat.seconds, "skipped"))
            return
        end = min(self.end, time.monotonic() + threat.seconds)
        self.acted.append((threat.behaviour, threat.host, threat.seconds, self._act(threat.behaviour, host, end)))

    def _repeat(self, name, host, pause, number):
        host = self.site.host(host)
        if not self.possible(name, host):
            return
        rng = random.Random(f"{self.plan.seed}/{self.site.name}/{host.name}/{number}")
        netns.enter(host.namespace)
        actor = Actor(BEHAVIOURS[name], host, self.site, f"{self.plan.seed}/{number}", self.end)
        try:
            actor.sleep(rng.uniform(0, min(pause, 12)))
            while not actor.over():
                self._once(actor)
                busy = rhythm(self.site.description.rhythm, (time.monotonic() - self.begin) / self.plan.seconds)
                actor.sleep(max(0.05, rng.expovariate(busy / pause)))
        except Over:
            pass
        finally:
            actor.finish()

    def _act(self, name, host, end):
        netns.enter(host.namespace)
        actor = Actor(BEHAVIOURS[name], host, self.site, self.plan.seed, end)
        try:
            return self._once(actor)
        except Over:
            return "done"
        finally:
            actor.finish()

    def _once(self, actor):
        """A behaviour may fail like any program: that is noted, and nobody else is disturbed."""
        try:
            actor.behaviour.act(actor)
        except Over:
            raise
        except Exception as error:  # noqa: BLE001 - whatever a client library can raise
            what = re.sub(r"'[^']*'|[0-9]+", "#", f"{type(error).__name__}: {error}")[:120]  # alike but for names and numbers
            with self._lock:
                key = (actor.behaviour.name, what)
                self.errors[key] = self.errors.get(key, 0) + 1
            if actor.behaviour.kind == "threat":
                return what
        return "done"
