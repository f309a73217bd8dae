# SPDX-License-Identifier: GPL-3.0-or-later
"""A reverse shell: the victim calls out and waits; somebody at the far end types and reads. Random bytes in the rhythm of
commands and answers. When the connection ends the victim calls again. Nothing is executed.

Varied per session: by lines or, with a terminal, by keys with echo; TCP or TLS, odd or common ports, speed of typing, sizes
of banner, prompt and answers."""
import contextlib
import time

from .. import clients
from ..behaviour import threat
from . import c2


@threat("reverse_shell", family="shell", seconds=(110, 240))
def reverse_shell(me):
    rng = me.rng
    terminal = rng.random() < 0.4  # keys and echoes rather than lines
    prompt, banner, output = rng.choice((0, 2, 18, 34)), rng.choice((0, 0, 54, 260)), rng.choice((60, 250, 900))  # bytes
    speed = rng.uniform(0.04, 0.22)  # seconds a key
    longest = max(3.0, min(15.0, me.left() / 26))
    fresh = c2.generators(me)

    def operator(talk):
        own = fresh()
        end = time.monotonic() + own.uniform(0.3, 1) * longest
        if banner or prompt:
            talk.recv(4096)
        while time.monotonic() < end:
            time.sleep(min(own.expovariate(1 / 1.1), 6))
            command = own.randbytes(c2.size(own, 9, 0.7, 120))
            for key in ([command[at:at + 1] for at in range(len(command))] if terminal else [command + b"\n"]):
                talk.sendall(key)
                if terminal:
                    talk.recv(64)  # its echo
                    time.sleep(own.expovariate(1 / speed))
            if terminal:
                talk.sendall(b"\r")
            talk.settimeout(own.uniform(0.4, 1.2))  # reads until it is silent
            with contextlib.suppress(TimeoutError):
                while talk.recv(65536):
                    pass
            talk.settimeout(30)

    service = c2.server(me, operator, c2.ODD if rng.random() < 0.65 else c2.COMMON, tls=rng.random() < 0.35)
    style = clients.style(me, named=False)
    while not me.over():
        with contextlib.suppress(*c2.BROKEN), c2.reach(me, service, style) as talk:
            talk.settimeout(15)
            if banner or prompt:
                talk.sendall(rng.randbytes(banner + prompt))
            while data := talk.recv(4096):
                if terminal and data != b"\r":
                    talk.sendall(data)
                    continue
                if rng.random() < 0.85:
                    me.sleep(rng.uniform(0, 0.15))
                    talk.sendall(rng.randbytes(c2.size(rng, output, 1.3, 40_000)))
                if prompt:
                    talk.sendall(rng.randbytes(prompt))
        me.sleep(rng.uniform(0.5, 3))


EVIDENCE = {"reverse_shell": ("connections with commands and answers",
                              lambda flow: flow.protocol == 6 and min(flow.packets) >= 5, 10)}
