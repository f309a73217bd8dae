# SPDX-License-Identifier: GPL-3.0-or-later
"""How servers are housed: their folder seen as /srv, users that only they know, and data made once for all sites.

`ip netns exec` gives each program a mount namespace of its own. In it the place's folder is laid over /srv, so that a server
that drops root finds its files there whatever the rights of the folders above, and a passwd with the place's own users over
the machine's. Nothing of that is seen outside."""
import fcntl
import os
import pathlib
import pwd
import shutil
import subprocess
import sys

HOME = "/srv/home"
NOBODY = 65534
FIRST_UID = 31000


def start(place, command, **options):
    """As place.start, in the house."""
    return place.start(housed(place, command), **{"cwd": "/", **options})


def start_script(place, module, *arguments, **options):
    """One of our own servers (a module of this folder) in the house."""
    lab = pathlib.Path(__file__).resolve().parents[2]
    return start(place, [sys.executable, "-B", "-m", f"flowlab.services.{module}", *arguments], cwd=lab, **options)


def prepare(place, command, **options):
    """As place.prepare, in the house."""
    place.prepare(housed(place, command), **{"cwd": "/", **options})


def housed(place, command, tmp=False):
    """`tmp`: with a /tmp of its own; then nothing else under the machine's /tmp is seen."""
    mounts = [f'mount --bind "{place.folder}" /srv']
    mounts += [f"mount --bind /srv/etc/{name} /etc/{name}" for name in ("passwd", "group", "shadow")
               if (place.folder / "etc" / name).exists()]
    if tmp:
        mounts.append("mount --bind /srv/tmp /tmp")
    return ["sh", "-c", " && ".join(mounts) + ' && exec "$@"', "sh", *map(str, command)]


def once(folder, command, said=""):
    """Runs a program to its end with `folder` as its /srv, for templates; `said` is its input."""
    inside = ["unshare", "-m", "sh", "-c", f'mount --bind "{folder}" /srv && exec "$@"', "sh", *map(str, command)]
    done = subprocess.run(inside, input=said.encode(), capture_output=True, check=False, timeout=120, cwd=folder)
    if done.returncode != 0:
        raise ValueError(f"{command[0]} failed: {(done.stderr or done.stdout).decode(errors='replace').strip()[-300:]}")


def as_user(user, command):
    """For programs that refuse to run as root and do not change by themselves."""
    entry = pwd.getpwnam(user)
    return ["setpriv", f"--reuid={entry.pw_uid}", f"--regid={entry.pw_gid}", "--clear-groups", *map(str, command)]


def give(path, user, group=None):
    """Makes a file, or a folder with all in it, somebody's."""
    for folder, folders, files in os.walk(path):
        for name in [*folders, *files]:
            shutil.chown(os.path.join(folder, name), user, group or user)
    shutil.chown(path, user, group or user)


def room(place, name, user, mode=0o755):
    """A folder below /srv that a user of the machine may write to."""
    folder = place.folder / name
    folder.mkdir(parents=True, exist_ok=True)
    shutil.chown(folder, user)
    folder.chmod(mode)
    return folder


def users(place, passwords, shell="/bin/bash"):
    """Gives the place's programs users of their own ({name: password}) with homes under /srv/home, and returns their uids.
    They are no users of the machine: no other program knows them."""
    etc = place.folder / "etc"
    etc.mkdir(exist_ok=True)
    texts = {name: without(pathlib.Path("/etc", name).read_text(encoding="utf-8"), passwords)
             for name in ("passwd", "group", "shadow")}
    # The machine's own users cannot log in: their hashes are none of the lab's business, and guessers are let loose on it.
    texts["shadow"] = "".join(f"{line.partition(':')[0]}:*:19000:0:99999:7:::\n" for line in texts["shadow"].splitlines())
    uids = {}
    for uid, (name, password) in enumerate(passwords.items(), FIRST_UID):
        hashed = subprocess.run(["openssl", "passwd", "-6", "-stdin"], input=password, capture_output=True, text=True,
                                check=True).stdout.strip()
        texts["passwd"] += f"{name}:x:{uid}:{uid}::{HOME}/{name}:{shell}\n"
        texts["group"] += f"{name}:x:{uid}:\n"
        texts["shadow"] += f"{name}:{hashed}:19000:0:99999:7:::\n"
        home = place.folder / "home" / name
        home.mkdir(parents=True, exist_ok=True)
        os.chown(home, uid, uid)
        uids[name] = uid
    for name, text in texts.items():
        place.write(f"etc/{name}", text, 0o600 if name == "shadow" else 0o644)
    return uids


def without(text, names):
    """A passwd, group or shadow without these names: the machine has a backup and a sync too, and the first entry counts."""
    return "".join(line for line in text.splitlines(keepends=True) if line.partition(":")[0] not in names)


USERS = ("anna", "ben", "clara", "dmitri", "elif", "farid", "greta", "hugo", "ines", "jonas", "kofi", "lena", "maria",
         "noah", "olga", "pavel", "quinn", "rosa", "samuel", "tara", "backup", "deploy", "operator", "service", "scanner",
         "sync")


def user(place):
    """A name and a password for the place's clients."""
    name = place.rng.choice(USERS)
    return name if place.rng.random() < 0.7 else f"{name}{place.rng.randrange(1, 99)}", place.password()


def template(place, name, make):
    """The folder `name` of the lab run's templates; make(folder) fills it if no site has yet. Sites start in several
    processes at once: one makes it, the others wait."""
    shelf = place.site.folder.parent / "templates"
    shelf.mkdir(parents=True, exist_ok=True)
    ready = shelf / name
    with open(shelf / f"{name}.lock", "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not ready.exists():
            new = shelf / f"{name}.new"
            shutil.rmtree(new, ignore_errors=True)
            new.mkdir()
            make(new)
            new.rename(ready)
    return ready


def copy(template_folder, target):
    """A copy of a template with owners and rights; ten times quicker than shutil for databases' many files."""
    subprocess.run(["cp", "-a", "--reflink=auto", str(template_folder), str(target)], check=True, capture_output=True)
    return pathlib.Path(target)


def files(rng, folder, count, median=6000, spread=1.4, most=300_000, names="{number}"):
    """Files of lognormal sizes (bytes), as on most servers."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        size = min(most, 40 + int(median * rng.lognormvariate(0, spread)))
        (folder / names.format(number=number)).write_bytes(rng.randbytes(size))


def listen(place):
    """The addresses that a server which cannot listen everywhere is to name."""
    return [address for address in (place.host.address, place.host.address6) if address]
