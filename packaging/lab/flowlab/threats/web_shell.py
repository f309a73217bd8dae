# SPDX-License-Identifier: GPL-3.0-or-later
"""An operator at a web shell: encrypted-looking POSTs to a script on a server, as the clients of well-known shells send
them. Harmless: the server's page answers random bytes, whatever it is sent.

Varied per session: the coding of commands (form field with base64, raw bytes, JSON) and their sizes, the script's name, a
connection per command or one kept, the operator's rhythm (bursts of listing files, pauses for thought, now and then a file
up or down), headers and TLS of the client's style."""
import base64
import contextlib
import json
import urllib.parse

from .. import clients
from ..behaviour import threat

NAMES = ("/uploads/{}.php", "/images/{}.php", "/{}.aspx", "/static/{}.jsp", "/tmp/{}.php", "/{}.jsp", "/api/{}.php",
         "/js/{}.aspx")
WORDS = ("shell", "cmd", "1", "x", "error", "help", "config", "about", "conn", "test", "img", "cache", "license", "up",
         "info", "db")
FORM = "application/x-www-form-urlencoded"


# --- codings of what is sent: (body, its type) --------------------------------------------------------------------------

def _field(rng, data):
    """One form field of many, named as a password: much base64, sometimes with a decoder's own code before it."""
    prelude = rng.choice(("", "", "@ini_set(\"display_errors\",\"0\");@set_time_limit(0);"))
    field = rng.choice(("pass", "z", "cmd", "ant", "x", "a1"))
    fields = {field: prelude + base64.b64encode(data).decode(), **rng.choice(({}, {"z1": "Y21k"}))}
    return urllib.parse.urlencode(fields).encode(), FORM


def _whole(rng, data):
    return base64.b64encode(data), rng.choice((FORM, "text/plain"))


def _raw(rng, data):
    return data, "application/octet-stream"


def _json(rng, data):
    fields = {"id": rng.randrange(10 ** 6), "body": {"user": base64.b64encode(data).decode()}}
    return json.dumps(fields).encode(), "application/json"


def _commands(rng):
    """One thing the operator does: (bytes sent, bytes asked back, seconds until the next) for each of its requests."""
    kind = rng.choices(("command", "browse", "read", "upload", "download"), (8, 5, 3, 1, 1))[0]
    if kind == "command":
        return [(rng.randrange(16, 250), int(rng.lognormvariate(5.3, 1.3)), rng.lognormvariate(1.0, 0.7))]
    if kind == "browse":
        return [(rng.randrange(40, 200), int(rng.lognormvariate(6.8, 0.8)), rng.uniform(0.2, 2))
                for _ in range(rng.randint(2, 6))]
    if kind == "read":
        return [(rng.randrange(40, 150), int(rng.lognormvariate(8.5, 1.0)), rng.uniform(2, 9))]
    if kind == "upload":  # in pieces
        return [(rng.randrange(2000, 40000), rng.randrange(8, 64), rng.uniform(0.05, 0.4)) for _ in range(rng.randint(1, 6))]
    return [(rng.randrange(60, 150), rng.randrange(20_000, 300_000), rng.uniform(0.1, 1)) for _ in range(rng.randint(1, 3))]


@threat("web_shell", family="web_attack", needs=("web",), seconds=(120, 240), origin="either")
def web_shell(me):
    rng = me.rng
    service = me.choose(rng.choice([kind for kind in ("web", "web", "webplain") if me.services(kind)]), app=True)
    style = clients.style(me, rng.choice(("browser", "tool", None)))
    code = rng.choice((_field, _field, _whole, _raw, _json))
    path = rng.choice(NAMES).format(rng.choice(WORDS) + rng.choice(("", "", str(rng.randrange(100)))))
    per_connection, haste = rng.choice((1, 1, 1, 2, 5, 20)), rng.uniform(0.5, 1.5)
    overhead = rng.randrange(0, 900)  # bytes that the shell's client sends with each command
    asks = rng.choice(("{}?n={}", "{}"))  # two ways to tell the page how much to answer: in the path, or in a header
    waiting = []
    while not me.over():
        pause = rng.uniform(1, 4)
        with contextlib.suppress(OSError, ValueError), clients.http(me, service, style=style) as web:
            for number in range(per_connection):
                if number:
                    me.sleep(min(pause * haste, 12))
                if not web.open:
                    break
                waiting = waiting or _commands(rng)
                sent, wanted, pause = waiting.pop(0)
                wanted = min(max(wanted, 1), 400_000)
                body, kind = code(rng, rng.randbytes(sent + int(overhead * rng.uniform(0.9, 1.1))))
                length = {} if "?" in asks else {"X-Length": str(wanted)}
                web.ask("POST", asks.format(path, wanted), body, {"Content-Type": kind, **length})
        me.sleep(min(pause * haste, 12))


EVIDENCE = {
    "web_shell": ("with an answered POST",
                  lambda flow: flow.protocol == 6 and flow.bytes[0] > 400 and flow.bytes[1] > 250, 8),
}
