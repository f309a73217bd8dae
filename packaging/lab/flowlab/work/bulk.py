# SPDX-License-Identifier: GPL-3.0-or-later
"""Large things: downloads, uploads, backups over HTTPS, video, packages, source trees, container images.

Varies: sizes, rates, pauses between pieces, new or kept connections, tools."""
import contextlib
import os

from .. import clients
from ..behaviour import Over, honest
from .common import any_web, environment, having, item, pacing, program, spread


@honest("web_upload", needs=("web",), tools=("curl",), pause=12, origin="either")
def web_upload(me):
    """A form with a file."""
    rng, web = me.rng, any_web(me, "app")
    size = spread(rng, 1500, 400_000)
    if rng.random() < 0.35:
        file = me.folder / "upload.bin"
        file.write_bytes(clients.filler(rng, size))
        how = rng.choice((["-F", f"file=@{file}"], ["--data-binary", f"@{file}"], ["-T", str(file)]))
        with me.talk(web):
            me.run([*clients.curl(me, web), "-o", "/dev/null", *how, clients.url(me, web, "/upload")], env=environment(me))
        return
    with clients.http(me, web, style=program(me)) as talk:
        if rng.random() < 0.5:
            talk.ask("GET", item(me, web))
        if talk.open:
            mark = f"----form{rng.randrange(10**12)}"
            head = (f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="scan{rng.randrange(99)}.pdf"\r\n'
                    "Content-Type: application/pdf\r\n\r\n").encode()
            body = head + clients.filler(rng, size) + f"\r\n--{mark}--\r\n".encode()
            talk.ask("POST", "/upload", body=body, headers={"Content-Type": f"multipart/form-data; boundary={mark}"})


@honest("backup_https", needs=("web",), pause=40, origin="either")
def backup_https(me):
    """A backup agent: some MB in pieces of one size, each acknowledged. Looks like exfiltration."""
    rng, web, look = me.rng, any_web(me, "app", plain=0.1), program(me, "tool")
    total, piece = spread(rng, 300_000, 5_000_000), rng.choice((32, 64, 128, 256, 512)) << 10
    kept, rate = rng.random() < 0.6, rng.choice((1e5, 4e5, 1e6, 3e6))  # bytes a second
    number = 0
    while total > 0:
        with clients.http(me, web, style=look) as talk:
            while total > 0 and talk.open:
                size, number = min(piece, total), number + 1
                talk.ask("POST", f"/upload?part={number}", body=rng.randbytes(size),
                         headers={"Content-Type": "application/octet-stream"})
                total -= size
                me.sleep(size / rate)
                if not kept:
                    break


@honest("large_download", needs=("web",), tools=("curl",), pause=30, origin="either")
def large_download(me):
    rng, web = me.rng, any_web(me, "large")
    rate = rng.choice((2e5, 5e5, 1e6, 2e6))
    if rng.random() < 0.5:
        with me.talk(web):
            me.run([*clients.curl(me, web), "--limit-rate", str(int(rate)),
                    *rng.choice(([], ["-r", f"0-{spread(rng, 1e5, 3e6)}"])), "-o", "/dev/null",
                    clients.url(me, web, web.facts["large"])], env=environment(me))
    else:
        with clients.http(me, web, style=program(me)) as talk:
            talk.ask("GET", web.facts["large"], pace=pacing(me, rate), keep=0)


@honest("video_stream", needs=("web",), pause=15, origin="either")
def video_stream(me):
    """HLS: the playlist, then one piece after the other as it is played; the first ones at once."""
    rng, web, look = me.rng, having(me, "web", "video"), program(me, "browser")
    path = web.facts["video"]
    with clients.http(me, web, style=look) as talk:
        pieces = _pieces(talk, path)
        played = rng.randrange(4, 20)
        speed = rng.uniform(0.4, 1.0)  # pieces of the lab are short; players fetch ahead
        ahead = rng.randrange(1, 4)
        while played > 0 and pieces:
            for length, piece in pieces[:played]:
                talk.ask("GET", piece, keep=0)
                if not talk.open:
                    return
                ahead -= 1
                if ahead < 0:
                    me.sleep(min(8.0, length) * speed)
            played -= len(pieces)


