# SPDX-License-Identifier: GPL-3.0-or-later
"""Looking for holes in web applications: directory scans, parameter fuzzing, SQL injection probes.

Varied per session: the tool, lists and their order, requests at once and their rate, user agents, ports with and without
TLS; sqlmap's techniques and levels. In short rounds against one service after the other: these tools keep few connections
open for many requests, and a session of one round would be a handful of flows."""
import contextlib
import urllib.parse

from .. import clients
from ..behaviour import installed, threat
from . import words

PAUSES = ("0.01", "0.05", "0.02-0.3", "0.1-0.6")  # ffuf's, seconds between two requests of one thread
FORM = "Content-Type: application/x-www-form-urlencoded"


def _services(me):
    found = [service for kind in ("web", "webplain") for service in me.services(kind) if service.facts.get("app", True)]
    me.rng.shuffle(found)
    return found[:me.rng.randint(1, 5)]


def _url(me, service, path="/"):
    return clients.url(me, service, path, named=False)


# --- directories --------------------------------------------------------------------------------------------------------
# Each draws the settings of a session and gives command(service, paths): how the tool is called to try these paths there.

def _gobuster(me):
    tasks, agent, delay = me.rng.choice((1, 2, 4, 8)), clients.agent(me.rng), me.rng.choice(("0ms", "30ms", "100ms"))

    def command(service, paths):
        return ["gobuster", "dir", "-q", "-k", "-z", "--no-error", "-t", tasks, "--delay", delay, "-a", agent,
                "-w", words.write(me, "paths", paths), "-u", _url(me, service)]
    return command


def _dirb(me):
    agent, delay = clients.agent(me.rng), me.rng.choice(("0", "10", "60"))

    def command(service, paths):
        return ["dirb", _url(me, service), words.write(me, "paths", paths), "-S", "-r", "-w", "-a", agent, "-z", delay]
    return command


def _ffuf(me):
    tasks, pause, agent = me.rng.choice((1, 2, 4, 8)), me.rng.choice(PAUSES), clients.agent(me.rng)

    def command(service, paths):
        return ["ffuf", "-s", "-t", tasks, "-p", pause, "-H", f"User-Agent: {agent}",
                "-w", words.write(me, "paths", paths), "-u", _url(me, service, "/FUZZ")]
    return command


def _wfuzz(me):
    tasks = me.rng.choice((1, 2, 5))

    def command(service, paths):
        return ["wfuzz", "-c", "-t", tasks, "--hc", "404", "-w", words.write(me, "paths", paths),
                _url(me, service, "/FUZZ")]
    return command


def _whatweb(me):
    level, agent = me.rng.choice((1, 1, 3)), clients.agent(me.rng)

    def command(service, paths):
        some = paths[:me.rng.randrange(4, 12)]
        return ["whatweb", "-q", "-a", level, "-t", "2", "-U", agent, "--no-errors",
                *(_url(me, service, f"/{path}") for path in some)]
    return command


def _nmap(me):
    scripts = me.rng.sample(("http-title", "http-headers", "http-methods", "http-robots.txt", "http-git", "http-php-version",
                             "http-server-header", "http-cors", "http-auth-finder", "http-security-headers"), 3)

    def command(service, paths):
        return ["nmap", "-n", "-Pn", "-sT", "-p", service.port, "--script", ",".join(scripts), "--script-timeout", "12s",
                "--script-args", f"http.useragent={clients.agent(me.rng, 'browser')}", me.address(service, False)]
    return command


LIGHT = {"gobuster": _gobuster, "dirb": _dirb, "ffuf": _ffuf}
HEAVY = {"wfuzz": _wfuzz, "whatweb": _whatweb, "nmap": _nmap}  # these take seconds to start, so they are called now and then


def _own_requests(me, service, style, requests, per_connection, gap):
    """Requests (method, path, body) with the client that honest work uses."""
    while requests and not me.over():
        with contextlib.suppress(OSError, ValueError), clients.http(me, service, style=style) as web:
            for method, path, body in requests[:per_connection]:
                if not web.open:
                    break
                web.ask(method, path, body, {"Content-Type": "application/x-www-form-urlencoded"} if body else None)
                me.sleep(me.rng.expovariate(1 / gap))
        requests = requests[per_connection:]


