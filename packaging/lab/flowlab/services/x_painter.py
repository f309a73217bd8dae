# SPDX-License-Identifier: GPL-3.0-or-later
"""Draws rectangles on the root window of display :1 by the X protocol itself:
`python3 - SEED SECONDS_BETWEEN < x_painter.py`. Stands alone, since it is run where this folder cannot be seen."""
import random
import socket
import struct
import sys
import time


def connect():
    for _ in range(100):
        talk = socket.socket(socket.AF_UNIX)
        try:
            talk.connect("/tmp/.X11-unix/X1")
            return talk
        except OSError:
            talk.close()
            time.sleep(0.1)
    sys.exit("no display")


def exactly(talk, size):
    data = b""
    while len(data) < size:
        piece = talk.recv(size - len(data))
        if not piece:
            sys.exit(0)
        data += piece
    return data


def main(seed, gap):
    rng = random.Random(seed)
    talk = connect()
    talk.sendall(struct.pack("<BxHHHHxx", ord("l"), 11, 0, 0, 0))
    status, length = struct.unpack("<B5xH", exactly(talk, 8))
    setup = exactly(talk, length * 4)
    if status != 1:
        sys.exit("refused")
    identity, = struct.unpack_from("<I", setup, 4)
    vendor, = struct.unpack_from("<H", setup, 16)
    formats = setup[21]
    screen = 32 + (vendor + 3) // 4 * 4 + 8 * formats
    root, = struct.unpack_from("<I", setup, screen)
    width, height = struct.unpack_from("<HH", setup, screen + 20)
    talk.sendall(struct.pack("<BBHIII", 55, 0, 4, identity, root, 0))  # CreateGC
    while True:
        batch = b""
        for _ in range(rng.randrange(1, 12)):
            batch += struct.pack("<BBHIII", 56, 0, 4, identity, 4, rng.randrange(1 << 24))  # ChangeGC: foreground
            x, y = rng.randrange(width), rng.randrange(height)
            batch += struct.pack("<BBHIIhhHH", 70, 0, 5, root, identity, x, y, rng.randrange(4, 200), rng.randrange(4, 150))
        talk.sendall(batch)
        time.sleep(rng.expovariate(1 / gap))


if __name__ == "__main__":
    main(int(sys.argv[1]), float(sys.argv[2]))
