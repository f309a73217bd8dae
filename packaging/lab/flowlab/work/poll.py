# SPDX-License-Identifier: GPL-3.0-or-later
"""Programs that ask again and again: polls, health checks, telemetry, long polls, scrapes. The honest side of beaconing.

Varies: the period (fixed to the millisecond, with jitter, or drawn anew), kept or new connections, the size of requests
and answers (fixed or not), GET or POST, TLS or not, the tool."""
import contextlib
import json
import os

from .. import clients
from ..behaviour import honest
from .common import any_web, environment, having, item, program, remember

PLUGINS = "/usr/lib/nagios/plugins/"


def periods(me, low, high):
    """The session's rhythm: yields True at each beat until its time is over."""
    rng = me.rng
    period, jitter = rng.uniform(low, high), rng.choice((0.0, 0.0, 0.02, 0.1, 0.3, 0.5))
    if rng.random() < 0.4:
        period = round(period)
    while not me.over():
        yield True
        me.sleep(period * (1 + rng.uniform(-jitter, jitter)))


def _json(rng, size):
    values = {"since": rng.randrange(10**6), "q": "x" * rng.randrange(1, 60)}
    while len(json.dumps(values)) < size:
        values[f"field{len(values)}"] = rng.randrange(10**9)
    return json.dumps(values).encode()


def keep_asking(me, target, look, beats, rounds, kept, ask):
    """ask(talk) at each beat, in one connection while it stays open or in a new one each time."""
    while rounds > 0 and next(beats, False):
        with contextlib.suppress(OSError, ValueError), clients.http(me, target, style=look) as talk:
            ask(talk)
            rounds -= 1
            while kept and talk.open and rounds > 0 and next(beats, False):
                rounds -= 1
                ask(talk)


@honest("api_poll", needs=("web",), pause=12, origin="either")
def api_poll(me):
    """A client program that asks an interface for news, for a while or all day."""
    web = any_web(me, "app")
    rng = me.rng
    posts, size = rng.random() < 0.5, rng.choice((20, 80, 300, 1200))

    def ask(talk):
        path = f"/api?id={rng.randrange(10**5)}"
        if posts:
            talk.ask("POST", path, body=_json(rng, size), headers={"Content-Type": "application/json"})
        else:
            talk.ask("GET", path)

    keep_asking(me, web, program(me, "tool"), periods(me, 2, 12), rng.randrange(2, 12), rng.random() < 0.5, ask)


def _ask_health(me, web, look, path):
    with clients.http(me, web, style=look) as talk:
        talk.ask("GET", path, headers={"Connection": "close"} if look.whole else None)


def _connect_only(me, target):
    with me.connect(target, six=clients.six(me, target)) as talk:
        if target.kind in ("ssh", "smtp", "imap", "ftp"):
            talk.settimeout(3)
            with contextlib.suppress(OSError):
                talk.recv(512)
                talk.sendall({"ssh": b"SSH-2.0-check_ssh_2.3\r\n", "imap": b"a1 LOGOUT\r\n"}.get(target.kind, b"QUIT\r\n"))
                talk.recv(512)


def _plugin(me, target):
    """Monitoring plugins as Nagios and its heirs run them."""
    name = {"ssh": "check_ssh", "ftp": "check_ftp", "smtp": "check_smtp", "web": "check_http",
            "webplain": "check_http"}.get(target.kind, "check_tcp")
    address = me.address(target, False)
    if name == "check_ssh":
        what = [address]
    elif name == "check_http":
        what = ["-I", address, "-u", "/health", *(["-S"] if target.facts.get("tls") else [])]
    else:
        what = ["-H", address]
    with me.talk(target):
        me.run([PLUGINS + name, "-t", "5", "-p", target.port, *what], env=environment(me))


