# SPDX-License-Identifier: GPL-3.0-or-later
"""File servers: FTP with its data connections, SMB shares, TFTP.

Varies: client program, directions, sizes, files per connection, listings, pauses."""
import contextlib
import ftplib
import io
import socket
import struct

from .. import clients
from ..behaviour import honest
from .common import environment, having, spread


class Ftp(ftplib.FTP):
    """Plain FTP to an address; answers that mean failure become OSErrors."""

    def __init__(self, address, port, source):
        super().__init__(timeout=10, source_address=(source, 0))
        self.connect(address, port)


@honest("ftp_transfer", needs=("ftp",), tools=("curl",), pause=15, origin="either")
def ftp_transfer(me):
    rng, server = me.rng, having(me, "ftp", "user", "passive")
    name, password = server.facts["user"], server.facts["password"]
    address = me.address(server, False)
    own = f"{me.host.name}-{rng.randrange(30)}.dat"
    with me.talk(server), me.talk(server.host, ports=tuple(server.facts["passive"])):
        if rng.random() < 0.3:
            file = me.folder / "ftp.dat"
            file.write_bytes(clients.filler(rng, spread(rng, 300, 400_000)))
            curl = ["curl", "-q", "--noproxy", "*", "-s", "--max-time", "20", "-u", f"{name}:{password}",
                    *rng.choice(([], ["--disable-epsv"], ["--ftp-method", "nocwd"]))]
            place = f"ftp://{address}:{server.port}/"
            task = rng.choice((["-T", file, place + own], [place, "-o", "/dev/null"], ["-T", file, place + own, place]))
            me.run([*curl, *task], env=environment(me))
            return
        me.use("ftplib")
        try:
            with contextlib.closing(Ftp(address, server.port, me.host.address)) as ftp:
                ftp.login(name, password)
                for _ in range(rng.randrange(1, 5)):
                    what = rng.random()
                    if what < 0.3:
                        ftp.retrlines(rng.choice(("LIST", "NLST")), lambda line: None)
                    elif what < 0.7:
                        ftp.storbinary(f"STOR {own}", io.BytesIO(clients.filler(rng, spread(rng, 300, 300_000))))
                    else:
                        with contextlib.suppress(ftplib.error_perm):  # 550: nobody has put it there yet
                            ftp.retrbinary(f"RETR {own}", lambda piece: None)
                    me.sleep(rng.uniform(0.05, 2))
                with contextlib.suppress(EOFError):
                    ftp.quit()
        except (ftplib.Error, EOFError) as error:
            raise OSError(str(error)) from error


@honest("smb_share", needs=("smb",), tools=("smbclient",), pause=25)
def smb_share(me):
    rng, server = me.rng, having(me, "smb", "user", "share")
    file = me.folder / "share.dat"
    file.write_bytes(clients.filler(rng, spread(rng, 500, 500_000)))
    own = f"{me.host.name}{rng.randrange(20)}.dat"
    steps = ["ls"]
    for _ in range(rng.randrange(1, 5)):
        steps.append(rng.choice((f"put {file} {own}", f"put {file} {own}; get {own} {me.folder}/back.dat", "ls", "du",
                                 f"allinfo {own}")))
    with me.talk(server):
        me.run(["smbclient", "-s", "/dev/null", f"//{me.address(server, False)}/{server.facts['share']}", "-p", server.port,
                "-U", f"{server.facts['user']}%{server.facts['password']}",
                *rng.choice(([], ["-m", "SMB2"], ["-m", "SMB3"])), "-c", "; ".join(steps)], env=environment(me))


@honest("tftp_get", needs=("tftp",), tools=("python3",), pause=25)
def tftp_get(me):
    """Devices that fetch their settings: read requests with a block size and timeout drawn per session. The server answers
    from a port of its own, so the whole transfer is under one lease of all ports."""
    rng, server = me.rng, having(me, "tftp", "file")
    block = rng.choice((512, 512, 1024, 1428))
    for _ in range(rng.randrange(1, 4)):
        with me.talk(server.host, protocol="udp", ports=None), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as talk:
            me.use("own script")
            talk.settimeout(3)
            talk.bind((me.host.address, 0))
            wish = b"\0\1" + str(server.facts["file"]).lstrip("/").encode() + b"\0octet\0"
            talk.sendto(wish + (b"" if block == 512 else b"blksize\0%d\0" % block), (server.host.address, server.port))
            for _ in range(3000):
                data, peer = talk.recvfrom(4096)
                code, number = struct.unpack("!HH", data[:4])
                if code == 5:
                    break
                talk.sendto(struct.pack("!HH", 4, number if code == 3 else 0), peer)
                if code == 3 and len(data) < block + 4:
                    break
        me.sleep(rng.uniform(0.2, 4))