@threat("web_scan", family="web_attack", needs=("web",), tools=("gobuster|dirb|ffuf|wfuzz",), origin="either")
def web_scan(me):
    rng = me.rng
    services, style = _services(me), clients.style(me)
    light = rng.choice([*(make for name, make in LIGHT.items() if installed(name)), None, None])
    scan = light and light(me)  # None: the own client
    heavy = rng.choice([make for name, make in HEAVY.items() if installed(name)] or [_gobuster])(me)
    share = rng.choice((0, 0, 0.2, 0.4))
    per_connection, gap, size = rng.choice((1, 1, 3, 10)), rng.uniform(0.03, 0.5), rng.randrange(12, 60)
    for _ in words.rounds(me, 1.8, 5):
        service, paths = rng.choice(services), words.paths(rng, rng.randrange(size // 2, size))
        tool = heavy if rng.random() < share else scan
        if tool:
            with me.talk(service):
                me.run(tool(service, paths), timeout=20)
        else:
            requests = [(rng.choice(("GET", "GET", "GET", "HEAD")), f"/{path}", None) for path in paths]
            _own_requests(me, service, style, requests, per_connection, gap)


# --- parameters ---------------------------------------------------------------------------------------------------------

def _points(me):
    """Where a fuzzer puts its payloads: (method, path with FUZZ, body)."""
    rng = me.rng
    return rng.choice((("GET", "/search?id=FUZZ", ""),
                       ("GET", "/search?id=FUZZ", ""),
                       ("POST", "/comments", "text=FUZZ"),
                       ("POST", "/login", "user=FUZZ&password=x"),
                       ("POST", "/login", "user=admin&password=FUZZ"),
                       ("GET", f"/api?{rng.choice(words.PARAMETERS)}=FUZZ", ""),
                       ("GET", "/comments?page=FUZZ", ""),
                       ("GET", "/search?FUZZ=1", "")))


@threat("web_fuzz", family="web_attack", needs=("web",), tools=("ffuf|wfuzz",), origin="either")
def web_fuzz(me):
    rng = me.rng
    services, style, agent = _services(me), clients.style(me), clients.agent(rng)
    tool = rng.choice([name for name in ("ffuf", "wfuzz") if installed(name)] + ["own"])
    tasks, pause = rng.choice((1, 2, 4, 8)), rng.choice(PAUSES)
    per_connection, gap = rng.choice((1, 1, 2, 8)), rng.uniform(0.03, 0.5)
    size = rng.randrange(10, 50)
    for _ in words.rounds(me, 2, 6):
        service, (method, path, body) = rng.choice(services), _points(me)
        values = words.PARAMETERS if "?FUZZ=" in path else words.payloads(rng, rng.randrange(size // 2, size))
        values = [urllib.parse.quote(value) for value in values]
        if tool == "own" or (tool == "wfuzz" and rng.random() < 0.5):  # wfuzz is slow to start
            requests = [(method, path.replace("FUZZ", value), body.replace("FUZZ", value).encode() or None)
                        for value in values]
            _own_requests(me, service, style, requests, per_connection, gap)
            continue
        data = ["-d", body] if body else []
        listed = words.write(me, "payloads", values)
        if tool == "ffuf":
            command = ["ffuf", "-s", "-t", tasks, "-p", pause, "-X", method, "-mc", "all", "-H", f"User-Agent: {agent}",
                       "-H", FORM, *data, "-w", listed, "-u", _url(me, service, path)]
        else:
            command = ["wfuzz", "-c", "-t", tasks, "-X", method, "-H", f"User-Agent: {agent}", *data, "-w", listed,
                       _url(me, service, path)]
        with me.talk(service):
            me.run(command, timeout=20)


# --- SQL ----------------------------------------------------------------------------------------------------------------

@threat("web_sqlmap", family="web_attack", needs=("web",), tools=("sqlmap",), seconds=(100, 200), origin="either")
def web_sqlmap(me):
    rng = me.rng
    services = _services(me)
    agent = rng.choice(("--random-agent", f"--user-agent={clients.agent(rng)}", "--batch"))
    how = ["--technique", "".join(rng.sample("BEUSTQ", rng.randint(1, 4))), "--level", rng.choice("112"),
           "--risk", rng.choice("12"), *rng.choice((["--keep-alive"], [], [], [], [], [])),
           *rng.choice((["--delay", "0.1"], ["--delay", "0.4"], []))]
    wish = rng.choice(([], ["--banner"], ["--current-user"], ["--dbs"], ["--tables"]))
    for number, _ in enumerate(words.rounds(me, 3, 9)):
        service = rng.choice(services)
        search = ["-u", _url(me, service, f"/search?id={rng.randrange(1, 40)}")]
        login = ["-u", _url(me, service, "/login"), "--data", "user=admin&password=x"]
        target = rng.choice((search, search, search, login))
        with me.talk(service):
            me.run(["sqlmap", "--batch", "--disable-coloring", agent, *how, *wish, "--timeout", "5", "--retries", "0",
                    "--threads", "1", "--output-dir", me.folder / f"sqlmap{number}", "--tmp-dir", me.folder, *target],
                   timeout=rng.uniform(12, 30), env=_home(me))


def _home(me):
    """sqlmap keeps what it learned in its user's home; here each session begins knowing nothing."""
    return {"HOME": str(me.folder), "PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8",
            "PYTHONDONTWRITEBYTECODE": "1"}


def _answered(flow):
    return flow.protocol == 6 and flow.bytes[0] > 250 and flow.bytes[1] > 250


EVIDENCE = {
    "web_scan": ("with an answered request", _answered, 10),
    "web_fuzz": ("with an answered request", _answered, 10),
    "web_sqlmap": ("with an answered request", _answered, 15),
}
