# SPDX-License-Identifier: GPL-3.0-or-later
"""Answers of DNS messages (RFC 1035) for DNS over HTTPS: the site's names, *.pages.example, or no such name."""
import socket
import struct
import zlib

A, TXT, AAAA = 1, 16, 28
HEADER = struct.Struct("!HHHHHH")


def answer_question(message, names, domain):
    """`names`: {full name: [address, address6 or ""]}. None when it is no query."""
    try:
        identity, flags, questions = HEADER.unpack_from(message)[:3]
        if questions != 1 or flags & 0x8000:
            return None
        labels, end = _labels(message, 12)
        kind, = struct.unpack_from("!H", message, end)
        question = message[12:end + 4]
    except (struct.error, IndexError, ValueError):
        return None
    records = _records(".".join(labels).lower(), kind, names, domain)
    code = 3 if records is None else 0
    answers = [b"\xc0\x0c" + struct.pack("!HHIH", kind, 1, 60, len(data)) + data for data in records or []]
    return HEADER.pack(identity, 0x8180 | (flags & 0x0100) | code, 1, len(answers), 0, 0) + question + b"".join(answers)


def _labels(message, at):
    labels = []
    while message[at]:
        if message[at] > 63:
            raise ValueError("compressed question")
        labels.append(message[at + 1:at + 1 + message[at]].decode("ascii", "replace"))
        at += 1 + message[at]
    return labels, at + 1


def _records(name, kind, names, domain):
    """None: no such name."""
    if name.endswith(".pages.example"):
        number = zlib.crc32(name.encode())
        found = [f"198.51.100.{1 + number % 254}", f"2001:db8:ff::{number & 0xffff:x}"]
    elif name in names:
        found = names[name]
    elif name == domain:
        found = ["", ""]
    else:
        return None
    if kind == A and found[0]:
        return [socket.inet_pton(socket.AF_INET, found[0])]
    if kind == AAAA and found[1]:
        return [socket.inet_pton(socket.AF_INET6, found[1])]
    if kind == TXT:
        text = f"v=lab1 {zlib.crc32(name.encode()):08x}".encode()
        return [bytes([len(text)]) + text]
    return []
