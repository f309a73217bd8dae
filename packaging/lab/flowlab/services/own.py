# SPDX-License-Identifier: GPL-3.0-or-later
"""What the lab's own servers share: giving up root, and sockets that listen on all of the host's addresses."""
import os
import pathlib
import socket
import ssl

NOBODY = 65534


def drop():
    """From root to nobody, once sockets are open and files are read."""
    if os.geteuid() == 0:
        os.setgroups([])
        os.setgid(NOBODY)
        os.setuid(NOBODY)


def sockets(port, kind=socket.SOCK_STREAM):
    """Bound (and, TCP, listening) sockets on IPv4 and, where the kernel has it, IPv6."""
    bound = []
    for family, everywhere in ((socket.AF_INET, "0.0.0.0"), (socket.AF_INET6, "::")):
        if family == socket.AF_INET6 and not pathlib.Path("/proc/net/if_inet6").exists():
            continue
        one = socket.socket(family, kind)
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            one.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        one.bind((everywhere, int(port)))
        if kind == socket.SOCK_STREAM:
            one.listen(128)
        bound.append(one)
    return bound


def tls(chain, key, versions=("1.2", "1.3"), protocols=()):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain, key)
    context.minimum_version = ssl.TLSVersion.TLSv1_2 if "1.2" in versions else ssl.TLSVersion.TLSv1_3
    context.maximum_version = ssl.TLSVersion.TLSv1_3 if "1.3" in versions else ssl.TLSVersion.TLSv1_2
    if protocols:
        context.set_alpn_protocols(list(protocols))
    return context
