# SPDX-License-Identifier: GPL-3.0-or-later
"""Asking servers for what they know: users and shares over SMB and RPC, SNMP communities, directories over LDAP.

Varied per session: the tools and their order, which questions, with or without a name, communities and their lists, one
server or several, pauses."""
import contextlib
import sys

from ..behaviour import installed, threat
from . import words

LDAP_FILTERS = ("(objectClass=*)", "(objectClass=person)", "(uid=*)", "(objectClass=groupOfNames)", "(cn=admin*)",
                "(mail=*)", "(objectClass=organizationalUnit)", "(objectClass=posixAccount)", "(sn=a*)", "(description=*)")
RPC_QUESTIONS = ("enumdomusers", "querydominfo", "netshareenumall", "enumalsgroups builtin", "enumdomgroups", "lsaquery",
                 "srvinfo", "getdompwinfo", "lookupnames root", "lookupsids S-1-5-32-544", "queryuser 1000", "enumprivs",
                 "netsessenum")
IMPACKET = "/usr/share/doc/python3-impacket/examples/"


def _login(me, service):
    """Mostly without a name, sometimes with a guessed or a real one."""
    kind = me.rng.random()
    if kind < 0.6:
        return "", ""
    if kind > 0.8:
        return service.facts.get("user", "guest"), service.facts.get("password", "")
    return words.users(me.rng, 1)[0], words.passwords(me.rng, 1)[0]


def _shares(me, service):
    user, password = _login(me, service)
    version = me.rng.choice(([], ["-m", "SMB2"], ["-m", "SMB3"]))
    return ["smbclient", "-s", "/dev/null", "--use-kerberos=off", "-p", service.port, *version,
            "-L", f"//{me.address(service, False)}", "-U", f"{user}%{password}"]


def _rpc(me, service):
    user, password = _login(me, service)
    questions = me.rng.sample(RPC_QUESTIONS, me.rng.randint(1, 6))
    return ["rpcclient", "-s", "/dev/null", "--use-kerberos=off", "-p", service.port, "-U", f"{user}%{password}",
            "-c", ";".join(questions), me.address(service, False)]


def _impacket(me, service):
    """lookupsid tries one identifier after the other; samrdump and rpcdump list what they are told."""
    user, password = _login(me, service)
    name = me.rng.choice(("lookupsid.py", "samrdump.py", "rpcdump.py"))
    target = f"{user}:{password}@{me.address(service, False)}" if user else me.address(service, False)
    more = {"lookupsid.py": [me.rng.randrange(20, 1200)], "rpcdump.py": ["-port", "445"]}.get(name, [])
    quiet = ["-no-pass"] if not user and name == "lookupsid.py" else []
    if name == "samrdump.py" and not user:
        return _rpc(me, service)  # samrdump would ask for a password
    return [sys.executable, "-B", IMPACKET + name, *quiet, target, *more]


def _nmap(me, service):
    scripts = me.rng.sample(("smb-os-discovery", "smb-protocols", "smb2-security-mode", "smb2-time", "smb2-capabilities",
                             "smb-enum-shares", "smb-enum-users", "smb-security-mode"), me.rng.randint(1, 4))
    return ["nmap", "-n", "-Pn", "-sT", "-p", service.port, "--script", ",".join(scripts), "--script-timeout", "10s",
            me.address(service, False)]


@threat("smb_enum", family="enumeration", needs=("smb",), tools=("smbclient", "rpcclient"), seconds=(100, 220),
        origin="either")
def smb_enum(me):
    rng = me.rng
    makers = [_shares, _shares, _rpc, _rpc, _rpc]
    makers += [_impacket] if installed("python:impacket") and rng.random() < 0.5 else []
    makers += [_nmap] if installed("nmap") and rng.random() < 0.4 else []
    for _ in words.rounds(me, 0.3, 1.5):
        service, maker = me.choose("smb"), rng.choice(makers)
        if maker is _impacket and service.port != 445:
            maker = _rpc  # those scripts know no other port, and the lease is for the service's
        with contextlib.ExitStack() as stack:
            # nbtscan, and some of nmap's scripts, ask for names as well; where nobody hears that, ICMP says so.
            if names := maker is _nmap or (installed("nbtscan") and rng.random() < 0.1):
                stack.enter_context(me.talk(service, protocol="udp", ports=137))
                stack.enter_context(me.talk(service, protocol="icmp", ports=None))
            if names and maker is not _nmap:
                me.run(["nbtscan", "-t", "800", me.address(service, False)], timeout=4)
            for _ in range(1 if maker in (_nmap, _impacket) else rng.choice((1, 2, 2, 4))):
                with me.talk(service, ports=(139, 445) if service.port == 445 else service.port):
                    me.run(maker(me, service), timeout=8)
                me.sleep(rng.uniform(0.05, 0.8))


