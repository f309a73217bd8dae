# SPDX-License-Identifier: GPL-3.0-or-later
"""Beacons that look like the web: an implant asks its server for tasks, mostly gets nothing, sometimes a task, and uploads
results. The server is our own, or an ordinary web server that honest hosts browse too. The client is the code that honest
work uses, or curl.

Varied per session, in profiles as frameworks have them (Cobalt Strike's malleable ones, Sliver's, Empire's, Mythic's):
verbs, URIs, where the metadata goes (cookie, header, parameter, body), sizes, headers, sleep and jitter, a borrowed name in
the handshake."""
import base64
import contextlib

from .. import clients
from ..behaviour import threat
from . import c2, c2_web

FRONTS = ("cdn.{}", "assets.{}", "www.{}", "update.{}", "telemetry.{}", "static.{}", "ajax.{}", "api.{}")
PATHS = (("/ca", "/pixel.gif", "/fwlink", "/dpixel", "/ptj"), ("/jquery-3.3.1.min.js", "/jquery-3.3.2.min.js"),
         ("/admin/get.php", "/news.php", "/login/process.php"), ("/api/v1/status", "/api/v2/check", "/agent_message"),
         ("/assets/{}.woff", "/static/js/{}.js", "/dist/{}/main.css"), ("/index.php", "/search", "/data"))
TAKERS = ("/echo", "/api", "/submit")  # of the site's own application


def profile(rng, ordinary):
    """How one implant speaks, for the whole session."""
    paths = rng.choice(PATHS)
    return {"paths": TAKERS if ordinary else [path.format("%06x" % rng.getrandbits(24)) for path in paths],
            "check": "POST" if ordinary else rng.choice(("GET", "GET", "GET", "POST")),
            "where": rng.choice(("Cookie", "Authorization", "X-Request-ID", "parameter")),
            "metadata": rng.choice((24, 68, 128, 171, 256, 342)),
            "padding": rng.choice((0, 0, 24, 120)),  # random bytes by which check-ins differ
            "task": rng.choice((180, 600, 3000)), "result": rng.choice((400, 2500, 12000)),
            "empty": rng.choice((0, 0, 48, 230, 5543))}


def checkin(rng, profile):
    """(method, path, body, headers) of one question for tasks."""
    count = profile["metadata"] + rng.randrange(profile["padding"] + 1)
    secret = base64.urlsafe_b64encode(rng.randbytes(count)).decode()
    path, headers, body = rng.choice(profile["paths"]), {}, None
    if profile["check"] == "POST":
        body = secret.encode() if rng.random() < 0.5 else base64.b64decode(secret, b"-_")
        headers["Content-Type"] = "application/octet-stream"
    elif profile["where"] == "parameter":
        path += f"?{rng.choice('abkqsv')}={secret}"
    else:
        prefix = {"Cookie": "session=", "Authorization": "Bearer "}.get(profile["where"], "")
        headers[profile["where"]] = prefix + secret
    return profile["check"], path, body, headers


def answering(profile):
    """The server's side: mostly nothing or a page that says so, now and then a task."""
    def answer(method, path, headers, body, rng):
        if rng.random() < 0.12 or len(body) > 1500:
            return 200, rng.randbytes(c2.size(rng, profile["task"]))
        if profile["empty"] or rng.random() < 0.8:
            return 200, rng.randbytes(profile["empty"])
        return 204, b""
    return answer


def target(me, tls, profile_of):
    """(service, profile): a server of our own, or now and then an ordinary one with an application."""
    kind = "web" if tls else "webplain"
    ordinary = [service for service in me.services(kind) if service.facts.get("app")]
    if ordinary and me.rng.random() < 0.35:
        return me.rng.choice(ordinary), profile_of(me.rng, True)
    made = profile_of(me.rng, False)
    return c2_web.serve(me, answering(made), tls), made


