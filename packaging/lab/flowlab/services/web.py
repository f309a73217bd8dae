# SPDX-License-Identifier: GPL-3.0-or-later
"""Web servers: nginx, lighttpd, Apache, and Python alone. Each serves the same kinds of things (web_content.py) with TLS and
without; versions of TLS and HTTP, keep-alive, compression, buffers and certificates vary."""
import json
import os

from . import house, service, web_content
from .web_config import APACHE, LIGHTTPD, NGINX


def plain_port(place):
    """80 beside 443; another pair for a second server of the same host."""
    return 80 if place.port == 443 else place.port - 363  # 8443: 8080


def offers(place, facts, versions, http2):
    facts = {**facts, "http2": http2, "versions": versions}
    return [place.offer("web", tls=True, **facts), place.offer("webplain", port=plain_port(place), tls=False, **facts)]


def draw_versions(rng):
    return rng.choices((("1.2", "1.3"), ("1.2",), ("1.3",)), (8, 1, 1))[0]


def everywhere(port, form4, form6, place):
    return "\n".join([form4.format(port)] + ([form6.format(port)] if place.host.address6 else []))


@service("web.nginx", port=443, tools=("nginx",))
def nginx(place):
    rng = place.rng
    facts = web_content.make(place)
    chain, key = place.certificate()
    http2, versions, plain = rng.random() < 0.65, draw_versions(rng), plain_port(place)
    secure = "ssl http2" if http2 else "ssl"
    place.write("nginx.conf", NGINX.format(
        app=web_content.application(place, facts), chain=chain, key=key, static="|".join(web_content.STATIC),
        listens="\n".join((everywhere(plain, "listen {0};", "listen [::]:{0};", place),
                           everywhere(place.port, f"listen {{0}} {secure};", f"listen [::]:{{0}} {secure};", place))),
        versions=" ".join(f"TLSv{version}" for version in versions), keepalive=rng.choice((5, 15, 65, 75)),
        tokens=rng.choice(("on", "off")), gzip=rng.choice(("on", "off")), tickets=rng.choice(("on", "off")),
        buffer=rng.choice(("4k", "8k", "16k")), nopush=rng.choice(("on", "off")),
        cache=rng.choice(("off", "shared:lab:128k")), requests=rng.choice((20, 100, 1000))))
    house.start(place, ["nginx", "-c", "/srv/nginx.conf", "-p", "/srv", "-e", "/srv/error.log"])
    return offers(place, facts, versions, http2)


@service("web.lighttpd", port=443, tools=("lighttpd",))
def lighttpd(place):
    rng = place.rng
    facts = web_content.make(place)
    chain, key = place.certificate()
    http2, versions, plain = rng.random() < 0.6, draw_versions(rng), plain_port(place)
    house.room(place, "tmp", "www-data")
    modules = [name for name in ("openssl", "gnutls") if os.path.exists(f"/usr/lib/lighttpd/mod_{name}.so")]
    if not modules:
        raise ValueError("lighttpd-mod-openssl and lighttpd-mod-gnutls are missing")
    module = rng.choice(modules)
    limits = {("1.2",): ('"MinProtocol" => "TLSv1.2"', '"MaxProtocol" => "TLSv1.2"'),
              ("1.3",): ('"MinProtocol" => "TLSv1.3"',)}
    socket6 = '$SERVER["socket"] == "[::]:{}" {{ {} }}'
    listens6 = []
    if place.host.address6:
        listens6 = [socket6.format(plain, ""), socket6.format(place.port, 'ssl.engine = "enable"')]
    place.write("lighttpd.conf", LIGHTTPD.format(
        app=web_content.application(place, facts), chain=chain, key=key, static="|".join(web_content.STATIC), module=module,
        port=place.port, plain=plain, limits=", ".join(limits.get(versions, ('"MinProtocol" => "TLSv1.2"',))),
        http2="enable" if http2 else "disable", keepalive=rng.choice((5, 15, 60)), requests=rng.choice((16, 100, 1000)),
        tag=rng.choice(("lighttpd/1.4.69", "lighttpd", "")), listens6="\n".join(listens6)))
    house.start(place, ["lighttpd", "-D", "-f", "/srv/lighttpd.conf"])
    return offers(place, facts, versions, http2)


@service("web.apache", port=443, tools=("apache2",))
def apache(place):
    rng = place.rng
    facts = web_content.make(place)
    chain, key = place.certificate()
    http2, versions, plain = rng.random() < 0.6, draw_versions(rng), plain_port(place)
    place.write("apache.conf", APACHE.format(
        app=web_content.application(place, facts), chain=chain, key=key, static="|".join(web_content.STATIC),
        port=place.port, plain=plain, versions=" ".join(f"+TLSv{version}" for version in versions),
        name=place.site.full_name(place.host), protocols="h2 http/1.1" if http2 else "http/1.1",
        keepalive=rng.choice((5, 15, 60)), requests=rng.choice((20, 100, 1000)),
        tokens=rng.choice(("Full", "Prod", "OS")),
        listens="\n".join((everywhere(plain, "Listen 0.0.0.0:{0}", "Listen [::]:{0}", place),
                           everywhere(place.port, "Listen 0.0.0.0:{0} https", "Listen [::]:{0} https", place))),
        etag=rng.choice(("None", "MTime Size")), tickets=rng.choice(("On", "Off"))))
    house.start(place, ["apache2", "-DFOREGROUND", "-f", "/srv/apache.conf"])
    return offers(place, facts, versions, http2)


@service("web.python", port=443, tools=("python:aiohttp",))
def python(place):
    facts = web_content.make(place)
    chain, key = place.certificate()
    versions = draw_versions(place.rng)
    application = web_content.settings(place, facts)
    server = place.write("server.json", json.dumps({
        "chain": str(chain), "key": str(key), "versions": versions, "port": place.port, "plain": plain_port(place),
        "www": "/srv/www", "application": str(application), "static": web_content.STATIC,
        "keepalive": place.rng.choice((5, 15, 75))}))
    house.start_script(place, "web_python", str(server))
    return offers(place, facts, versions, False)
