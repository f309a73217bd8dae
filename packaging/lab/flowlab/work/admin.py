# SPDX-License-Identifier: GPL-3.0-or-later
"""Administrators: scans of their own network, rounds over many hosts, pings; and what goes wrong in honest work: services
that are not there and passwords that are mistyped. All of it looks like an attack and is none.

Varies: hosts, ports, order, timing, tools, numbers of failures."""
import contextlib
import ftplib
import imaplib

from .. import clients
from ..behaviour import ANY, Over, honest, installed
from .common import QUIET_SSH, any_web, environment, having, program, remember
from .files import Ftp
from .mail import Imap
from .shell import a_command, paramiko_session, target

PROBES = ("/", "/robots.txt", "/.well-known/security.txt", "/server-status", "/admin", "/login", "/phpinfo.php",
          "/.git/HEAD", "/backup.zip", "/api", "/.env", "/wp-login.php", "/manager/html", "/config.json", "/index.php?id=1",
          "/cgi-bin/status", "/favicon.ico", "/old/")
USUAL = (21, 22, 23, 25, 53, 80, 110, 111, 135, 139, 143, 443, 445, 993, 1433, 1883, 3306, 3389, 5060, 5432, 5900, 6379,
         6667, 8080, 8443, 9100, 11211, 27017)


@honest("failed_connect", pause=8, origin="either")
def failed_connect(me):
    """A service that is not there: closed ports, a few tries, as misconfigured programs do all day."""
    rng = me.rng
    hosts = me.hosts("inside")
    if not hosts:
        raise Over
    host = rng.choice(hosts)
    port = remember(me, "missing", lambda: rng.choice((3128, 8080, 5222, 1433, 8009, 9200, 631, 515, 5984, 2049, 7070)))
    port = port if rng.random() < 0.6 else rng.randrange(1024, 65000)
    for _ in range(rng.choice((1, 1, 2, 3))):
        with contextlib.suppress(OSError), me.connect(host, port=port, timeout=rng.choice((1, 3)),
                                                      six=clients.six(me, host)) as talk:
            talk.settimeout(1)
            talk.recv(100)
        me.sleep(rng.choice((0.5, 1, 2, rng.uniform(0.1, 5))))


@honest("ping_check", family="admin", tools=("ping",), pause=8, origin="either")
def ping_check(me):
    rng = me.rng
    hosts = me.hosts("inside")
    for host in rng.sample(hosts, min(len(hosts), rng.choice((1, 1, 1, 3)))):
        address = me.address(host)
        command = ["ping", "-n", "-q", "-c", rng.choice((1, 3, 4, 8)), "-i", rng.choice(("0.2", "0.5", "1")), "-W", "1",
                   "-s", rng.choice((56, 56, 56, 32, 500)), address]
        with me.talk(host, protocol="icmp", ports=ANY):
            me.run(command, timeout=12, env=environment(me))


@honest("admin_scan", family="admin", pause=25)
def admin_scan(me):
    """An inventory: connect or service scans of a few hosts, or a vulnerability scanner's questions to web servers."""
    what = me.rng.random()
    if what < 0.4:
        _ask_for_holes(me)
    elif what < 0.75 or not installed("nmap"):
        _connect_scan(me)
    else:
        _nmap_scan(me)


def _nmap_scan(me):
    rng, inside = me.rng, me.hosts("inside")
    ports = sorted(rng.sample(USUAL, rng.randrange(4, 14)))
    for host in rng.sample(inside, min(len(inside), rng.randrange(1, 4))):
        how = rng.choice((["-sT"], ["-sT"], ["-sS"], ["-sT", "-sV", "--version-intensity", "2"]))
        with contextlib.ExitStack() as stack:
            for port in ports:
                stack.enter_context(me.talk(host, protocol="tcp", ports=port))
            me.run(["nmap", "-n", "-Pn", *how, "-p", ",".join(map(str, ports)), "--max-retries", "1",
                    "--host-timeout", "12s", rng.choice(("-T3", "-T4")), *rng.choice(([], ["-r"])),
                    me.address(host, False)], timeout=20, env=environment(me))


