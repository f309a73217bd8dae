# SPDX-License-Identifier: GPL-3.0-or-later
"""Answers 48 bytes with 48 bytes on UDP port 123, as a time server does."""
import socket

server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server.bind(("", 123))
while True:
    data, peer = server.recvfrom(512)
    server.sendto((data + bytes(48))[:48], peer)
