# SPDX-License-Identifier: GPL-3.0-or-later
"""Mail: sending over SMTP, reading over IMAP.

Varies: STARTTLS, login, attachments and recipients, mails per connection; checks, fetches, IDLE for a while, TLS."""
import contextlib
import email.message
import imaplib
import smtplib

from .. import clients
from ..behaviour import honest, installed
from .common import environment, having, program, remember, spread


class Smtp(smtplib.SMTP):
    """Over a socket that is connected already."""

    def __init__(self, plain, name):
        self.plain = plain
        super().__init__("connected", 25, local_hostname=name, timeout=10)

    def _get_socket(self, host, port, timeout):
        return self.plain


class Imap(imaplib.IMAP4):
    """The same for IMAP."""

    def __init__(self, talk):
        self.talk = talk
        super().__init__("connected")

    def _create_socket(self, timeout):
        return self.talk


def letter(me, attachment):
    rng, mail = me.rng, email.message.EmailMessage()
    mail["From"], mail["Subject"] = f"{me.host.name}@{me.site.domain}", f"Report {rng.randrange(1000)}"
    mail["To"] = ", ".join(f"user{number}@{me.site.domain}" for number in rng.sample(range(30), rng.choice((1, 1, 1, 2, 5))))
    mail["Message-ID"] = f"<{rng.randrange(10**12)}@{me.host.name}>"
    mail.set_content("\n".join("A line of the report, and some more words." for _ in range(spread(rng, 3, 300))))
    if attachment:
        mail.add_attachment(rng.randbytes(attachment), maintype="application", subtype="pdf", filename="report.pdf")
    return mail


@honest("mail_send", needs=("smtp",), pause=18, origin="either")
def mail_send(me):
    rng, server = me.rng, me.choose("smtp")
    facts = server.facts
    if installed("swaks") and rng.random() < 0.04:
        with me.talk(server):
            me.run(["swaks", "-s", me.address(server, False), "-p", server.port, "-f", f"a@{me.site.domain}",
                    "-t", f"b@{me.site.domain}", "--silent", "3"], timeout=12, env=environment(me))
        return
    with me.connect(server, six=clients.six(me, server)) as plain:
        names = (me.site.full_name(me.host), "localhost", f"[{me.host.address}]")
        mailer = Smtp(plain, remember(me, "helo", lambda: rng.choice(names)))
        mailer.ehlo()
        if facts.get("starttls") and (facts.get("user") or rng.random() < 0.6):
            mailer.starttls(context=program(me).context)
            mailer.ehlo()
        if facts.get("user") and rng.random() < 0.9:
            mailer.login(facts["user"], facts["password"])
        for _ in range(rng.choice((1, 1, 1, 2, 4))):
            mailer.send_message(letter(me, spread(rng, 5000, 800_000) if rng.random() < 0.35 else 0))
            if rng.random() < 0.3:
                me.sleep(rng.uniform(0.2, 3))
        mailer.quit()


def _read(me, box):
    rng = me.rng
    if rng.random() < 0.2:
        box.list()
    _, found = box.select("INBOX", readonly=rng.random() < 0.3)
    count = int(found[0]) if found and found[0] and found[0].isdigit() else 0
    if rng.random() < 0.5:
        box.search(None, rng.choice(("UNSEEN", "ALL", "RECENT")))
    if rng.random() < 0.25 or not count:
        mail = letter(me, spread(rng, 2000, 100_000) if rng.random() < 0.3 else 0)
        box.append("INBOX", "", imaplib.Time2Internaldate(0), mail.as_bytes())
    for _ in range(rng.choice((0, 1, 2, 5)) if count else 0):
        first = rng.randrange(1, count + 1)
        parts = rng.choice(("(FLAGS BODY[HEADER])", "(RFC822.SIZE)", "(BODY[])"))
        box.fetch(f"{first}:{min(count, first + rng.randrange(8))}", parts)
        me.sleep(rng.uniform(0.1, 3))
    if rng.random() < 0.35:  # IDLE, which imaplib of this age lacks
        box.send(b"i1 IDLE\r\n")
        box.readline()
        me.sleep(rng.uniform(3, 20))
        box.send(b"DONE\r\n")
        while (line := box.readline()) and not line.startswith(b"i1 "):
            pass


@honest("mail_read", needs=("imap",), pause=12, origin="either")
def mail_read(me):
    server = me.choose("imap")
    try:
        with contextlib.ExitStack() as stack:
            if server.facts.get("tls"):
                talk = stack.enter_context(clients.tls(me, server, style=program(me)))
            else:
                talk = stack.enter_context(me.connect(server, six=clients.six(me, server)))
            box = Imap(talk)
            box.login(server.facts["user"], server.facts["password"])
            for _ in range(me.rng.choice((1, 1, 2, 3))):
                _read(me, box)
                me.sleep(me.rng.uniform(0.1, 5))
            box.logout()
    except imaplib.IMAP4.error as error:
        raise OSError(str(error)) from error