def _connect_scan(me):
    """As inventory programs do it: connect, take the banner, on to the next."""
    rng, inside = me.rng, me.hosts("inside")
    hosts = rng.sample(inside, min(len(inside), rng.randrange(1, 5)))
    ports = rng.sample(USUAL, rng.randrange(4, 20))
    pairs = [(host, port) for host in hosts for port in ports]
    if rng.random() < 0.5:
        pairs = [(host, port) for port in ports for host in hosts]
    banner, pause = rng.random() < 0.6, rng.choice((0.0, 0.05, 0.3))
    for host, port in pairs:
        with contextlib.suppress(OSError), me.connect(host, port=port, timeout=1) as talk:
            if banner:
                talk.settimeout(0.6)
                talk.recv(256)
        me.sleep(pause)


def _ask_for_holes(me):
    rng, web = me.rng, any_web(me, plain=0.4)
    look = clients.style(me, "tool")
    look.headers["User-Agent"] = rng.choice(("Mozilla/5.0 (compatible; OpenVAS)", "Nessus SOAP", "inventory/2.1",
                                             look.headers["User-Agent"]))
    kept, pause = rng.random() < 0.5, rng.choice((0.0, 0.1, 0.5))
    waiting = rng.sample(PROBES, rng.randrange(5, len(PROBES)))
    while waiting:
        with clients.http(me, web, style=look) as talk:
            while waiting:
                talk.ask(rng.choice(("GET", "GET", "HEAD", "OPTIONS")), waiting.pop())
                me.sleep(pause)
                if not (kept and talk.open):
                    break


@honest("admin_ssh_fleet", family="admin", needs=("ssh",), tools=("ssh",), pause=30, origin="either")
def admin_ssh_fleet(me):
    """The same short work on one host after the other, as Ansible and its like do it."""
    rng = me.rng
    servers = [server for server in me.services("ssh") if server.facts.get("user")]
    rng.shuffle(servers)
    steps = [a_command(rng) for _ in range(rng.randrange(1, 4))]
    for server in servers[:8]:
        with contextlib.suppress(OSError):
            if server.facts.get("key") and rng.random() < 0.5:
                with me.talk(server):
                    for step in steps:
                        me.run(["ssh", *QUIET_SSH, "-i", server.facts["key"], "-p", server.port, target(me, server), step],
                               timeout=15, env=environment(me))
            elif installed("python:paramiko"):
                with paramiko_session(me, server) as transport:
                    for step in steps:
                        channel = transport.open_session(timeout=8)
                        channel.settimeout(8)
                        channel.exec_command(step)
                        while channel.recv(65536):
                            pass
        me.sleep(rng.uniform(0.1, 2))


@honest("password_mistyped", needs=("ssh",), tools=("python:paramiko",), pause=25, origin="either")
def password_mistyped(me):
    """One or two failed logins, then the right password and some use."""
    rng = me.rng
    kind = rng.choice([kind for kind in ("ssh", "ssh", "imap", "ftp", "web") if me.services(kind)])
    server = having(me, kind, *(("app",) if kind == "web" else ("user",)))
    right = server.facts.get("password", "secret")
    wrong = [rng.choice((right[:-1], right + "1", right.upper(), right[::-1])) for _ in range(rng.choice((1, 1, 2)))]
    for number, password in enumerate([*wrong, right]):
        with contextlib.suppress(OSError, ValueError, imaplib.IMAP4.error, ftplib.Error, EOFError):
            _log_in(me, kind, server, password)
        if number < len(wrong):
            me.sleep(rng.uniform(1.5, 6))  # one types it again


def _log_in(me, kind, server, password):
    rng, facts = me.rng, server.facts
    if kind == "ssh":
        with paramiko_session(me, server, password=password) as transport:
            channel = transport.open_session(timeout=8)
            channel.settimeout(8)
            channel.exec_command(a_command(rng))
            while channel.recv(65536):
                pass
    elif kind == "imap":
        with contextlib.ExitStack() as stack:
            talk = clients.tls(me, server, style=program(me)) if facts.get("tls") else me.connect(server)
            box = Imap(stack.enter_context(talk))
            box.login(facts["user"], password)
            box.select("INBOX")
            box.logout()
    elif kind == "ftp":
        with me.talk(server), contextlib.closing(Ftp(me.address(server, False), server.port, me.host.address)) as ftp:
            me.use("ftplib")
            ftp.login(facts["user"], password)
            ftp.sendcmd("PWD")
            ftp.quit()
    else:
        with clients.http(me, server, style=program(me, "browser")) as talk:
            form = f"user={facts.get('user', 'anna')}&password={password}".encode()
            talk.ask("POST", "/login", body=form, headers={"Content-Type": "application/x-www-form-urlencoded"})
