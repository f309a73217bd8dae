# SPDX-License-Identifier: GPL-3.0-or-later
"""Password guessing against logins of servers: SSH, FTP, MySQL, IMAP, SMB, VNC.

Varied per session: the tool (or an own client), tries per connection, connections at once, delays, which users, how many
passwords a round, pauses between rounds. The right passwords hold no words, so nobody gets in."""
import contextlib
import ftplib
import imaplib
import ssl

from .. import clients
from ..behaviour import threat
from .crackers import guess_in_rounds, tool


def _pairs(me, users, passwords, slowest):
    gap = me.rng.uniform(0.05, slowest)
    for user in users:
        for password in passwords:
            yield user, password
            me.sleep(me.rng.expovariate(1 / gap))


def _batches(me, users, passwords, tries, longest):
    """The pairs for one connection after the other, with pauses of up to `longest` seconds."""
    pairs = [(user, password) for user in users for password in passwords]
    while pairs and not me.over():
        yield pairs[:tries]
        pairs = pairs[tries:]
        me.sleep(me.rng.uniform(0.1, longest))


def _ssh_by_hand(me):
    """paramiko, as many a botnet's scripts: several tries per connection."""
    import paramiko
    tries = me.rng.choice((1, 1, 2, 3))

    def guess(service, users, passwords):
        for pairs in _batches(me, users, passwords, tries, 1.5):
            with contextlib.suppress(OSError, EOFError, paramiko.SSHException), me.connect(service) as plain:
                transport = paramiko.Transport(plain)
                try:
                    transport.banner_timeout = transport.auth_timeout = 8
                    transport.start_client(timeout=8)
                    for user, password in pairs:
                        with contextlib.suppress(paramiko.AuthenticationException):
                            transport.auth_password(user, password)
                finally:
                    transport.close()
    return guess


def ssh_guessers(service):
    """The programs that come as far as a password there. ncrack waits forever for Dropbear's key exchange; it and medusa
    (libssh2 1.10) know RSA keys with SHA-1 only, which OpenSSH signs no longer."""
    modules = {"hydra": "ssh", "medusa": "ssh", "ncrack": "ssh", "patator": "ssh_login"}
    unfit = ("ncrack",) if service.program == "dropbear" else ()
    if service.program != "dropbear" and set(service.facts["keys"]) == {"rsa"}:
        unfit = ("ncrack", "medusa")
    return {name: module for name, module in modules.items() if name not in unfit}


@threat("guess_ssh", family="guessing", needs=("ssh",), tools=("hydra|medusa|ncrack|patator",), origin="either")
def guess_ssh(me):
    service = me.choose("ssh")
    guess = tool(me, _ssh_by_hand(me), **ssh_guessers(service))
    guess_in_rounds(me, guess, service, me.rng.randrange(120, 500), service.facts.get("user", ""))


def _ftp_by_hand(me):
    def guess(service, users, passwords):
        for user, password in _pairs(me, users, passwords, 1.0):
            with me.talk(service), contextlib.suppress(OSError, EOFError, ftplib.Error), ftplib.FTP(timeout=8) as talk:
                me.use("ftplib")
                talk.connect(me.address(service, False), service.port)
                talk.login(user, password)
    return guess


@threat("guess_ftp", family="guessing", needs=("ftp",), tools=("hydra|medusa|ncrack|patator",), origin="either")
def guess_ftp(me):
    service = me.choose("ftp")
    guess = tool(me, _ftp_by_hand(me), hydra="ftp", medusa="ftp", ncrack="ftp", patator="ftp_login")
    guess_in_rounds(me, guess, service, me.rng.randrange(100, 500), service.facts.get("user", ""))


def _mysql_by_hand(me):
    import pymysql

    def guess(service, users, passwords):
        for user, password in _pairs(me, users, passwords, 1.0):
            with me.talk(service), contextlib.suppress(OSError, pymysql.MySQLError):
                me.use("pymysql")
                pymysql.connect(host=me.address(service, False), port=service.port, user=user, password=password,
                                connect_timeout=6).close()
    return guess


@threat("guess_mysql", family="guessing", needs=("mysql",), tools=("hydra|medusa|ncrack|patator", "python:pymysql"),
        origin="either")
def guess_mysql(me):
    service = me.choose("mysql")
    guess = tool(me, _mysql_by_hand(me), hydra="mysql", medusa="mysql", ncrack="mysql", patator="mysql_login")
    guess_in_rounds(me, guess, service, me.rng.randrange(100, 400), service.facts.get("user", ""))


