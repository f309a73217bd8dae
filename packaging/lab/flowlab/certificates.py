# SPDX-License-Identifier: GPL-3.0-or-later
"""A pool of certificates that the sites' TLS servers share: RSA and elliptic keys, self-signed or under one or two
intermediates, of different sizes, as the ones met outside are."""
import contextlib
import fcntl
import pathlib
import random
import subprocess

SIZE = 16
KEYS = {
    "rsa2048": ("rsa:2048",),
    "rsa3072": ("rsa:3072",),
    "p256": ("ec", "-pkeyopt", "ec_paramgen_curve:P-256"),
    "p384": ("ec", "-pkeyopt", "ec_paramgen_curve:P-384"),
}
ORGANISATIONS = ("Example Clinic", "Example Trust Services Limited", "Lab", "Example Logistics GmbH & Co. KG",
                 "Example Media")


class Certificates:
    """Made when first asked for. Safe among the processes of one run: each certificate is made under a lock, once."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)

    def draw(self, rng, name):
        """(chain, key): paths of two PEM files. `name` (a host's full name) only varies the choice: clients of the lab do
        not check whom a certificate is for."""
        number = random.Random(f"{rng.random()}/{name}").randrange(SIZE)
        with self._alone():
            return self._leaf(number)

    @contextlib.contextmanager
    def _alone(self):
        with open(self.folder / "lock", "w", encoding="ascii") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _leaf(self, number):
        rng = random.Random(number)  # the pool is the same in every run, but for the keys themselves
        kind = list(KEYS)[number % len(KEYS)]
        above = number // len(KEYS) % 3
        issuers = [self._authority(level, kind) for level in range(above)]  # from the root's side
        name = f"site{number}"
        names = ",".join(f"DNS:{rng.choice(('www', 'mail', 'api', 'portal'))}{i}.{name}.example"
                         for i in range(rng.randrange(1, 24)))
        chain, key = self._sign(name, kind, issuers[-1] if issuers else None, rng,
                                ["-addext", f"subjectAltName={names}", "-addext", "extendedKeyUsage=serverAuth"])
        whole = self.folder / f"{name}.chain.pem"
        if not whole.exists():
            whole.write_text("".join(path.read_text() for path in [chain, *(issuer[0] for issuer in reversed(issuers))]))
        return whole, key

    def _authority(self, level, kind):
        """Level 0 is signed by the root, which no server sends; level 1 by level 0."""
        family = "rsa2048" if kind.startswith("rsa") else "p384"
        ca = ["-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=critical,keyCertSign,cRLSign"]
        issuer = self._sign("root", "p384", None, random.Random("root"),
                            ca) if level == 0 else self._authority(level - 1, kind)
        name = f"intermediate{level}-{family}"
        return self._sign(name, family, issuer, random.Random(name), ca)

    def _sign(self, name, kind, issuer, rng, extra):
        certificate, key = self.folder / f"{name}.pem", self.folder / f"{name}.key"
        if certificate.exists():
            return certificate, key
        subject = f"/C=XX/O={rng.choice(ORGANISATIONS)}/CN={name}.example"
        new = self.folder / f"{name}.new"
        command = ["openssl", "req", "-x509", "-newkey", *KEYS[kind], "-nodes", "-days", str(rng.choice((30, 90, 365))),
                   "-subj", subject, "-keyout", str(key), "-out", str(new), *extra]
        if issuer:
            command += ["-CA", str(issuer[0]), "-CAkey", str(issuer[1])]
        subprocess.run(command, check=True, capture_output=True)
        new.rename(certificate)
        return certificate, key
