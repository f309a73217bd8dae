# SPDX-License-Identifier: GPL-3.0-or-later
"""Sessions through a DNS tunnel: tunnel.py SERVER SECONDS SEED. Each session is one flow: iodine connects, and once its
interface is up, pings of random sizes go through it. They are bound to that interface, so that none can take the wire."""
import random
import signal
import subprocess
import sys
import time

from network import TUNNEL, guard

QUIET = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "stdin": subprocess.DEVNULL}
DEVICE = "dns0"


def up():
    listed = subprocess.run(["ip", "-o", "-4", "addr", "show", "dev", DEVICE, "to", str(TUNNEL)], capture_output=True,
                            check=False)
    return bool(listed.stdout)


def wait_until_up(client, end):
    while time.monotonic() < end and client.poll() is None:
        if up():
            return True
        time.sleep(0.2)
    return False


def session(server, rng, end):
    # A fixed fragment size: probing for it takes longer than a short session lasts.
    client = subprocess.Popen(["iodine", "-f", "-r", "-d", DEVICE, "-m", str(rng.randrange(600, 1100)), "-P", "lab", server,
                               "t.lab.example"], **QUIET)
    try:
        if wait_until_up(client, min(end, time.monotonic() + 10)):
            subprocess.run(["ping", "-I", DEVICE, "-i", f"{rng.uniform(0.1, 0.6):.2f}", "-s", str(rng.randrange(100, 900)), "-w",
                            str(max(1, round(min(rng.uniform(4, 16), end - time.monotonic())))), str(TUNNEL[1])], check=False,
                           **QUIET)
    finally:
        client.terminate()
        client.wait()


def main():
    server, seconds, seed = guard(sys.argv[1]), float(sys.argv[2]), sys.argv[3]
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    rng = random.Random(seed)
    end = time.monotonic() + seconds
    time.sleep(1)  # the server has just been started
    while time.monotonic() < end - 2:
        session(server, rng, end)
        time.sleep(rng.uniform(1, 4))


if __name__ == "__main__":
    main()
