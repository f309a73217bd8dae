# SPDX-License-Identifier: GPL-3.0-or-later
"""A harmless beacon: beacon.py SERVER SECONDS SLEEP JITTER SEED LOG. Connects over TLS, posts random bytes, reads random
bytes, sleeps with jitter. Writes a line per connection to LOG: who connected from which port, when it began and ended."""
import json
import os
import random
import socket
import ssl
import sys
import time

from network import guard

server, seconds, pause, jitter, seed, log = sys.argv[1:]
guard(server)
rng = random.Random(seed)
context = ssl.create_default_context()
context.check_hostname = False
context.verify_mode = ssl.CERT_NONE
end = time.monotonic() + float(seconds)
with open(log, "a", encoding="utf-8") as events:
    while time.monotonic() < end:
        begun = time.time()
        try:
            with socket.create_connection((server, 443), timeout=5) as plain:
                mine = plain.getsockname()
                with context.wrap_socket(plain) as secure:
                    body = os.urandom(rng.randrange(140, 260))
                    secure.sendall(b"POST /submit HTTP/1.1\r\nHost: cdn.lab.example\r\nUser-Agent: Mozilla/5.0\r\n"
                                   b"Connection: close\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
                    while secure.recv(4096):
                        pass
            events.write(json.dumps({"label": "beacon", "src_ip": mine[0], "src_port": mine[1], "dst_ip": server,
                                     "dst_port": 443, "proto": "TCP", "begun": begun, "ended": time.time()}) + "\n")
            events.flush()
        except OSError as error:
            print(error, file=sys.stderr)
        time.sleep(float(pause) * (1 + rng.uniform(-1, 1) * float(jitter)))