def _imap_by_hand(me):
    tries, style = me.rng.choice((1, 1, 2, 3)), clients.style(me)
    patience = me.rng.uniform(1.5, 5)  # servers answer later and later, and guessers come again instead of waiting

    def guess(service, users, passwords):
        for pairs in _batches(me, users, passwords, tries, 2):
            with me.talk(service), contextlib.suppress(OSError, imaplib.IMAP4.error, ssl.SSLError):
                me.use("imaplib")
                address = me.address(service, False)
                if service.facts.get("tls"):
                    talk = imaplib.IMAP4_SSL(address, service.port, ssl_context=style.context, timeout=patience)
                else:
                    talk = imaplib.IMAP4(address, service.port, timeout=patience)
                try:
                    for user, password in pairs:
                        with contextlib.suppress(imaplib.IMAP4.error):
                            talk.login(user, password)
                finally:
                    talk.shutdown()
    return guess


@threat("guess_imap", family="guessing", needs=("imap",), tools=("hydra|medusa|ncrack",), origin="either")
def guess_imap(me):
    service = me.choose("imap")
    modules = {"hydra": "imap", "medusa": "imap", "ncrack": "imap"}
    if service.facts.get("tls"):
        modules = {"hydra": "imaps", "medusa": ("imap", "-s")}
    guess = tool(me, _imap_by_hand(me), me.rng.uniform(5, 12), **modules)
    guess_in_rounds(me, guess, service, me.rng.randrange(80, 300), service.facts.get("user", ""))


def _smb_by_hand(me):
    from impacket.nmb import NetBIOSError, NetBIOSTimeout
    from impacket.smbconnection import SessionError, SMBConnection
    tries = me.rng.choice((1, 1, 2))

    def guess(service, users, passwords):
        for pairs in _batches(me, users, passwords, tries, 1.5):
            with me.talk(service), contextlib.suppress(OSError, SessionError, NetBIOSError, NetBIOSTimeout):
                me.use("impacket")
                address = me.address(service, False)
                talk = SMBConnection(address, address, sess_port=service.port, timeout=8)
                try:
                    for user, password in pairs:
                        with contextlib.suppress(SessionError):
                            talk.login(user, password)
                finally:
                    talk.close()
    return guess


def _smbclient(me):
    """One program per try, as shell loops do it."""
    version = me.rng.choice(([], [], ["-m", "SMB2"], ["-m", "SMB3"]))

    def guess(service, users, passwords):
        for user, password in _pairs(me, users, passwords, 1.0):
            share = me.rng.choice(("IPC$", "C$", service.facts.get("share") or "data"))
            with me.talk(service):
                me.run(["smbclient", "-s", "/dev/null", "-p", service.port, *version, "-U", f"{user}%{password}",
                        "-c", "quit", f"//{me.address(service, False)}/{share}"], timeout=8)
    return guess


@threat("guess_smb", family="guessing", needs=("smb",), tools=("smbclient", "python:impacket"), origin="either")
def guess_smb(me):
    service = me.choose("smb")
    guess = me.rng.choice((_smb_by_hand, _smbclient))(me)  # the known guessers speak dialects that Samba no longer does
    guess_in_rounds(me, guess, service, me.rng.randrange(80, 250), service.facts.get("user", ""))


def _vnc_by_hand(me):
    """RFB 3.8's handshake with an answer to the challenge that is as wrong as any (RFC 6143, 7.1 and 7.2.2)."""
    gap = me.rng.uniform(0.3, 4)
    version = me.rng.choice((b"RFB 003.008\n", b"RFB 003.008\n", b"RFB 003.007\n"))

    def guess(service, users, passwords):
        for _ in passwords:
            with contextlib.suppress(OSError), me.connect(service) as talk:
                talk.recv(12)
                talk.sendall(version)
                kinds = talk.recv(256)
                if b"\2" in kinds[1:]:
                    talk.sendall(b"\2")
                    if len(talk.recv(16)) == 16:
                        talk.sendall(me.rng.randbytes(16))
                        talk.recv(256)
            me.sleep(me.rng.expovariate(1 / gap))
    return guess


@threat("guess_vnc", family="guessing", needs=("vnc",), origin="either")
def guess_vnc(me):
    service = me.choose("vnc")
    guess = tool(me, _vnc_by_hand(me), medusa="vnc", ncrack="vnc")
    guess_in_rounds(me, guess, service, me.rng.randrange(60, 200))


def _answered(least):
    return lambda flow: flow.protocol == 6 and min(flow.bytes) > least


EVIDENCE = {
    "guess_ssh": ("with a finished key exchange", _answered(1000), 12),
    "guess_ftp": ("with a login that was answered", _answered(200), 10),
    "guess_mysql": ("with a login that was answered", _answered(200), 15),
    "guess_imap": ("with a login that was answered", _answered(250), 10),
    "guess_smb": ("with a session setup", _answered(500), 12),
    "guess_vnc": ("with a version exchange", _answered(200), 12),
}
