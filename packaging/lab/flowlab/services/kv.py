# SPDX-License-Identifier: GPL-3.0-or-later
"""Caches: Redis and memcached, without anything on the disk. Redis' password and keep-alive vary."""
from . import house, service


@service("kv.redis", port=6379, tools=("redis-server",))
def redis(place):
    rng = place.rng
    password = place.password() if rng.random() < 0.5 else ""
    command = ["redis-server", "--port", place.port, "--bind", "0.0.0.0", *(["-::*"] if place.host.address6 else []),
               "--save", "", "--appendonly", "no", "--protected-mode", "no", "--dir", "/srv", "--maxmemory", "32mb",
               "--maxmemory-policy", "allkeys-lru", "--databases", rng.choice((4, 16)), "--tcp-keepalive",
               rng.choice((60, 300)), "--loglevel", "warning", "--hz", 5]
    house.start(place, house.as_user("nobody", command + (["--requirepass", password] if password else [])))
    return [place.offer("redis", user="default" if password else "", password=password)]


@service("kv.memcached", port=11211, tools=("memcached",))
def memcached(place):
    place.start(["memcached", "-u", "nobody", "-m", "16", "-p", place.port, "-t", "1", "-c", "128", "-U", "0",
                 "-l", "0.0.0.0" + (",[::]" if place.host.address6 else "")])
    return [place.offer("memcached", user="", password="")]
