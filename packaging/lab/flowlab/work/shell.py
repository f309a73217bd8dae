# SPDX-License-Identifier: GPL-3.0-or-later
"""SSH: people who type, commands, copies, backups; OpenSSH and Paramiko.

Varies: client, key or password, ciphers and key exchange, commands, typing speed, sizes and directions, pauses."""
import contextlib
import shlex

try:
    import paramiko
except ImportError:  # the behaviours that need it name it in `tools`
    paramiko = None

from .. import clients
from ..behaviour import honest
from .common import QUIET_SSH, environment, having, remember, spread

COMMANDS = ("uptime", "df -h", "ls -lR /etc | head -200", "ps aux", "cat /etc/services", "who; date; uname -a",
            "dmesg | tail -50", "head -c {size} /dev/urandom | base64", "journalctl -n 50; true",
            "find /usr/share/doc | head -{lines}")
OFTEN = ("[ -t 0 ]; ls -la", "cd /tmp", "ps aux | head -30", "tail -40 /etc/services", "df -h", "git status",
         "top -b -n1 | head -20", "grep -r root /etc/passwd", "cat /proc/meminfo", "history", "man ls | head -60",
         "exit 0; true")


def a_command(rng):
    return rng.choice(COMMANDS).format(size=spread(rng, 200, 60_000), lines=rng.randrange(20, 1500))


def options(me):
    """The user's own settings, drawn once."""
    def draw():
        rng = me.rng
        return [*QUIET_SSH,
                *rng.choice(([], [], ["-c", "aes128-ctr"], ["-c", "aes256-gcm@openssh.com"], ["-C"])),
                *rng.choice(([], [], ["-o", "KexAlgorithms=ecdh-sha2-nistp256,curve25519-sha256"])),
                *rng.choice(([], ["-4"], ["-o", "ServerAliveInterval=3"], ["-o", "IPQoS=throughput"]))]
    return remember(me, "ssh options", draw)


def target(me, server):
    name = me.site.full_name(server.host) if me.rng.random() < 0.4 else me.address(server, False)
    return f"{server.facts['user']}@{name}"


@contextlib.contextmanager
def paramiko_session(me, server, user=None, password=None):
    """A Paramiko transport over a socket of our own."""
    with me.connect(server, six=clients.six(me, server)) as plain:
        transport = paramiko.Transport(plain)
        transport.daemon = True
        try:
            transport.start_client(timeout=10)
            facts = server.facts
            if password is None and facts.get("key") and me.rng.random() < 0.5:
                transport.auth_publickey(facts["user"], _key(facts["key"]))
            else:
                transport.auth_password(user or facts["user"], password or facts["password"])
            yield transport
        except (paramiko.SSHException, EOFError) as error:
            raise OSError(str(error)) from error
        finally:
            transport.close()


def _key(path):
    for kind in (paramiko.Ed25519Key, paramiko.ECDSAKey, paramiko.RSAKey):
        with contextlib.suppress(paramiko.SSHException, ValueError):
            return kind.from_private_key_file(str(path))
    raise OSError(f"{path} is no key that Paramiko reads")


def _type(me, channel):
    """Keystrokes with their echoes, and what the commands say."""
    rng = me.rng
    speed = rng.uniform(0.06, 0.3)
    channel.settimeout(0.02)

    def hear():
        with contextlib.suppress(TimeoutError, OSError):
            while channel.recv(32768):
                pass

    for _ in range(rng.randrange(2, 9)):
        line = rng.choice(OFTEN)
        for letter in line + "\n":
            channel.send(letter)
            me.sleep(rng.expovariate(1 / speed) if letter.isalnum() else rng.uniform(0, 2 * speed))
            hear()
        if line.startswith("exit"):
            return
        me.sleep(rng.uniform(0.3, 5))
        hear()


@honest("ssh_shell", needs=("ssh",), tools=("ssh", "python:paramiko"), pause=12, origin="either")
def ssh_shell(me):
    """Single commands with OpenSSH, several in one Paramiko connection, or a person who types."""
    rng, server = me.rng, having(me, "ssh", "user")
    if server.facts.get("key") and rng.random() < 0.45:
        command = ["ssh", *options(me), "-i", server.facts["key"], "-p", server.port, target(me, server)]
        with me.talk(server):
            me.run([*command, a_command(rng)], env=environment(me))
        return
    with paramiko_session(me, server) as transport:
        if rng.random() < 0.6:
            shell = transport.open_session(timeout=8)
            shell.get_pty("xterm-256color", rng.randrange(80, 200), rng.randrange(24, 60))
            shell.invoke_shell()
            _type(me, shell)
            return
        for _ in range(rng.randrange(1, 6)):
            channel = transport.open_session(timeout=8)
            channel.settimeout(8)
            channel.exec_command(a_command(rng))
            while channel.recv(65536):
                pass
            channel.close()
            me.sleep(rng.uniform(0.1, 3))


