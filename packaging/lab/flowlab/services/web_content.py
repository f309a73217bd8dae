# SPDX-License-Identifier: GPL-3.0-or-later
"""What a web server has to give: objects, a large file, a video in chunks, a package repository, a git repository, and the
settings of the application behind it (site_app.py)."""
import gzip
import hashlib
import io
import json
import tarfile

from . import git_content, house

STATIC = ("o", "large", "v", "debian", "repo.git")  # first parts of the paths that are files; the application has the rest


def make(place):
    """Fills place.folder/www; returns the facts that clients need."""
    rng, www = place.rng, place.folder / "www"
    objects = rng.randrange(60, 220)
    house.files(rng, www / "o", objects, median=rng.uniform(2500, 9000), spread=rng.uniform(1.1, 1.6))
    (www / "large").write_bytes(rng.randbytes(rng.randrange(1_000_000, 4_000_000)))
    facts = {"objects": objects, "large": "/large", "app": True, "video": _video(rng, www / "v"), "apt": "", "git": ""}
    if rng.random() < 0.6:
        _packages(rng, www / "debian")
        facts["apt"] = "/debian"
    if rng.random() < 0.6:
        git_content.bare(place, www / "repo.git", dumb=True)
        facts["git"] = "/repo.git"
    return facts


def application(place, facts):
    """Starts the application on a loopback port, and returns the port. The server before it is not offered until it answers.
    Adds to the facts what clients must know of it."""
    port = 18000 + place.port % 1000
    place.start_script("site_app", str(port), str(settings(place, facts)))
    place.behind.append(port)
    return port


def settings(place, facts):
    facts["user"], facts["password"] = house.user(place)
    names = {place.site.full_name(host): [host.address, host.address6] for host in place.site.hosts}
    return place.write("app.json", json.dumps({
        "seed": place.rng.randrange(1 << 30), "user": facts["user"], "password": facts["password"],
        "objects": facts["objects"], "names": names, "domain": place.site.domain}))


def _video(rng, folder):
    folder.mkdir()
    seconds, mean = rng.choice((2, 4, 6)), rng.randrange(160_000, 450_000)
    lines = ["#EXTM3U", "#EXT-X-VERSION:3", f"#EXT-X-TARGETDURATION:{seconds}", "#EXT-X-MEDIA-SEQUENCE:0"]
    for number in range(rng.randrange(8, 18)):
        size = int(min(600_000, max(100_000, rng.gauss(mean, mean / 5))))
        (folder / f"part{number}.ts").write_bytes(rng.randbytes(size))
        lines += [f"#EXTINF:{seconds}.0,", f"part{number}.ts"]
    (folder / "index.m3u8").write_text("\n".join([*lines, "#EXT-X-ENDLIST", ""]))
    return "/v/index.m3u8"


def _packages(rng, folder):
    """A flat repository: `deb [trusted=yes] https://HOST/debian ./`."""
    folder.mkdir()
    index = ""
    for number in range(rng.randrange(4, 12)):
        name, version = f"lab-package{number}", f"{rng.randrange(1, 9)}.{rng.randrange(20)}-1"
        about = (f"Package: {name}\nVersion: {version}\nArchitecture: all\nMaintainer: lab <lab@{name}.example>\n"
                 f"Description: random bytes\n")
        data = _deb(about, name, rng.randbytes(min(1_000_000, int(60_000 * rng.lognormvariate(0, 1.2)))))
        file = f"{name}_{version}_all.deb"
        (folder / file).write_bytes(data)
        index += f"{about}Filename: ./{file}\nSize: {len(data)}\nSHA256: {hashlib.sha256(data).hexdigest()}\n\n"
    indices = {"Packages": index.encode(), "Packages.gz": gzip.compress(index.encode())}
    release = "Origin: lab\nSuite: stable\nDate: Thu, 01 Jan 2026 00:00:00 UTC\nSHA256:\n"
    for name, data in indices.items():
        (folder / name).write_bytes(data)
        release += f" {hashlib.sha256(data).hexdigest()} {len(data)} {name}\n"
    (folder / "Release").write_text(release)


def _deb(about, name, data):
    def tar(path, content):
        buffer = io.BytesIO()
        with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
            entry = tarfile.TarInfo(path)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
        return buffer.getvalue()

    parts = [("debian-binary", b"2.0\n"), ("control.tar.gz", tar("./control", about.encode())),
             ("data.tar.gz", tar(f"./usr/share/{name}/data", data))]
    whole = b"!<arch>\n"
    for part, content in parts:
        whole += f"{part:<16}{0:<12}{0:<6}{0:<6}{'100644':<8}{len(content):<10}`\n".encode() + content
        whole += b"\n" * (len(content) % 2)
    return whole