@honest("health_check", needs=("web",), pause=4, origin="either")
def health_check(me):
    """A monitor: the same question to the same service at a fixed period, each in a connection of its own."""
    rng, look = me.rng, program(me, "tool")
    kinds = [kind for kind in ("web", "web", "webplain", "ssh", "smtp", "imap", "ftp", "postgres", "redis")
             if me.services(kind)]
    target = me.choose(rng.choice(kinds))
    plugins = os.access(PLUGINS + "check_tcp", os.X_OK) and rng.random() < 0.3
    path = rng.choice(("/health", "/health", "/", "/api", item(me, target)))
    look.named = look.named and rng.random() < 0.5
    beats = periods(me, 3, 10) if rng.random() < 0.8 else periods(me, 1, 3)
    for _ in zip(range(rng.randrange(8, 60)), beats):
        with contextlib.suppress(OSError, ValueError):
            if plugins:
                _plugin(me, target)
            elif target.kind in ("web", "webplain"):
                _ask_health(me, target, look, path)
            else:
                _connect_only(me, target)


@honest("telemetry_post", needs=("web",), pause=6, origin="either")
def telemetry_post(me):
    """An agent that reports small figures with jitter over TLS: as like a beacon as honest software is."""
    rng = me.rng
    web, look = any_web(me, "app", plain=0.1), program(me)
    path = rng.choice(("/api", "/submit", "/upload", "/echo"))
    size, varies, kept = rng.randrange(30, 900), rng.random() < 0.6, rng.random() < 0.3
    kind = rng.choice(("application/json", "application/octet-stream", "application/x-protobuf", "text/plain"))

    def ask(talk):
        count = max(4, int(size * rng.lognormvariate(0, 0.4))) if varies else size
        talk.ask("POST", path, body=clients.filler(rng, count), headers={"Content-Type": kind})

    keep_asking(me, web, look, periods(me, 3, 15), rng.randrange(3, 25), kept, ask)


@honest("long_poll", needs=("web",), pause=5)
def long_poll(me):
    """A page that asks for news over a connection that it keeps: small questions and answers in long intervals."""
    rng, look = me.rng, program(me, "browser")
    web = any_web(me, "app")
    with contextlib.suppress(ConnectionError), clients.http(me, web, style=look) as talk:
        for _ in range(rng.randrange(2, 9)):
            path = f"/api?wait=1&since={rng.randrange(10**6)}"
            talk.ask("GET", path, headers={"Accept": "text/event-stream", "Cache-Control": "no-cache"})
            if not talk.open:
                return
            me.sleep(rng.choice((rng.uniform(0.5, 4), rng.uniform(4, 18))))


@honest("update_check", needs=("web",), tools=("curl",), pause=20, origin="either")
def update_check(me):
    """HEAD or a conditional GET; sometimes the update is there and is fetched."""
    rng, web = me.rng, any_web(me)
    path = remember(me, "update", lambda: item(me, web))
    if rng.random() < 0.4:
        with me.talk(web):
            me.run([*clients.curl(me, web), "-o", "/dev/null", "-I", clients.url(me, web, path)], env=environment(me))
        return
    with clients.http(me, web, style=program(me, "tool")) as talk:
        known = talk.ask("HEAD", path).headers
        if not talk.open:
            return
        condition = {"If-None-Match": known["etag"]} if "etag" in known else {}
        if "last-modified" in known:
            condition["If-Modified-Since"] = known["last-modified"]
        talk.ask("GET", path, headers=condition)
        if talk.open and rng.random() < 0.3:
            talk.ask("GET", item(me, web))


@honest("metrics_scrape", needs=("metrics",), pause=5)
def metrics_scrape(me):
    """Prometheus: a fixed period, a kept or a new connection."""
    rng, target = me.rng, having(me, "metrics", "path")
    look = remember(me, "scraper", lambda: clients.style(me, "tool"))
    look.headers = {"User-Agent": "Prometheus/2.45.0",
                    "Accept": "application/openmetrics-text;version=1.0.0,text/plain;q=0.5",
                    "Accept-Encoding": "gzip", "X-Prometheus-Scrape-Timeout-Seconds": "10"}
    keep_asking(me, target, look, periods(me, 3, 12), rng.randrange(3, 30), rng.random() < 0.6,
                lambda talk: talk.ask("GET", target.facts["path"]))