# --- SNMP ---------------------------------------------------------------------------------------------------------------

COMMUNITIES = ("public", "private", "admin", "manager", "snmp", "community", "cisco", "default", "monitor", "netman", "read",
               "write", "secret", "security", "system", "test", "guest", "root", "router", "switch", "all", "access",
               "agent", "tivoli")


def _get(rng, community):
    """An SNMPv1 or v2c question for sysDescr, in BER."""
    def item(tag, data):
        return bytes([tag, len(data)]) + data
    name = item(0x30, item(0x06, bytes([0x2B, 6, 1, 2, 1, 1, rng.choice((1, 1, 1, 5)), 0])) + b"\x05\0")
    number = item(2, rng.randbytes(3).replace(b"\xff", b"\1"))
    ask = item(rng.choice((0xA0, 0xA0, 0xA1)), number + b"\2\1\0\2\1\0" + item(0x30, name))
    return item(0x30, b"\2\1" + bytes([rng.choice((0, 1))]) + item(4, community.encode()) + ask)


@threat("snmp_guess", family="guessing", needs=("snmp",), tools=("onesixtyone",), origin="either")
def snmp_guess(me):
    rng = me.rng
    own, gap, patience = rng.random() < 0.5, rng.uniform(0.1, 1.0), rng.uniform(0.1, 0.8)
    repeat = rng.choice((1, 1, 2, 5))  # guesses of the own client from one port
    for _ in words.rounds(me, 1.8, 5):
        service = me.choose("snmp")
        names = rng.sample(COMMUNITIES, rng.randrange(3, 16))
        names += [name + str(rng.randrange(100)) for name in rng.sample(COMMUNITIES, rng.randrange(0, 6))]
        with contextlib.ExitStack() as stack:
            stack.enter_context(me.talk(service, protocol="icmp", ports=None))
            if not own:
                for listed in (names[:8], names[8:]):
                    with me.talk(service):
                        me.run(["onesixtyone", "-p", service.port, "-w", rng.randrange(10, 400),
                                "-c", words.write(me, "communities", listed or names), me.address(service, False)],
                               timeout=12)
                continue
        while names and not me.over():
            with contextlib.suppress(OSError), me.datagrams(service, timeout=patience) as socket:
                for name in names[:repeat]:
                    socket.send(_get(rng, name))
                    with contextlib.suppress(TimeoutError):
                        socket.recv(4096)
            names = names[repeat:]
            me.sleep(rng.expovariate(1 / gap))


# --- LDAP ---------------------------------------------------------------------------------------------------------------

@threat("ldap_enum", family="enumeration", needs=("ldap",), tools=("ldapsearch",), seconds=(100, 200), origin="either")
def ldap_enum(me):
    rng = me.rng
    named = rng.random() < 0.4
    for _ in words.rounds(me, 0.8, 4):
        service = me.choose("ldap")
        base = service.facts.get("base", "")
        login = []
        if named and service.facts.get("user"):
            login = ["-D", service.facts["user"], "-w", service.facts["password"]]
        what = rng.choice((["-b", "", "-s", "base", "+"],
                           ["-b", "cn=subschema", "-s", "base", "+"],
                           ["-b", base, rng.choice(LDAP_FILTERS)],
                           ["-b", base, rng.choice(LDAP_FILTERS), "dn"],
                           ["-b", base, "-s", "one", "(objectClass=*)"],
                           ["-b", f"ou=people,{base}", f"(uid={words.users(rng, 1)[0]})"]))
        for _ in range(rng.choice((1, 1, 3))):
            with me.talk(service):
                me.run(["ldapsearch", "-x", "-LLL", "-o", "nettimeout=6",
                        "-H", f"ldap://{me.address(service, False)}:{service.port}", *login, *what],
                       timeout=10, env={"LDAPNOINIT": "1", "PATH": "/usr/bin:/bin"})


EVIDENCE = {
    "smb_enum": ("with a session that was answered", lambda flow: flow.dport in (445, 139) and min(flow.bytes) > 500, 10),
    "snmp_guess": ("questions over UDP", lambda flow: flow.protocol == 17 and flow.bytes[0] > 60, 15),
    "ldap_enum": ("with a search that was answered", lambda flow: flow.protocol == 6 and min(flow.bytes) > 250, 15),
}
