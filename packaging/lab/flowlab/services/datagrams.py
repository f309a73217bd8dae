# SPDX-License-Identifier: GPL-3.0-or-later
"""Small servers over UDP, of ours: a sink for syslog and a responder for STUN (RFC 5389), whose name varies. As a program:
`python3 -m flowlab.services.datagrams syslog|stun PORT [NAME]`."""
import selectors
import socket
import struct
import sys

from . import own, service

MAGIC = 0x2112A442


@service("syslog.sink", port=514)
def syslog(place):
    place.start_script("datagrams", "syslog", str(place.port))
    return [place.offer("syslog", protocol="udp")]


@service("stun.responder", port=3478)
def stun(place):
    place.start_script("datagrams", "stun", str(place.port), place.rng.choice(("", "lab", "Coturn-4.6", "responder 1.0.12")))
    return [place.offer("stun", protocol="udp")]


def binding(data, peer, software):
    """The answer to a binding request, or None."""
    if len(data) < 20:
        return None
    kind, length, magic = struct.unpack_from("!HHI", data)
    if kind != 1 or magic != MAGIC or length != len(data) - 20:
        return None
    six = ":" in peer[0]
    address = socket.inet_pton(socket.AF_INET6 if six else socket.AF_INET, peer[0])
    raw = bytes(one ^ mask for one, mask in zip(address, data[4:20]))
    mapped = struct.pack("!BBH", 0, 2 if six else 1, peer[1] ^ MAGIC >> 16) + raw
    body = struct.pack("!HH", 0x0020, len(mapped)) + mapped
    if software:
        text = software.encode()
        body += struct.pack("!HH", 0x8022, len(text)) + text + bytes(-len(text) % 4)
    return struct.pack("!HHI", 0x0101, len(body), MAGIC) + data[8:20] + body


def main(kind, port, software=""):
    with selectors.DefaultSelector() as ready:
        for socket_ in own.sockets(port, socket.SOCK_DGRAM):
            ready.register(socket_, selectors.EVENT_READ)
        own.drop()
        while True:
            for key, _ in ready.select():
                data, peer = key.fileobj.recvfrom(65535)
                if kind == "stun" and (reply := binding(data, peer, software)):
                    key.fileobj.sendto(reply, peer)


if __name__ == "__main__":
    main(*sys.argv[1:])
