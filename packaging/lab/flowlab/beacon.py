# SPDX-License-Identifier: GPL-3.0-or-later
"""A harmless beacon: beacon.py SOURCE SERVER SECONDS SLEEP JITTER SEED LOG. Connects over TLS, posts random bytes, reads
random bytes, sleeps with jitter. Writes a line per connection to LOG: who connected from which port, when it began and ended."""
import json
import os
import random
import signal
import socket
import ssl
import sys
import time

from network import guard


def context():
    trusting = ssl.create_default_context()
    trusting.check_hostname = False
    trusting.verify_mode = ssl.CERT_NONE
    return trusting


def call_home(plain, server, rng):
    plain.connect((server, 443))
    with context().wrap_socket(plain) as secure:
        body = os.urandom(rng.randrange(140, 260))
        secure.sendall(b"POST /submit HTTP/1.1\r\nHost: cdn.lab.example\r\nUser-Agent: Mozilla/5.0\r\n"
                       b"Connection: close\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
        while secure.recv(4096):
            pass


def connect_once(source, server, rng, events):
    """Bound before it connects, so that a connection that fails or is cut short is logged like any other."""
    begun = time.time()
    with socket.socket() as plain:
        plain.settimeout(5)
        plain.bind((source, 0))
        port = plain.getsockname()[1]
        try:
            call_home(plain, server, rng)
        except OSError as error:
            print(f"beacon: {error}", file=sys.stderr)
        finally:
            events.write(json.dumps({"label": "beacon", "src_ip": source, "src_port": port, "dst_ip": server, "dst_port": 443,
                                     "proto": "TCP", "begun": begun, "ended": time.time()}) + "\n")
            events.flush()


def main():
    source, server, seconds, pause, jitter, seed, log = sys.argv[1:]
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    rng = random.Random(seed)
    end = time.monotonic() + float(seconds)
    with open(log, "a", encoding="utf-8") as events:
        while time.monotonic() < end:
            connect_once(source, guard(server), rng, events)
            time.sleep(float(pause) * (1 + rng.uniform(-1, 1) * float(jitter)))


if __name__ == "__main__":
    main()
