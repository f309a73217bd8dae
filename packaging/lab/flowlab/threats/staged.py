# SPDX-License-Identifier: GPL-3.0-or-later
"""A dropper: a small fetch (the lure's script), then one or more payloads of random bytes, then check-ins; again after a
pause. Over HTTP or HTTPS from one or two servers of ours, by the code that honest work uses, curl or wget.

Varied per session: sizes, names, numbers of payloads and check-ins, the client, TLS, pauses."""
import contextlib

from .. import clients
from ..behaviour import threat
from . import c2, c2_web

NAMES = ("a.ps1", "invoice.hta", "setup.sh", "x86_64", "update.bin", "logo.png", "payload.dat", "s.php?id=4", "font.woff2",
         "1.txt")


@threat("staged_download", family="staged", seconds=(110, 230))
def staged_download(me):
    rng = me.rng
    lure, payload = rng.choice((500, 1500, 5000)), rng.choice((40_000, 150_000, 500_000, 900_000))

    def answer(method, path, headers, body, own):
        if path.startswith("/c/"):
            return 200, own.randbytes(own.choice((0, 16, 48)) if own.random() < 0.85 else c2.size(own, 800, most=9000))
        return 200, own.randbytes(c2.size(own, lure if path.startswith("/l/") else payload, 0.4, 2_500_000))

    first = c2_web.serve(me, answer, rng.random() < 0.4)
    second = c2_web.serve(me, answer, rng.random() < 0.5) if rng.random() < 0.4 else first
    styles = [clients.style(me, kind, named=False) for kind in ("browser", "tool")]
    while not me.over():
        by = rng.choice(("own", "own", "curl", "wget"))
        fetch(me, first, f"/l/{rng.choice(NAMES)}", by, styles[0])
        me.sleep(rng.uniform(0.2, 2.5))
        for _ in range(rng.choice((1, 1, 2, 3))):
            fetch(me, second, f"/p/{rng.choice(NAMES)}", by, styles[1])
            me.sleep(rng.uniform(0.1, 2))
        sleeps = c2.rhythm(me, c2.pace(me, lowest=1.5, highest=6))
        for _ in range(rng.randrange(3, 9)):
            with contextlib.suppress(*c2.BROKEN), clients.http(me, first, style=styles[1]) as web:
                web.ask(rng.choice(("POST", "GET")), f"/c/{rng.randrange(10)}", rng.randbytes(rng.randrange(40, 300)))
            me.sleep(next(sleeps)[0])
        me.sleep(rng.uniform(1, 10))


def fetch(me, service, path, by, style):
    if by == "own":
        with contextlib.suppress(*c2.BROKEN), clients.http(me, service, style=style) as web:
            web.ask("GET", path, keep=0)
        return
    address = clients.url(me, service, path, named=False)
    with me.talk(service):
        if by == "curl":
            me.run([*clients.curl(me, service, "tool"), "-o", "/dev/null", address], timeout=20)
        else:
            me.run(["wget", "-q", "--no-check-certificate", "--no-config", "--no-proxy", "--no-hsts", "-T", 10, "-t", 1,
                    "-O", "/dev/null", address], timeout=20)


EVIDENCE = {
    "staged_download": ("connections with an answer", lambda flow: flow.protocol == 6 and min(flow.packets) >= 4, 15),
}
