# SPDX-License-Identifier: GPL-3.0-or-later
"""FTP: ProFTPD and pyftpdlib, without TLS; files, passive ports, banners, delays and how many tries a login has vary. As a
program (pyftpdlib): `python3 -m flowlab.services.ftp SETTINGS`."""
import json
import os
import pathlib
import subprocess
import sys

from . import house, own, service


def shelf(place):
    """A user with files below /srv/home, as `nobody`, and the passive ports."""
    rng = place.rng
    name, password = house.user(place)
    home = place.folder / "home" / name
    house.files(rng, home / "files", rng.randrange(8, 40), median=25_000, spread=1.5, most=3_000_000,
                names="file{number}.bin")
    (home / "incoming").mkdir()
    house.give(home, house.NOBODY, house.NOBODY)
    lowest = rng.randrange(40_000, 55_000)
    return name, password, (lowest, lowest + rng.randrange(60, 400))


PROFTPD = """
ServerName "{name}"
ServerType standalone
Port {port}
UseIPv6 {six}
DefaultAddress {addresses}
User nobody
Group nogroup
AuthOrder mod_auth_file.c
AuthUserFile /srv/ftp.users
AuthPAM off
RequireValidShell off
DefaultRoot ~
PassivePorts {lowest} {highest}
MaxInstances 60
MaxLoginAttempts {tries}
TimesGMT on
UseReverseDNS off
WtmpLog off
SystemLog none
TransferLog none
PidFile /srv/proftpd.pid
ScoreboardFile /srv/scoreboard
DelayEngine off
ServerIdent {ident}
TimeoutIdle 120
AllowOverwrite on
<Directory />
  AllowOverwrite on
</Directory>
"""


@service("ftp.proftpd", port=21, tools=("proftpd", "openssl"))
def proftpd(place):
    rng = place.rng
    name, password, passive = shelf(place)
    hashed = subprocess.run(["openssl", "passwd", "-6", "-stdin"], input=password, capture_output=True, text=True,
                            check=True).stdout
    place.write("ftp.users", f"{name}:{hashed.strip()}:{house.NOBODY}:{house.NOBODY}::/srv/home/{name}:/bin/sh\n")
    place.write("proftpd.conf", PROFTPD.format(
        name=place.site.full_name(place.host), port=place.port, six="on" if place.host.address6 else "off",
        addresses=" ".join(house.listen(place)), lowest=passive[0], highest=passive[1], tries=rng.choice((3, 3, 6)),
        ident=rng.choice(("on", "off", 'on "FTP server ready."'))))
    house.start(place, ["proftpd", "-n", "-q", "-c", "/srv/proftpd.conf"])
    return [place.offer("ftp", user=name, password=password, passive=passive, tls=False)]


@service("ftp.pyftpdlib", port=21, tools=("python:pyftpdlib",))
def pyftpdlib(place):
    rng = place.rng
    name, password, passive = shelf(place)
    settings = place.write("ftp.json", json.dumps({
        "port": place.port, "user": name, "password": password, "home": f"/srv/home/{name}", "passive": passive,
        "six": bool(place.host.address6), "banner": rng.choice(("FTP ready.", "Welcome", "pyftpdlib based ftpd ready.")),
        "delay": rng.choice((0, 1, 3)), "tries": rng.choice((3, 5))}))
    house.start_script(place, "ftp", str(settings))
    return [place.offer("ftp", user=name, password=password, passive=passive, tls=False)]


def main(settings):
    import logging

    from pyftpdlib.authorizers import DummyAuthorizer
    from pyftpdlib.handlers import FTPHandler
    from pyftpdlib.servers import FTPServer

    logging.disable(logging.CRITICAL)
    users = DummyAuthorizer()
    users.add_user(settings["user"], settings["password"], settings["home"], perm="elradfmwMT")

    class Handler(FTPHandler):
        authorizer, banner = users, settings["banner"]
        passive_ports = range(settings["passive"][0], settings["passive"][1] + 1)
        auth_failed_timeout, max_login_attempts = settings["delay"], settings["tries"]

    servers = [FTPServer(socket, Handler) for socket in own.sockets(settings["port"])]
    own.drop()
    os.umask(0o022)
    servers[0].serve_forever()  # one loop drives the sockets of both


if __name__ == "__main__":
    main(json.loads(pathlib.Path(sys.argv[1]).read_text(encoding="utf-8")))
