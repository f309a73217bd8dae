# SPDX-License-Identifier: GPL-3.0-or-later
"""Time: chrony without upstream servers, which never touches the machine's clock; stratum and rate limit vary."""
from . import house, service


@service("time.chrony", port=123, tools=("chronyd",))
def chrony(place):
    rng = place.rng
    place.write("chrony.conf", f"local stratum {rng.randrange(1, 11)}\nallow all\nport {place.port}\ncmdport 0\n"
                "bindcmdaddress /\npidfile /srv/chronyd.pid\nuser root\n"
                f"ratelimit interval {rng.choice((-4, 1))} burst 16\n")
    house.start(place, ["chronyd", "-x", "-d", "-L", "3", "-f", "/srv/chrony.conf"])
    return [place.offer("time", protocol="udp")]
