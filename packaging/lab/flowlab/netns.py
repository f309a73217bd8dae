# SPDX-License-Identifier: GPL-3.0-or-later
"""Network namespaces: entering one with a thread, running programs in one, and removing the lab's."""
import contextlib
import ctypes
import os
import shutil
import subprocess
import threading

# Several labs can run on one machine if each is given a name; cleaning removes what begins with the lab's own prefix.
INSTANCE = "".join(filter(str.isalnum, os.environ.get("FSLAB_INSTANCE", ""))) or "lab"
PREFIX = f"fslab-{INSTANCE}-"
FOLDER = "/run/netns"
CONFIGURATIONS = "/etc/netns"  # `ip netns exec` lays NAME/resolv.conf and NAME/hosts over the machine's own

_CLONE_NEWNET = 0x40000000
_libc = ctypes.CDLL("libc.so.6", use_errno=True)
_here = threading.local()


def of(site, name=""):
    """The namespace of a part of a site, by the site's name; without a part what all of the site's begin with."""
    return f"{PREFIX}{site}-{name}"


def ip(*arguments):
    return subprocess.run(["ip", *arguments], check=True, capture_output=True, text=True).stdout


def batch(namespace, lines):
    """Several `ip` commands of one namespace in one process."""
    done = subprocess.run(["ip", "-n", namespace, "-batch", "-"], input="\n".join(lines) + "\n", check=False, text=True,
                          capture_output=True)
    if done.returncode != 0:
        raise ValueError(f"the network cannot be built ({namespace}): {done.stderr.strip()}")


def enter(namespace):
    """Moves the calling thread, and no other, into a namespace of the lab. Sockets and processes that it makes from
    now on belong there."""
    if not namespace.startswith(PREFIX):
        raise ValueError(f"{namespace} is no namespace of the lab")
    with open(f"{FOLDER}/{namespace}", "rb") as door:
        if _libc.setns(door.fileno(), _CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), f"cannot enter {namespace}")
    _here.namespace = namespace


@contextlib.contextmanager
def visiting(namespace):
    """Like `enter`, and back again."""
    before = getattr(_here, "namespace", None)
    with open("/proc/thread-self/ns/net", "rb") as home:
        enter(namespace)
        try:
            yield
        finally:
            if _libc.setns(home.fileno(), _CLONE_NEWNET) != 0:
                raise OSError(ctypes.get_errno(), "cannot leave the namespace")
            _here.namespace = before


def set_kernel(namespace, settings):
    """Writes sysctls ("net.ipv4.tcp_sack": "0") of a namespace; those that this kernel lacks are returned."""
    lacking = []
    with visiting(namespace):
        for name, value in settings.items():
            try:
                with open("/proc/sys/" + name.replace(".", "/"), "w", encoding="ascii") as file:
                    file.write(str(value))
            except OSError:
                lacking.append(name)
    return lacking


def start_in(namespace, command, **options):
    """A program in a namespace, in a process group of its own so that its children can be ended with it."""
    if not namespace.startswith(PREFIX):
        raise ValueError(f"{namespace} is no namespace of the lab")
    options = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, **options}
    return subprocess.Popen(["ip", "netns", "exec", namespace, *map(str, command)], process_group=0, **options)


def listed(prefix=PREFIX):
    try:
        return sorted(name for name in os.listdir(FOLDER) if name.startswith(prefix))
    except FileNotFoundError:
        return []


def processes_in(namespaces):
    """Processes whose network namespace is one of these. One walk over /proc, whatever their number."""
    wanted = set()
    for name in namespaces:
        with contextlib.suppress(OSError):
            wanted.add(os.stat(f"{FOLDER}/{name}").st_ino)
    found = []
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            with contextlib.suppress(OSError):
                if os.stat(f"/proc/{entry}/ns/net").st_ino in wanted:
                    found.append(int(entry))
    return found


def clean(prefix=PREFIX):
    """Ends what runs in the lab's namespaces and removes them. Repeated, because a dying process may have children."""
    names = listed(prefix)
    for _ in range(5):
        running = [pid for pid in processes_in(names) if pid != os.getpid()]
        if not running:
            break
        for pid in running:
            with contextlib.suppress(OSError):
                os.kill(pid, 9)
    for name in names:
        subprocess.run(["ip", "netns", "del", name], check=False, capture_output=True)
        shutil.rmtree(f"{CONFIGURATIONS}/{name}", ignore_errors=True)
    with contextlib.suppress(OSError):
        os.rmdir(CONFIGURATIONS)  # only if it is empty, so never what others keep there


def unusable():
    """Why namespaces cannot be made here, or None."""
    probe = PREFIX + "probe"
    try:
        ip("netns", "add", probe)
        ip("-n", probe, "link", "add", "br0", "type", "bridge")
        ip("-n", probe, "link", "add", "one", "type", "veth", "peer", "name", "other")
    except (subprocess.CalledProcessError, OSError) as error:
        said = getattr(error, "stderr", "") or str(error)
        return said.strip().splitlines()[-1]
    finally:
        subprocess.run(["ip", "netns", "del", probe], check=False, capture_output=True)
    return None
