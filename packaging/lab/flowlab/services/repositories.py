# SPDX-License-Identifier: GPL-3.0-or-later
"""Where copies are fetched and left: an rsync daemon, a git daemon, a container registry. What they hold varies, and so do
names, limits and, for the registry, TLS."""
import hashlib
import io
import json
import random
import tarfile

from . import git_content, house, service


@service("rsync.rsyncd", port=873, tools=("rsync",))
def rsyncd(place):
    rng = place.rng
    module = rng.choice(("backup", "mirror", "data", "pool"))
    house.files(rng, place.folder / "data", rng.randrange(20, 80), median=15_000, spread=1.5, most=2_000_000,
                names="file{number}.bin")
    house.give(place.folder / "data", "nobody", "nogroup")
    place.write("rsyncd.conf", "\n".join([
        "uid = nobody", "gid = nogroup", "use chroot = no", "pid file = /srv/rsyncd.pid", "log file = /dev/null",
        f"max connections = {rng.choice((10, 30))}", "lock file = /srv/rsyncd.lock",
        f"motd file = /srv/{rng.choice(('motd', 'none'))}", f"[{module}]", "path = /srv/data", "read only = false",
        f"comment = {rng.choice(('files', 'nightly', ''))}", ""]))
    place.write("motd", "Welcome\n" * rng.randrange(1, 6), 0o644)
    house.start(place, ["rsync", "--daemon", "--no-detach", "--config=/srv/rsyncd.conf", f"--port={place.port}"])
    return [place.offer("rsync", module=module)]


@service("git.daemon", port=9418, tools=("git",))
def daemon(place):
    base = place.folder / "git"
    base.mkdir()
    git_content.bare(place, base / "project.git")
    house.give(base, "nobody", "nogroup")
    command = ["git", "daemon", "--reuseaddr", "--export-all", "--base-path=/srv/git", f"--port={place.port}",
               "--max-connections=16", f"--timeout={place.rng.choice((30, 60))}", "/srv/git"]
    house.start(place, house.as_user("nobody", command), env={"PATH": "/usr/bin:/bin", "HOME": "/srv/git"})
    return [place.offer("git", path="/project.git")]


REGISTRY = """
version: 0.1
log: {{level: error, accesslog: {{disabled: true}}}}
storage:
  filesystem: {{rootdirectory: /srv/registry}}
  delete: {{enabled: false}}
http:
  addr: "{address}:{port}"
  secret: {secret}
{tls}
"""


@service("registry.docker", port=5000, tools=("docker-registry",))
def registry(place):
    rng = place.rng
    variant = rng.randrange(2)
    house.copy(house.template(place, f"registry{variant}", lambda folder: _images(folder, random.Random(variant))),
               place.folder / "registry")
    house.give(place.folder / "registry", "nobody", "nogroup")
    images = sorted(path.name for path in (place.folder / "registry/docker/registry/v2/repositories").iterdir())
    tls = rng.random() < 0.6
    if tls:
        for path, name in zip(place.certificate(), ("chain.pem", "key.pem")):
            place.write(name, path.read_text(encoding="ascii"))
            house.give(place.folder / name, "nobody", "nogroup")
    place.write("registry.yml", REGISTRY.format(
        address="" if place.host.address6 else "0.0.0.0", port=place.port, secret=place.password(),
        tls="  tls: {certificate: /srv/chain.pem, key: /srv/key.pem}" if tls else ""), 0o644)
    house.start(place, house.as_user("nobody", ["docker-registry", "serve", "/srv/registry.yml"]),
                env={"GOMAXPROCS": "1", "OTEL_TRACES_EXPORTER": "none", "PATH": "/usr/bin:/bin"})
    return [place.offer("registry", tls=tls, images=images)]


def _images(folder, rng):
    """Images of random layers as the registry's storage keeps them (distribution's layout, version 2)."""
    root = folder / "docker/registry/v2"
    shared = _layer(rng)  # a base that all have in common, as images do
    for name in rng.sample(("app", "worker", "proxy", "web", "tools", "base"), 3):
        layers = [shared, *(_layer(rng) for _ in range(rng.randrange(1, 4)))]
        files = {"type": "layers", "diff_ids": [_digest(plain) for plain, _ in layers]}
        config = json.dumps({"architecture": "amd64", "os": "linux", "config": {"Cmd": ["true"]}, "rootfs": files}).encode()
        blobs = [config, *(packed for _, packed in layers)]
        kind = "application/vnd.docker.container.image.v1+json", "application/vnd.docker.image.rootfs.diff.tar.gzip"
        described = [{"mediaType": kind[min(number, 1)], "size": len(blob), "digest": _digest(blob)}
                     for number, blob in enumerate(blobs)]
        manifest = json.dumps({"schemaVersion": 2, "mediaType": "application/vnd.docker.distribution.manifest.v2+json",
                               "config": described[0], "layers": described[1:]}).encode()
        for blob in (*blobs, manifest):
            _keep(root / f"blobs/sha256/{_hex(blob)[:2]}/{_hex(blob)}/data", blob)
        for blob in blobs:
            _keep(root / f"repositories/{name}/_layers/sha256/{_hex(blob)}/link", _digest(blob).encode())
        for link in ("revisions/sha256/" + _hex(manifest), "tags/latest/current",
                     "tags/latest/index/sha256/" + _hex(manifest)):
            _keep(root / f"repositories/{name}/_manifests/{link}/link", _digest(manifest).encode())


def _layer(rng):
    """(tar, tar.gz) of a file of random bytes."""
    data = rng.randbytes(int(min(4_000_000, 400_000 * rng.lognormvariate(0, 1))))
    packed, plain = io.BytesIO(), io.BytesIO()
    entry = tarfile.TarInfo(f"usr/lib/{rng.randrange(10**6)}.bin")
    entry.size = len(data)
    for mode, buffer in (("w", plain), ("w:gz", packed)):
        with tarfile.open(fileobj=buffer, mode=mode) as archive:
            archive.addfile(entry, io.BytesIO(data))
    return plain.getvalue(), packed.getvalue()


def _hex(data):
    return hashlib.sha256(data).hexdigest()


def _digest(data):
    return f"sha256:{_hex(data)}"


def _keep(path, data):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
