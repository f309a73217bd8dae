# SPDX-License-Identifier: GPL-3.0-or-later
"""What the honest behaviours share; registers none."""
import os

from .. import clients
from ..behaviour import Over

QUIET_SSH = ("-F", "none", "-o", "BatchMode=yes", "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null",
             "-o", "GlobalKnownHostsFile=/dev/null", "-o", "IdentitiesOnly=yes", "-o", "ConnectTimeout=6",
             "-o", "LogLevel=ERROR")


def remember(me, name, make):
    """What was drawn once for the session: the program in use, a fixed period."""
    memory = me.__dict__.setdefault("memory", {})
    if name not in memory:
        memory[name] = make()
    return memory[name]


def program(me, kind=None):
    """The session's TLS and header style; now and then another program on the same host."""
    if me.rng.random() < 0.15:
        return clients.style(me, kind)
    return remember(me, f"program {kind}", lambda: clients.style(me, kind))


def having(me, kind, *facts):
    """A service of a kind whose facts have something of each of these."""
    fitting = [service for service in me.services(kind) if all(service.facts.get(fact) for fact in facts)]
    if not fitting:
        raise Over
    model = me.rng.choice(fitting)
    return me.choose(kind, **{fact: model.facts[fact] for fact in facts})


def any_web(me, *facts, plain=0.25):
    """A web service, sometimes one without TLS."""
    kinds = [kind for kind in ("web", "webplain")
             if any(all(service.facts.get(fact) for fact in facts) for service in me.services(kind))]
    if not kinds:
        raise Over
    return having(me, kinds[-1] if me.rng.random() < plain else kinds[0], *facts)


def item(me, service):
    """Path of one of the objects of a web service."""
    return f"/o/{me.rng.randrange(max(1, service.facts.get('objects') or 1))}"


def environment(me, **more):
    """For real programs: nothing of the machine's owner, no proxies, a home of their own."""
    return {"PATH": os.environ.get("PATH", "") + ":/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", "HOME": str(me.folder),
            "LANG": "C.UTF-8", "TMPDIR": str(me.folder), **more}


def spread(rng, low, high):
    """Between two sizes, evenly in the logarithm: many small ones, few large ones."""
    return int(low * (high / low) ** rng.random())


def pacing(me, rate):
    """For Http.ask: reads at most about `rate` bytes a second."""
    debt = [0.0]

    def wait(count):
        debt[0] += count / rate
        if debt[0] > 0.15:
            me.sleep(debt[0])
            debt[0] = 0.0
    return wait