def beacon(me, tls):
    rng = me.rng
    service, made = target(me, tls, profile)
    if rng.random() < 0.25:
        return by_curl(me, service, made)
    style = clients.style(me, rng.choice(("browser", "browser", "tool")), named=False)
    front = rng.choice(FRONTS).format(me.site.domain) if rng.random() < 0.5 else None
    for sleep, task in c2.rhythm(me):
        with contextlib.suppress(*c2.BROKEN), speaking(me, service, style, front) as web:
            web.ask(*checkin(rng, made))
            if task and web.open:  # the result of what it was told
                web.ask("POST", rng.choice(made["paths"]), rng.randbytes(c2.size(rng, made["result"])))
        me.sleep(sleep)


@contextlib.contextmanager
def speaking(me, service, style, front):
    """HTTP with a name of the implant's choice, as domain fronting has it."""
    if not front:
        with clients.http(me, service, style=style) as web:
            yield web
    elif service.facts.get("tls"):
        with clients.tls(me, service, style=style, name=front) as talk, \
                contextlib.closing(clients.Http(talk, front, style)) as web:
            yield web
    else:
        with me.connect(service) as talk, contextlib.closing(clients.Http(talk, front, style)) as web:
            yield web


def by_curl(me, service, made):
    """A shell script's implant: a new curl for each check-in."""
    rng = me.rng
    command = clients.curl(me, service)
    address = clients.url(me, service, "", named=rng.random() < 0.3)
    with_files = me.folder / "result"
    for sleep, task in c2.rhythm(me):
        method, path, body, headers = checkin(rng, made)
        call = [*command, *(part for name, value in headers.items() for part in ("-H", f"{name}: {value}"))]
        if body is not None or task:
            with_files.write_bytes(rng.randbytes(c2.size(rng, made["result"])) if task else body)
            call += ["--data-binary", f"@{with_files}"]
        with me.talk(service):
            me.run([*call, "-o", "/dev/null", address + path], timeout=15)
        me.sleep(sleep)


@threat("beacon_http", family="beacon", seconds=(110, 230))
def beacon_http(me):
    beacon(me, tls=False)


@threat("beacon_tls", family="beacon", seconds=(110, 230))
def beacon_tls(me):
    beacon(me, tls=True)


@threat("beacon_https_long", family="beacon", seconds=(120, 240))
def beacon_https_long(me):
    """Several check-ins a connection, or long polls that the server answers when it has something to say; a new connection
    after some of them, or when the server has had enough."""
    rng = me.rng
    made = profile(rng, False)
    tls, polls = rng.random() < 0.8, rng.random() < 0.5
    wait = rng.uniform(0.8, 3.5)
    answer = answering(made)

    def late(method, path, headers, body, rng):
        status, said = answer(method, path, headers, body, rng)
        return status, said, wait * rng.uniform(0.1, 1) if polls and method == made["check"] else 0

    ordinary = [service for service in me.services("web" if tls else "webplain") if service.facts.get("app")]
    if ordinary and not polls and rng.random() < 0.3:
        service, made = rng.choice(ordinary), profile(rng, True)
    else:
        service = c2_web.serve(me, late, tls)
    style = clients.style(me, named=False)
    length = rng.uniform(2.5, 6)  # check-ins a connection, on average
    sleeps = c2.rhythm(me, max(0.4, me.left() / rng.uniform(26, 40) / length - (wait / 2 if polls else 0)))
    while not me.over():
        with contextlib.suppress(*c2.BROKEN), clients.http(me, service, style=style, timeout=20) as web:
            for _ in range(max(2, round(rng.gauss(length, length / 4)))):
                sleep, task = next(sleeps)
                web.ask(*checkin(rng, made))
                if task and web.open:
                    web.ask("POST", rng.choice(made["paths"]), rng.randbytes(c2.size(rng, made["result"])))
                me.sleep(sleep)
                if not web.open:
                    break
        me.sleep(rng.uniform(0.1, 1.5))


EVIDENCE = {name: (f"connections with {least} packets or more either way and payload both ways",
                   lambda flow, least=least: flow.protocol == 6 and min(flow.packets) >= least and
                   min(flow.bytes) > 60 * least, count)
            for name, least, count in (("beacon_http", 4, 15), ("beacon_tls", 6, 15), ("beacon_https_long", 6, 10))}
