# SPDX-License-Identifier: GPL-3.0-or-later
"""Honest work of one host, run inside its namespace: python3 work.py PLAN.json. Real clients, varied parameters."""
import http.client
import json
import os
import random
import smtplib
import socket
import ssl
import subprocess
import sys
import threading
import time

QUIET = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "stdin": subprocess.DEVNULL}


class Worker:
    def __init__(self, plan):
        self.plan = plan
        self.end = time.monotonic() + plan["seconds"]
        self.dns = plan["dns"]

    def run(self, command, timeout=20):
        try:
            subprocess.run(command, timeout=timeout, check=False, **QUIET)
        except subprocess.TimeoutExpired:
            pass

    def loop(self, behaviour, mean, rng):
        """Repeats a behaviour with exponential pauses until the time is over."""
        time.sleep(rng.uniform(0, min(mean, 10)))
        while time.monotonic() < self.end:
            try:
                behaviour(rng)
            except OSError:
                pass
            time.sleep(min(rng.expovariate(1 / mean), max(0.0, self.end - time.monotonic())))

    def server(self, rng, six=False):
        server = rng.choice(self.plan["web"])
        return f"[{server['address6']}]" if six else server["address"]

    def resolve(self, rng, kind="A"):
        name = rng.choice(self.plan["names"])
        self.run(["dig", "-r", "+tries=1", "+time=1", f"@{self.dns}", f"{name}.lab.example", kind])

    def curl(self, *arguments):
        # The lab's clients are alike on every machine: without its owner's settings and proxies.
        self.run(["curl", "-q", "--noproxy", "*", "-sk", "--max-time", "15", "-o", "/dev/null", *arguments])

    # --- behaviours -------------------------------------------------------------------------------------------------

    def browse(self, rng):
        if rng.random() < 0.7:
            self.resolve(rng, rng.choice(["A", "A", "AAAA"]))
        server = self.server(rng, six=rng.random() < 0.15)
        options = rng.choice([["--http1.1"], ["--http2"], ["--http2"], ["--http1.1", "--tls-max", "1.2"]])
        objects = [f"https://{server}/o/{rng.randrange(250)}" for _ in range(rng.choice([1, 1, 2, 3, 5]))]
        outputs = [part for _ in objects[1:] for part in ("-o", "/dev/null")]
        self.curl(*options, *outputs, *objects)

    def plain_http(self, rng):
        self.curl(f"http://{self.server(rng)}/o/{rng.randrange(250)}")

    def poll_api(self, rng):
        self.curl("--http1.1", "-d", json.dumps({"since": rng.randrange(10**6), "q": "x" * rng.randrange(0, 60)}),
                  f"https://{self.server(rng)}/api?id={rng.randrange(10**5)}")

    def check_update(self, rng):
        server = self.server(rng)
        self.curl("-I", f"https://{server}/o/{rng.randrange(250)}")
        if rng.random() < 0.3:
            self.curl(f"https://{server}/o/{rng.randrange(250)}")

    def heartbeat(self, rng):
        """Fixed period, fixed request: what monitoring looks like, and what a beacon is easily taken for."""
        server = rng.choice(self.plan["web"])["address"]
        while time.monotonic() < self.end:
            self.curl("--http1.1", f"https://{server}/health")
            time.sleep(self.plan.get("period", 6))

    def download(self, rng):
        self.curl("--limit-rate", "2M", f"https://{self.server(rng)}/large")

    def upload(self, rng):
        self.run(["sh", "-c", f"head -c {rng.randrange(2000, 60000)} /dev/urandom | curl -q --noproxy '*' -sk --max-time 15 "
                              f"-o /dev/null --data-binary @- https://{self.server(rng)}/upload"])

    def look_up(self, rng):
        name = rng.choice([rng.choice(self.plan["names"]) + ".lab.example", f"www{rng.randrange(40)}.pages.example",
                           f"no{rng.randrange(999)}.lab.example", "info.lab.example"])
        self.run(["dig", "-r", "+tries=1", "+time=1", f"@{self.dns}", name, rng.choice(["A", "A", "AAAA", "TXT", "MX"])])

    def set_clock(self, rng):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
            client.settimeout(1)
            client.sendto(b"\x23" + bytes(47), (self.dns, 123))
            client.recv(128)

    def remote_shell(self, rng):
        ssh = self.plan["ssh"]
        command = rng.choice(["uptime", f"head -c {rng.randrange(200, 30000)} /dev/urandom | base64", "ls -lR /etc | head -200"])
        self.run(["ssh", *ssh["options"], f"root@{ssh['address']}", command])

    def copy_file(self, rng):
        ssh = self.plan["ssh"]
        path = os.path.join(self.plan["folder"], self.plan["host"] + ".copy")
        with open(path, "wb") as file:
            file.write(rng.randbytes(rng.randrange(1000, 40000)))
        self.run(["scp", *ssh["options"], path, f"root@{ssh['address']}:/dev/null"])

    def send_mail(self, rng):
        with smtplib.SMTP(self.plan["mail"], 25, timeout=5) as client:
            body = "Subject: report\r\n\r\n" + "line of text\r\n" * rng.randrange(1, 400)
            client.sendmail("a@lab.example", ["b@lab.example"], body)

    def keep_alive(self, rng):
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        connection = http.client.HTTPSConnection(self.server(rng), timeout=20, context=context)
        for _ in range(rng.randrange(2, 8)):
            connection.request("GET", f"/o/{rng.randrange(250)}")
            connection.getresponse().read()
            time.sleep(rng.uniform(0.5, 6))
        connection.close()

    def fail_to_connect(self, rng):
        self.curl(f"http://{self.server(rng)}:{rng.choice([81, 8000, 8443, 3000])}/")

    def ping(self, rng):
        self.run(["ping", "-c", str(rng.randrange(1, 5)), "-i", "0.3", self.server(rng)])


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        plan = json.load(file)
    worker = Worker(plan)
    threads = []
    for number, (name, mean) in enumerate(plan["behaviours"]):
        rng = random.Random(f"{plan['seed']}/{plan['host']}/{number}")
        threads.append(threading.Thread(target=worker.loop, args=(getattr(worker, name), mean, rng), daemon=True))
        threads[-1].start()
    time.sleep(plan["seconds"])
    for thread in threads:
        thread.join(timeout=5)


if __name__ == "__main__":
    main()
