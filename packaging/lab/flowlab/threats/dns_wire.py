# SPDX-License-Identifier: GPL-3.0-or-later
"""DNS messages by hand (RFC 1035), for queries and name servers of our own. No behaviours here."""
import base64
import struct

A, NS, CNAME, NULL, MX, TXT, AAAA = 1, 2, 5, 10, 15, 16, 28


def name(text):
    return b"".join(bytes([len(part)]) + part.encode() for part in text.strip(".").split(".") if part) + b"\0"


def query(rng, text, kind=A, edns=False):
    head = struct.pack("!HHHHHH", rng.randrange(65536), 0x0100, 1, 0, 0, int(edns))
    extra = b"\0" + struct.pack("!HHIH", 41, rng.choice((1232, 4096)), 0, 0) if edns else b""
    return head + name(text) + struct.pack("!HH", kind, 1) + extra


def question(message):
    """(labels, type, end of the question) of a query; ValueError for anything else."""
    at, labels = 12, []
    while at < len(message) and message[at]:
        labels.append(message[at + 1:at + 1 + message[at]].decode("latin-1"))
        at += 1 + message[at]
    if at + 5 > len(message):
        raise ValueError("no question")
    return labels, struct.unpack("!H", message[at + 1:at + 3])[0], at + 5


def answer(message, data, ttl=1, code=0):
    """`data`: bytes of the records' own data, a list of them; of the type that was asked for."""
    _, kind, end = question(message)
    head = message[:2] + struct.pack("!HHHHH", 0x8580 | code, 1, len(data), 0, 0)
    records = b"".join(b"\xc0\x0c" + struct.pack("!HHIH", kind, 1, ttl, len(one)) + one for one in data)
    return head + message[12:end] + records


def record(rng, kind, secret):
    """Data of a record that carries `secret` as its type allows."""
    if kind == A:
        return secret[:4].ljust(4, b"\0")
    if kind == AAAA:
        return secret[:16].ljust(16, b"\0")
    if kind == TXT:
        pieces = [secret[at:at + 250] for at in range(0, len(secret), 250)]
        return b"".join(bytes([len(piece)]) + piece for piece in pieces) or b"\0"
    if kind in (CNAME, MX, NS):
        label = secret.hex()[:60] or "a"
        return (struct.pack("!H", 10) if kind == MX else b"") + name(f"{label}.{rng.choice(('ns', 'mx', 'r'))}.example")
    return secret


def labels(secret, domain, longest=62, alphabet="base32"):
    """A name that carries `secret` in front of the domain."""
    text = secret.hex() if alphabet == "hex" else base64.b32encode(secret).decode().rstrip("=").lower()
    parts, room = [], 250 - len(domain) - 2
    while text and room > 4:
        piece = text[:min(longest, room - 1)]
        parts.append(piece)
        text, room = text[len(piece):], room - len(piece) - 1
    return ".".join([*parts, domain])
