# SPDX-License-Identifier: GPL-3.0-or-later
"""Git repositories of made-up commits, a few per run of the lab, for web servers and git daemons."""
import random
import subprocess

from . import house

VARIANTS = 3


def bare(place, target, dumb=False):
    """A bare repository at `target`; `dumb`: for HTTP servers that know nothing of git."""
    variant = place.rng.randrange(VARIANTS)
    source = house.template(place, f"git{variant}", lambda folder: _make(folder, random.Random(variant)))
    house.copy(source, target)
    if dumb:
        subprocess.run(["git", "-C", str(target), "update-server-info"], check=True, capture_output=True, env=_environment())


def _environment():
    return {"PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "GIT_CONFIG_NOSYSTEM": "1"}


def _make(folder, rng):
    def git(*arguments, **options):
        subprocess.run(["git", *arguments], check=True, capture_output=True, env=_environment(), **options)

    git("init", "-q", "--bare", "-b", "main", str(folder))
    git("-C", str(folder), "fast-import", "--quiet", input=_history(rng))
    git("-C", str(folder), "update-server-info")


def _history(rng):
    """Commits on main for git fast-import: half text that compresses, half bytes that do not."""
    stream, paths = [], [f"src/part{number}.txt" for number in range(rng.randrange(8, 40))]
    for number in range(rng.randrange(15, 60)):
        said = f"Change {number}\n".encode()
        stream.append(b"commit refs/heads/main\ncommitter lab <lab@lab.example> %d +0000\ndata %d\n%s" %
                      (1_700_000_000 + number * 3600, len(said), said))
        for path in rng.sample(paths, rng.randrange(1, 5)):
            size = min(60_000, int(3000 * rng.lognormvariate(0, 1)))
            data = rng.randbytes(size) if rng.random() < 0.5 else rng.randbytes(size // 8).hex().encode() * 4
            stream.append(b"M 100644 inline %s\ndata %d\n%s\n" % (path.encode(), len(data), data))
    return b"".join(stream)