def _files(me, low, high):
    """A few new files to copy."""
    folder = me.folder / "copies"
    folder.mkdir(exist_ok=True)
    found = [folder / f"file{number}" for number in range(me.rng.randrange(1, 6))]
    for file in found:
        file.write_bytes(clients.filler(me.rng, spread(me.rng, low, high)))
    return found


@honest("sftp_copy", needs=("ssh",), tools=("sftp", "python:paramiko"), pause=20, origin="either")
def sftp_copy(me):
    rng, server = me.rng, having(me, "ssh", "sftp", "user")
    if server.facts.get("key") and rng.random() < 0.4:
        lines = [line for file in _files(me, 500, 300_000)
                 for line in rng.choice(([f"put {file} /dev/null"], [f"put {file} {file.name}", f"get {file.name} {file}"]))]
        batch = me.folder / "batch"
        batch.write_text("pwd\nls -l /etc\n" + "\n".join(lines) + "\n", encoding="utf-8")
        with me.talk(server):
            me.run(["sftp", *options(me), "-i", server.facts["key"], "-P", server.port, "-b", batch, target(me, server)],
                   env=environment(me))
        return
    with paramiko_session(me, server) as transport:
        sftp = paramiko.SFTPClient.from_transport(transport)
        sftp.get_channel().settimeout(10)
        for _ in range(rng.randrange(1, 5)):
            what = rng.random()
            if what < 0.3:
                sftp.listdir(rng.choice(("/etc", "/usr/bin", ".")))
            elif what < 0.6:
                with sftp.open("/dev/null", "w") as there:
                    there.set_pipelined(True)
                    there.write(clients.filler(rng, spread(rng, 500, 200_000)))
            else:
                wanted = rng.choice(("/etc/services", "/etc/ssl/openssl.cnf", "/etc/mime.types", "/etc/passwd"))
                with sftp.open(wanted, "r") as there:
                    there.read()
            me.sleep(rng.uniform(0.1, 3))


@honest("scp_copy", needs=("ssh",), tools=("scp",), pause=25, origin="either")
def scp_copy(me):
    """Over SFTP where the server has it, else by the old protocol, as users with old servers do."""
    rng, server = me.rng, having(me, "ssh", "key", "user")
    old = ["-O"] if not server.facts.get("sftp") or rng.random() < 0.3 else []
    there = target(me, server)
    if rng.random() < 0.6:
        ends = [*_files(me, 1000, 600_000)[:1], f"{there}:/dev/null"]
    else:
        ends = [f"{there}:{rng.choice(('/etc/services', '/etc/mime.types', '/etc/ssl/openssl.cnf'))}", me.folder / "copied"]
    with me.talk(server):
        me.run(["scp", "-q", *old, *options(me), "-i", server.facts["key"], "-P", server.port, *ends], env=environment(me))


@honest("rsync_backup", needs=("rsync",), tools=("rsync",), pause=30, origin="either")
def rsync_backup(me):
    """A tree of files that changes a little from time to time, to an rsync daemon or over SSH; or from there."""
    rng = me.rng
    tree = me.folder / "tree"
    tree.mkdir(exist_ok=True)
    for _ in range(rng.randrange(1, 12)):
        (tree / f"file{rng.randrange(40)}").write_bytes(clients.filler(rng, spread(rng, 200, 200_000)))
    flags = ["-a", "--timeout=15", "--contimeout=6", *rng.choice(([], ["-z"], ["--bwlimit=800"], ["-W"]))]
    server = having(me, "rsync", "module")
    address = me.address(server)
    there = f"rsync://{f'[{address}]' if ':' in address else address}:{server.port}/{server.facts['module']}/"
    ends = [f"{tree}/", f"{there}{me.host.name}/"] if rng.random() < 0.7 else [there, me.folder / "restored"]
    with me.talk(server):
        me.run(["rsync", *flags, *ends], env=environment(me))


@honest("restic_backup", needs=("ssh",), tools=("restic", "ssh"), pause=120)
def restic_backup(me):
    """restic over SFTP: its own many round trips and encrypted packs."""
    rng, server = me.rng, having(me, "ssh", "sftp", "key", "user")
    command = shlex.join(map(str, ["ssh", *QUIET_SSH, "-i", server.facts["key"], "-p", server.port, target(me, server),
                                   "-s", "sftp"]))
    folder = f"restic-{me.host.name}-{rng.randrange(10**9)}"
    base = ["restic", "-q", "--no-cache", "-o", f"sftp.command={command}", "-r", f"sftp:{target(me, server)}:/tmp/{folder}"]
    variables = environment(me, RESTIC_PASSWORD="lab", GOMAXPROCS="1")
    with me.talk(server):
        me.run([*base, "init"], timeout=25, env=variables)
        me.run([*base, "backup", *_files(me, 20_000, 900_000)], timeout=30, env=variables)
        me.run(["ssh", *options(me), "-i", server.facts["key"], "-p", server.port, target(me, server),
                f"rm -rf /tmp/{folder}"], timeout=10, env=environment(me))
