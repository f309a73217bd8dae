# SPDX-License-Identifier: GPL-3.0-or-later
"""A spam bot: bursts of connections to several mail servers, the site's and sinks of ours outside, by smtplib, by hand or by
swaks.

Varied per session: servers, mails a connection, recipients a mail, lengths of texts, one command after the other or all at
once, greetings, pauses within bursts and between them."""
import contextlib
import smtplib
import string

from .. import clients
from ..behaviour import threat
from . import c2

WORDS = ("dear", "friend", "offer", "prize", "claim", "account", "urgent", "invoice", "pills", "casino", "loan", "verify",
         "winner", "limited", "click", "here", "today")


@contextlib.contextmanager
def mail_session(me, server, greet=None):
    """smtplib over a socket on record: greeted, with STARTTLS and login where the server has them. (session, sender)."""
    rng = me.rng
    with me.connect(server, timeout=15) as plain, contextlib.ExitStack() as stack:
        session = smtplib.SMTP(local_hostname=greet or f"{me.host.name}.{me.site.domain}", timeout=15)
        session.sock, session._host = plain, me.site.full_name(server.host)
        stack.callback(session.close)
        if session.getreply()[0] != 220:
            raise ConnectionError("the mail server does not greet")
        session.ehlo()
        if server.facts.get("starttls") and rng.random() < 0.6:
            session.starttls(context=clients.context(rng, ()))
            session.ehlo()
        user = server.facts.get("user")
        if user and session.has_extn("auth"):
            session.login(user, server.facts["password"])
        yield session, f"{user or me.host.name}@{me.site.domain}"
        with contextlib.suppress(smtplib.SMTPException):
            session.quit()


def sink(me):
    """A mail server of ours that takes everything."""
    banner = me.rng.choice(("220 mx ESMTP Postfix\r\n", "220 mail.example ESMTP\r\n", "220 mx1 ESMTP Exim 4.96 ready\r\n"))

    def answer(talk):
        talk.sendall(banner.encode())
        reader = talk.makefile("rb")
        while line := reader.readline(4096):
            verb = line[:4].upper()
            if verb == b"DATA":
                talk.sendall(b"354 End data with <CR><LF>.<CR><LF>\r\n")
                while reader.readline(65536) not in (b".\r\n", b""):
                    pass
            if verb == b"QUIT":
                talk.sendall(b"221 2.0.0 Bye\r\n")
                return
            talk.sendall(b"250-mx\r\n250-PIPELINING\r\n250 8BITMIME\r\n" if verb == b"EHLO" else b"250 2.0.0 Ok\r\n")

    return c2.server(me, answer, (25, 587, 2525), kind="smtp", starttls=False)


@threat("spam_burst", family="spam", needs=("smtp",), tools=("swaks",), seconds=(80, 200))
def spam_burst(me):
    rng = me.rng
    servers = [*me.services("smtp"), *(sink(me) for _ in range(rng.randrange(0, 3)))]
    ways = rng.choice(((_library,), (_raw,), (_library, _raw)))
    mails, wide = rng.choice((1, 1, 3, 8)), rng.choice((1, 4, 25))  # a connection at most, recipients at most
    gap, length = rng.uniform(0.1, 1.5), rng.choice((300, 900, 4000))
    swaks = 0
    while not me.over():
        for _ in range(rng.randrange(8, 40)):
            server = rng.choice(servers)
            with contextlib.suppress(*c2.BROKEN, smtplib.SMTPException):
                if swaks < 6 and rng.random() < 0.08:
                    swaks += 1
                    _swaks(me, server, wide)
                else:
                    way = rng.choice(ways)
                    way(me, server, rng.randrange(1, mails + 1), wide, length)
            me.sleep(rng.expovariate(1 / gap))
        me.sleep(rng.uniform(2, 12))


def _name(rng):
    return "".join(rng.choice(string.ascii_lowercase) for _ in range(rng.randrange(4, 11)))


def _text(me, length, to):
    rng = me.rng
    count = c2.size(rng, length, 0.5, 20_000) // 6 + 1
    body = " ".join(rng.choice(WORDS) if rng.random() < 0.8 else _name(rng) for _ in range(count))
    lines = "\r\n".join(body[at:at + 70] for at in range(0, len(body), 70))
    return (f"From: {_name(rng)} <{_name(rng)}@{_name(rng)}.example>\r\nTo: {to}\r\n"
            f"Subject: {' '.join(rng.sample(WORDS, 3))}\r\n"
            f"Message-ID: <{rng.randbytes(8).hex()}@{_name(rng)}.example>\r\nContent-Type: text/html\r\n\r\n{lines}\r\n")


def _recipients(me, wide):
    domains = me.site.domain, "mail.example", "list.example"
    return [f"{_name(me.rng)}@{me.rng.choice(domains)}" for _ in range(me.rng.randrange(1, wide + 1))]


def _library(me, server, mails, wide, length):
    with mail_session(me, server, _name(me.rng)) as (session, _):
        for _ in range(mails):
            to = _recipients(me, wide)
            with contextlib.suppress(smtplib.SMTPRecipientsRefused):
                session.sendmail(f"{_name(me.rng)}@{_name(me.rng)}.example", to, _text(me, length, to[0]))


def _raw(me, server, mails, wide, length):
    """By hand, as bots do: no TLS, an answer to each command or to all that go together."""
    rng, together = me.rng, me.rng.random() < 0.4
    with me.connect(server, timeout=15) as talk, contextlib.closing(talk.makefile("rb")) as reader:
        def reply():
            while (line := reader.readline(4096))[3:4] == b"-":
                pass
            if not line:
                raise EOFError
            return line

        def say(*commands):
            if together:
                talk.sendall("".join(f"{command}\r\n" for command in commands).encode())
            said = []
            for command in commands:
                if not together:
                    talk.sendall(f"{command}\r\n".encode())
                said.append(reply())
            return said

        reply()
        say(f"{rng.choice(('EHLO', 'HELO'))} {_name(rng)}.example")
        for _ in range(mails):
            to = _recipients(me, wide)
            said = say(f"MAIL FROM:<{_name(rng)}@{_name(rng)}.example>", *(f"RCPT TO:<{one}>" for one in to))
            if any(line.startswith(b"25") for line in said[1:]):
                say("DATA")
                talk.sendall(f"{_text(me, length, to[0])}.\r\n".encode())
                reply()
            else:
                say("RSET")
        say("QUIT")


def _swaks(me, server, wide):
    with me.talk(server):
        me.run(["swaks", "--server", server.host.address, "--port", server.port, "--to", ",".join(_recipients(me, wide)),
                "--from", f"{_name(me.rng)}@{_name(me.rng)}.example", "--helo", f"{_name(me.rng)}.example", "--timeout", 10],
               timeout=15)


EVIDENCE = {"spam_burst": ("dialogues with a mail server", lambda flow: flow.protocol == 6 and min(flow.packets) >= 6, 20)}
