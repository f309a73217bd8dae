# SPDX-License-Identifier: GPL-3.0-or-later
"""tcpdump where the site's file says: on the gateway's side of a subnet, or at one host."""
import re
import signal
import subprocess
import time

from . import netns, network


def where(site):
    """(namespace, interface)"""
    tap = site.description.tap
    if tap.startswith("host:"):
        return site.host(tap[5:]).namespace, "eth0"
    number = next(i for i, subnet in enumerate(site.description.subnets) if subnet.name == tap)
    return network.gateway(site), f"br{number}"


class Recorder:
    def __init__(self, site, capture, snaplen):
        namespace, interface = where(site)
        self.capture, self._log = capture, capture.with_suffix(".log")
        with open(self._log, "w", encoding="utf-8") as said:
            self._process = netns.start_in(namespace, ["tcpdump", "-i", interface, "-w", capture, "-B", "16384", "-Z", "root", "-c",
                                                       "3000000", *(["-s", snaplen] if snaplen else [])], stderr=said)
        for _ in range(100):
            if "listening on" in self._log.read_text():
                return
            time.sleep(0.1)
        raise ValueError(f"tcpdump does not record: {self._log.read_text().strip()}")

    def stop(self):
        """Returns how many packets were lost, None if tcpdump does not say or has ended before it was told to."""
        if self._process.poll() is not None:
            return None
        self._process.send_signal(signal.SIGINT)
        try:
            self._process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            self._process.kill()
        dropped = re.search(r"(\d+) packets? dropped by kernel", self._log.read_text())
        return int(dropped[1]) if dropped else None
