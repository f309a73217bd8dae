# SPDX-License-Identifier: GPL-3.0-or-later
"""The servers of the lab: real programs with configurations of their own, in the hosts' namespaces."""
import importlib.util
import pathlib
import random
import shutil
import subprocess
import sys

from .network import run_in

NGINX = """
daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/error.log;
events {{ worker_connections 256; }}
http {{
    access_log off; client_max_body_size 20m; client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s; keepalive_timeout 30;
    server {{
        listen 80; listen [::]:80; listen 443 ssl http2; listen [::]:443 ssl http2;
        ssl_certificate {folder}/cert.pem; ssl_certificate_key {folder}/key.pem; ssl_protocols TLSv1.2 TLSv1.3;
        root {folder}/www;
        location /health {{ return 200 "ok\\n"; }}
        location /upload {{ proxy_pass http://127.0.0.1:8080; }}
        location /api {{ proxy_pass http://127.0.0.1:8080; }}
        location /submit {{ proxy_pass http://127.0.0.1:8080; }}
    }}
}}
"""


PROGRAMS = ("ip", "tcpdump", "ethtool", "nginx", "openssl", "curl", "dig", "dnsmasq", "ping", "sshd", "ssh", "ssh-keygen", "scp")


def missing(programs):
    """Which of these, and of what every profile needs, this machine lacks."""
    absent = [program for program in (*PROGRAMS, *programs) if shutil.which(program) is None]
    if importlib.util.find_spec("aiosmtpd") is None:
        absent.append("python3-aiosmtpd")
    if "iodine" in programs and not pathlib.Path("/dev/net/tun").exists():
        absent.append("/dev/net/tun")
    return absent


def certificate(folder, name):
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30", "-subj", f"/CN={name}",
                    "-keyout", f"{folder}/key.pem", "-out", f"{folder}/cert.pem"], check=True, capture_output=True)


def web(host, folder, seed):
    """nginx with a few hundred objects of distinct sizes, and a small page of our own behind it that answers POSTs."""
    folder = pathlib.Path(folder)
    objects = folder / "www" / "o"
    objects.mkdir(parents=True)
    rng = random.Random(seed)
    names = []
    for number in range(250):
        size = min(100_000, int(rng.lognormvariate(7.8, 1.1)) + 40)
        (objects / str(number)).write_bytes(rng.randbytes(size))
        names.append(f"/o/{number}")
    (folder / "www" / "large").write_bytes(rng.randbytes(300_000))
    certificate(folder, host.name + ".lab.example")
    (folder / "nginx.conf").write_text(NGINX.format(folder=folder))
    worker = pathlib.Path(__file__).with_name("page.py")
    return [run_in(host.namespace, ["nginx", "-c", str(folder / "nginx.conf"), "-p", str(folder)],
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL),
            run_in(host.namespace, [sys.executable, "-B", str(worker)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)]


def ssh(host, folder):
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("host", "user"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / name)], check=True)
    (folder / "authorized").write_text((folder / "user.pub").read_text())
    pathlib.Path("/run/sshd").mkdir(exist_ok=True)
    (folder / "sshd_config").write_text(
        f"HostKey {folder}/host\nAuthorizedKeysFile {folder}/authorized\nPidFile none\nStrictModes no\nUsePAM no\n"
        "PermitRootLogin prohibit-password\nPasswordAuthentication yes\nMaxStartups 50\nMaxAuthTries 6\n"
        "Subsystem sftp internal-sftp\n")
    return [run_in(host.namespace, ["/usr/sbin/sshd", "-D", "-e", "-f", str(folder / "sshd_config")],
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)]


def dns(host, hosts):
    command = ["dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null", "--no-resolv", "--no-hosts", "--local-ttl=5",
               "--user=root", "--pid-file=", "--log-facility=/dev/null", "--address=/pages.example/" + host.address,
               "--txt-record=info.lab.example,hello from the lab"]
    for other in hosts:
        command += [f"--host-record={other.name}.lab.example,{other.address},{other.address6}"]
    clock = pathlib.Path(__file__).with_name("clock.py")
    return [run_in(host.namespace, command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL),
            run_in(host.namespace, [sys.executable, "-B", str(clock)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)]


def mail(host):
    return [run_in(host.namespace, [sys.executable, "-m", "aiosmtpd", "-n", "-l", f"{host.address}:25", "-c",
                                    "aiosmtpd.handlers.Sink"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)]
