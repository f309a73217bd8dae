# SPDX-License-Identifier: GPL-3.0-or-later
"""Resolvers: dnsmasq and unbound. They know the site's hosts, its mail exchanger and texts, and *.pages.example, which is a
web server of the site; all other names do not exist. They ask nobody. Lifetimes, sizes of datagrams and texts vary."""
from . import house, service

TEXTS = ("v=spf1 mx -all", "site-verification={number}", "v=DMARC1; p=none; rua=mailto:post@{domain}")


def running(place, kind, otherwise):
    """A host of the site that runs services of a kind ("web"); as the site's file says, since they start in any order."""
    return next((host for host in place.site.hosts if any(wish.startswith(f"{kind}.") for wish in host.runs)), otherwise)


def texts(place):
    return [text.format(number=place.rng.randrange(1 << 60), domain=place.site.domain)
            for text in TEXTS[:place.rng.randrange(1, len(TEXTS) + 1)]]


@service("dns.dnsmasq", port=53, tools=("dnsmasq",))
def dnsmasq(place):
    site, rng = place.site, place.rng
    web, post = running(place, "web", place.host), running(place, "smtp", place.host)
    command = ["dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null", "--no-resolv", "--no-hosts", "--user=nobody",
               "--group=nogroup", "--pid-file=", "--log-facility=/dev/null", f"--port={place.port}", "--address=/#/",
               f"--local-ttl={rng.choice((0, 5, 60, 300))}", f"--edns-packet-max={rng.choice((1232, 1280, 4096))}",
               f"--mx-host={site.domain},{site.full_name(post)},10",
               f"--srv-host=_ldap._tcp.{site.domain},{site.full_name(web)},389"]
    command += [f"--address=/pages.example/{address}" for address in (web.address, web.address6) if address]
    command += [f"--txt-record={site.domain},{text}" for text in texts(place)]
    for host in site.hosts:
        command.append(f"--host-record={','.join(filter(None, (site.full_name(host), host.address, host.address6)))}")
    place.start(command)
    return [place.offer("dns", protocol="udp", domain=site.domain)]


UNBOUND = """
server:
    do-daemonize: no
    chroot: ""
    username: "nobody"
    directory: "/srv"
    pidfile: ""
    use-syslog: no
    logfile: "/dev/null"
    num-threads: 1
    msg-cache-size: 1m
    rrset-cache-size: 1m
    port: {port}
    ip-freebind: yes
    {interfaces}
    access-control: 0.0.0.0/0 allow
    access-control: ::/0 allow
    module-config: "iterator"
    hide-version: {hidden}
    minimal-responses: {minimal}
    edns-buffer-size: {edns}
    local-zone: "." static
    local-data: ". 300 IN SOA a.root.example. post.root.example. 1 1800 900 604800 300"
    local-zone: "{domain}." static
    local-zone: "pages.example." redirect
{data}
remote-control:
    control-enable: no
"""


@service("dns.unbound", port=53, tools=("unbound",))
def unbound(place):
    site, rng = place.site, place.rng
    web, post = running(place, "web", place.host), running(place, "smtp", place.host)
    ttl = rng.choice((5, 60, 300, 3600))
    records = [f"{site.domain}. {ttl} IN MX 10 {site.full_name(post)}.",
               f"{site.domain}. {ttl} IN SOA {site.full_name(place.host)}. post.{site.domain}. 1 1800 900 604800 {ttl}",
               f"{site.domain}. {ttl} IN NS {site.full_name(place.host)}."]
    records += [f'{site.domain}. {ttl} IN TXT "{text}"' for text in texts(place)]
    for name, host in [("pages.example", web), *((site.full_name(host), host) for host in site.hosts)]:
        records += [f"{name}. {ttl} IN {kind} {address}" for kind, address in (("A", host.address), ("AAAA", host.address6))
                    if address]
    pointers = [f'    local-data-ptr: "{address} {ttl} {site.full_name(host)}"' for host in site.hosts
                for address in (host.address, host.address6) if address]
    interfaces = "\n    ".join(f"interface: {address}" for address in ["127.0.0.1", *house.listen(place)])
    data = "\n".join([f"    local-data: '{record}'" for record in records] + pointers)
    place.write("unbound.conf", UNBOUND.format(
        port=place.port, interfaces=interfaces, hidden=rng.choice(("yes", "no")), minimal=rng.choice(("yes", "no")),
        edns=rng.choice((1232, 1472, 4096)), domain=site.domain, data=data), 0o644)
    house.start(place, ["unbound", "-d", "-c", "/srv/unbound.conf"])
    return [place.offer("dns", protocol="udp", domain=site.domain)]
