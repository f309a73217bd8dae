# SPDX-License-Identifier: GPL-3.0-or-later
"""SSH servers: OpenSSH and Dropbear, with keys, ciphers, banners and limits of their own, and a user who has a home."""
import os
import pathlib
import shutil
import subprocess

from . import house, service

CIPHERS = ("chacha20-poly1305@openssh.com", "aes128-gcm@openssh.com", "aes256-gcm@openssh.com", "aes128-ctr", "aes256-ctr")
EXCHANGES = ("curve25519-sha256", "ecdh-sha2-nistp256", "diffie-hellman-group14-sha256",
             "sntrup761x25519-sha512@openssh.com", "diffie-hellman-group16-sha512")
# What every client of the lab (OpenSSH, Dropbear, paramiko, libssh2's) can do; drawn lists end with it.
COMMON_CIPHER, COMMON_EXCHANGE = "aes128-ctr", "ecdh-sha2-nistp256"
HOST_KEYS = (("-t", "ed25519"), ("-t", "ecdsa", "-b", "256"), ("-t", "ecdsa", "-b", "384"), ("-t", "rsa", "-b", "2048"))


def at_home(place):
    """A user with a password, a key and some files: (name, password, path of the private key)."""
    name, password = house.user(place)
    uid = house.users(place, {name: password})[name]
    home = place.folder / "home" / name
    key = place.folder / "user_key"
    kind = place.rng.choice((("-t", "ed25519"), ("-t", "ecdsa", "-b", "256"), ("-t", "rsa", "-b", "2048")))
    # PEM: that is what paramiko and older clients read; ed25519 has only OpenSSH's own form.
    form = () if "ed25519" in kind else ("-m", "PEM")
    subprocess.run(["ssh-keygen", "-q", *kind, *form, "-N", "", "-C", name, "-f", str(key)], check=True, capture_output=True)
    (home / ".ssh").mkdir(mode=0o700)
    shutil.copy(f"{key}.pub", home / ".ssh" / "authorized_keys")
    house.files(place.rng, home / "files", place.rng.randrange(8, 30), median=20_000, most=2_000_000,
                names="file{number}.dat")
    house.give(home, uid, uid)
    return name, password, str(key)


def some(rng, everything, common):
    """A server's list in its own order, which ends with what all clients know."""
    drawn = rng.sample(everything, rng.randrange(1, len(everything)))
    return ",".join([*(name for name in drawn if name != common), common])


@service("ssh.openssh", port=22, tools=("sshd", "ssh-keygen"))
def openssh(place):
    rng = place.rng
    name, password, key = at_home(place)
    lines, kinds = [], rng.sample(HOST_KEYS, rng.randrange(1, 4))
    for number, kind in enumerate(kinds):
        subprocess.run(["ssh-keygen", "-q", *kind, "-N", "", "-f", str(place.folder / f"host{number}")], check=True,
                       capture_output=True)
        lines.append(f"HostKey /srv/host{number}")
    if rng.random() < 0.4:
        place.write("banner", "Authorised use only.\n" * rng.randrange(1, 12))
        lines.append("Banner /srv/banner")
    if rng.random() < 0.5:
        lines.append(f"Ciphers {some(rng, CIPHERS, COMMON_CIPHER)}")
    if rng.random() < 0.5:
        lines.append(f"KexAlgorithms {some(rng, EXCHANGES, COMMON_EXCHANGE)}")
    if rng.random() < 0.5:
        lines.append(f"ClientAliveInterval {rng.choice((15, 30, 60))}")
    addresses = "\n".join(f"ListenAddress {form}:{place.port}"
                          for form in ("0.0.0.0", *(["[::]"] if place.host.address6 else [])))
    place.write("sshd_config", "\n".join([
        *lines, addresses, "PidFile none", "StrictModes no", "UsePAM no", "UseDNS no", "PermitRootLogin no",
        "PasswordAuthentication yes", "KbdInteractiveAuthentication no",
        f"MaxStartups {rng.choice(('20:30:100', '50', '100'))}", f"MaxAuthTries {rng.choice((3, 4, 6, 6))}",
        f"LoginGraceTime {rng.choice((20, 60, 120))}", "PrintMotd no", f"Compression {rng.choice(('no', 'delayed'))}",
        "AllowTcpForwarding yes", "LogLevel QUIET", "Subsystem sftp internal-sftp", ""]))
    pathlib.Path("/run/sshd").mkdir(exist_ok=True)  # where sshd jails what is not logged in; it insists on this path
    house.start(place, [shutil.which("sshd"), "-D", "-f", "/srv/sshd_config"])
    return [place.offer("ssh", user=name, password=password, key=key, sftp=True, keys=tuple(kind[1] for kind in kinds))]


@service("ssh.dropbear", port=22, tools=("dropbear", "dropbearkey", "ssh-keygen"))
def dropbear(place):
    rng = place.rng
    name, password, key = at_home(place)
    command = ["dropbear", "-F", "-w", "-p", place.port, "-P", "/srv/dropbear.pid"]
    kinds = rng.sample((("ed25519",), ("ecdsa", "-s", "256"), ("rsa", "-s", "2048")), rng.randrange(1, 3))
    for kind in kinds:
        place.prepare(["dropbearkey", "-t", *kind, "-f", place.folder / f"host_{kind[0]}"])
        command += ["-r", f"/srv/host_{kind[0]}"]
    command += ["-W", rng.choice((24576, 65536, 262144)), "-T", rng.choice((3, 6, 10))]
    if rng.random() < 0.4:
        command += ["-K", rng.choice((15, 30, 60))]
    if rng.random() < 0.4:
        place.write("banner", "router\n" * rng.randrange(1, 4), 0o644)
        command += ["-b", "/srv/banner"]
    house.start(place, command)
    return [place.offer("ssh", user=name, password=password, key=key, sftp=os.path.exists("/usr/lib/sftp-server"),
                        keys=tuple(kind[0] for kind in kinds))]
