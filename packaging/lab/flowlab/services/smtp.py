# SPDX-License-Identifier: GPL-3.0-or-later
"""Mail: a server that takes everything and keeps nothing (aiosmtpd). Login, STARTTLS, limits, known users and the time that a
message takes vary. As a program: `python3 -m flowlab.services.smtp SETTINGS`."""
import asyncio
import functools
import json
import pathlib
import random
import sys

from . import house, own, service


@service("smtp.aiosmtpd", port=25, tools=("python:aiosmtpd",))
def aiosmtpd(place):
    rng = place.rng
    user, password = house.user(place) if rng.random() < 0.6 else ("", "")
    starttls = rng.random() < 0.6
    chain, key = place.certificate()
    numbered = [f"user{number}" for number in range(60) if rng.random() < 0.95]  # whom mailing lists of the lab's hosts name
    mailboxes = sorted({user, *rng.sample(house.USERS, rng.randrange(5, 20))} - {""}) + numbered
    settings = place.write("smtp.json", json.dumps({
        "port": place.port, "user": user, "password": password, "starttls": starttls, "chain": str(chain), "key": str(key),
        "name": place.site.full_name(place.host), "domain": place.site.domain, "mailboxes": mailboxes,
        "strict": rng.random() < 0.5, "delay": rng.choice((0.0, 0.01, 0.05, 0.2)),
        "ident": rng.choice(("ESMTP", "ESMTP Postfix", "ESMTP ready"))}))
    place.start_script("smtp", str(settings))
    return [place.offer("smtp", user=user, password=password, starttls=starttls, mailboxes=mailboxes)]


class Post:
    """What becomes of mail."""

    def __init__(self, settings):
        self.settings = settings

    async def handle_RCPT(self, server, session, envelope, address, options):
        user, _, domain = address.partition("@")
        ours = domain.lower() == self.settings["domain"]
        if self.settings["strict"] and ours and user.lower() not in self.settings["mailboxes"]:
            return "550 5.1.1 No such mailbox here"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server, session, envelope):
        await asyncio.sleep(random.expovariate(1 / self.settings["delay"]) if self.settings["delay"] else 0)
        return f"250 2.0.0 OK queued as {random.getrandbits(40):010X}"


async def serve(settings):
    from aiosmtpd.smtp import SMTP, AuthResult

    def login(server, session, envelope, mechanism, data):
        good = (data.login, data.password) == (settings["user"].encode(), settings["password"].encode())
        return AuthResult(success=good, handled=False)

    options = {"hostname": settings["name"], "ident": settings["ident"], "data_size_limit": 33_554_432, "timeout": 120}
    if settings["starttls"]:
        options["tls_context"] = own.tls(settings["chain"], settings["key"])
    if settings["user"]:
        options |= {"authenticator": login, "auth_require_tls": False}
    loop = asyncio.get_running_loop()
    for socket in own.sockets(settings["port"]):
        await loop.create_server(functools.partial(SMTP, Post(settings), **options), sock=socket)
    own.drop()
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve(json.loads(pathlib.Path(sys.argv[1]).read_text(encoding="utf-8"))))
