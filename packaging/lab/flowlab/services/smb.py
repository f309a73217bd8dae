# SPDX-License-Identifier: GPL-3.0-or-later
"""File sharing: Samba's smbd alone, without NetBIOS; versions, signing and encryption vary."""
from . import house, service

CONFIGURATION = """
[global]
    server role = standalone
    workgroup = {group}
    netbios name = {name}
    server string = {about}
    disable netbios = yes
    smb ports = {port}
    log file = /srv/smbd.log
    log level = 0
    private dir = /srv/private
    lock directory = /srv/lock
    state directory = /srv/state
    cache directory = /srv/cache
    pid directory = /srv/pid
    ncalrpc dir = /srv/rpc
    passdb backend = tdbsam:/srv/private/passdb.tdb
    load printers = no
    printing = bsd
    printcap name = /dev/null
    disable spoolss = yes
    map to guest = {guest}
    restrict anonymous = {anonymous}
    server min protocol = {oldest}
    server signing = {signing}
    smb encrypt = {encrypt}
    usershare max shares = 0
    deadtime = 15
    max smbd processes = 60
[{share}]
    path = /srv/share
    read only = no
    guest ok = no
[public]
    path = /srv/public
    read only = yes
    guest ok = yes
"""


@service("smb.samba", port=445, tools=("smbd", "smbpasswd"))
def samba(place):
    rng = place.rng
    user, password = house.user(place)
    uid = house.users(place, {user: password}, shell="/usr/sbin/nologin")[user]
    share = rng.choice(("data", "team", "projects", "scans", "archive"))
    for name in ("private", "lock", "state", "cache", "pid", "rpc"):
        house.room(place, name, "root")
    house.files(rng, place.folder / "share", rng.randrange(10, 40), median=20_000, spread=1.5, most=3_000_000,
                names="file{number}.dat")
    house.files(rng, place.folder / "public", 5, names="note{number}.txt")
    house.give(place.folder / "share", uid, uid)
    place.write("smb.conf", CONFIGURATION.format(
        group=place.site.name.upper()[:15], name=place.host.name.upper()[:15], about=rng.choice(("files", "Samba", "NAS")),
        port=place.port, guest=rng.choice(("never", "bad user")), anonymous=rng.choice((0, 0, 2)), share=share,
        oldest=rng.choice(("SMB2", "SMB2_10")), signing=rng.choice(("default", "auto", "mandatory")),
        encrypt=rng.choice(("off", "if_required", "if_required", "desired"))), 0o644)
    house.prepare(place, ["smbpasswd", "-c", "/srv/smb.conf", "-s", "-a", user], input=f"{password}\n{password}\n".encode())
    house.start(place, ["smbd", "--foreground", "--no-process-group", "-s", "/srv/smb.conf"])
    return [place.offer("smb", user=user, password=password, share=share)]
