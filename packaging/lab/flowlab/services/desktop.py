# SPDX-License-Identifier: GPL-3.0-or-later
"""Remote desktop: TigerVNC's Xvnc, with a client that draws, so that there is something to see (x_painter.py); size, frame
rate and how often it draws vary."""
import pathlib
import subprocess
import sys

from . import house, service

# RFC 6143 keeps no password file; TigerVNC's is the password in DES under this key, which every copy of VNC has.
FILE_KEY = "e84ad660c4721ae0"


@service("vnc.xvnc", port=5901, tools=("Xvnc", "openssl"))
def xvnc(place):
    rng = place.rng
    password = place.password()[:8]
    hidden = subprocess.run(["openssl", "enc", "-des-ecb", "-provider", "legacy", "-provider", "default", "-nopad",
                             "-K", FILE_KEY], input=password.encode().ljust(8, b"\0"), capture_output=True,
                            check=True).stdout
    (place.folder / "passwd").write_bytes(hidden)
    house.room(place, "tmp", "root", 0o1777)
    width, height = rng.choice(((800, 600), (1024, 768), (1280, 800), (1440, 900)))
    command = ["Xvnc", ":1", "-rfbport", place.port, "-PasswordFile", "/srv/passwd", "-SecurityTypes", "VncAuth",
               "-geometry", f"{width}x{height}", "-depth", "24", "-AlwaysShared", "-desktop", place.host.name,
               "-FrameRate", rng.choice((10, 20)), "-BlacklistThreshold", "100000", "-nolisten", "tcp",
               "-Log", "*:stderr:0", "-NeverShared=0", *([] if place.host.address6 else ["-interface", "0.0.0.0"])]
    place.start(house.housed(place, command, tmp=True))
    # Handed over as text: its folder may lie under the /tmp that is hidden.
    with open(pathlib.Path(__file__).with_name("x_painter.py"), "rb") as painter:
        paint = [sys.executable, "-B", "-", rng.randrange(1 << 30), rng.uniform(0.1, 1.5)]
        place.start(house.housed(place, paint, tmp=True), stdin=painter)
    return [place.offer("vnc", password=password)]