def _pieces(talk, path):
    """(seconds, path) of the pieces of a playlist, or of the first variant that it names."""
    lines = talk.ask("GET", path).body.decode(errors="replace").splitlines()
    folder, length, found = path.rsplit("/", 1)[0] + "/", 2.0, []
    for line in filter(None, map(str.strip, lines)):
        if line.startswith("#EXTINF:"):
            with contextlib.suppress(ValueError):
                length = float(line[8:].split(",")[0])
        elif not line.startswith("#"):
            found.append((length, line if line.startswith("/") else folder + line))
    if found and found[0][1].endswith(".m3u8") and found[0][1] != path:
        return _pieces(talk, found[0][1])
    return found


@honest("apt_update", needs=("web",), tools=("apt-get",), pause=60)
def apt_update(me):
    """The real apt-get with folders of its own; sometimes a package as well."""
    rng, web = me.rng, any_web(me, "apt", plain=0.6)
    root = me.folder / "apt"
    for part in ("lists/partial", "cache/archives/partial", "etc/apt.conf.d", "etc/preferences.d", "etc/trusted.gpg.d"):
        (root / part).mkdir(parents=True, exist_ok=True)
    (root / "status").touch()
    if rng.random() < 0.5:  # else a conditional request for what is known already
        for old in (root / "lists").glob("*_*"):
            old.unlink()
    (root / "sources").write_text(f"deb [trusted=yes] {clients.url(me, web, web.facts['apt'])} ./\n", encoding="utf-8")
    options = {"Dir": root, "Dir::Etc": root / "etc", "Dir::Etc::sourcelist": root / "sources", "Dir::Etc::sourceparts": "-",
               "Dir::State": root, "Dir::State::status": root / "status", "Dir::State::lists": root / "lists",
               "Dir::Cache": root / "cache", "Acquire::http::Proxy": "DIRECT", "Acquire::https::Proxy": "DIRECT",
               "Acquire::https::Verify-Peer": "false", "Acquire::https::Verify-Host": "false", "APT::Sandbox::User": "root",
               "Acquire::Languages": "none", "Acquire::Retries": "0", "Debug::NoLocking": "true"}
    flat = [word for name, value in options.items() for word in ("-o", f"{name}={value}")]
    with me.talk(web):
        me.run(["apt-get", "-qq", *flat, "update"], env=environment(me, APT_CONFIG="/dev/null"))


@honest("git_fetch", needs=("web",), tools=("git",), pause=25, origin="either")
def git_fetch(me):
    """ls-remote (nothing new) or a clone, over HTTPS or git's own protocol."""
    rng = me.rng
    kinds = [service for kind in ("git", "web", "webplain") for service in me.services(kind)
             if service.facts.get("path" if kind == "git" else "git")]
    if not kinds:
        raise Over
    server = rng.choice(kinds)
    if server.kind == "git":
        source = clients.url(me, server, server.facts["path"], scheme="git").replace(":9418", "")
    else:
        source = clients.url(me, server, server.facts["git"])
    clone = me.folder / f"clone{rng.randrange(10**6)}"
    whole = ["clone", "-q", *rng.choice(([], ["--depth", "1"])), source, clone]
    task = ["ls-remote", "-q", source] if rng.random() < 0.5 else whole
    with me.talk(server):
        me.run(["git", "-c", "http.sslVerify=false", "-c", "http.proxy=", "-c", "credential.helper=", *task],
               env=environment(me, GIT_TERMINAL_PROMPT="0", GIT_CONFIG_NOSYSTEM="1"))
    if clone.exists():
        me.run(["rm", "-rf", clone])


@honest("container_pull", needs=("registry",), tools=("skopeo",), pause=45)
def container_pull(me):
    rng, registry = me.rng, having(me, "registry", "images")
    place = f"{me.address(registry, False)}:{registry.port}"
    image = f"docker://{place}/{rng.choice(registry.facts['images'])}"
    there = me.folder / "image"
    policy = me.folder / "policy.json"
    policy.write_text('{"default": [{"type": "insecureAcceptAnything"}]}', encoding="utf-8")
    task = (["copy", "-q", "--src-tls-verify=false", image, f"dir:{there}"] if rng.random() < 0.7
            else ["inspect", "--tls-verify=false", image])
    with me.talk(registry):
        me.run(["skopeo", "--policy", policy, "--registries-conf", os.devnull, "--tmpdir", me.folder, *task],
               env=environment(me, XDG_RUNTIME_DIR=str(me.folder)))
