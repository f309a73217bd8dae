# SPDX-License-Identifier: GPL-3.0-or-later
"""The wide-area links of a site: which there are, and the process (wan/wan_link.cpp) that makes packets feel them."""
import contextlib
import dataclasses
import hashlib
import json
import math
import os
import pathlib
import select
import shutil
import subprocess
import time

SOURCES = pathlib.Path(__file__).resolve().parent.parent / "wan"
FLAGS = ("-std=c++20", "-O2", "-Wall", "-Wextra")
COMPILE_SECONDS = 180
READY_SECONDS = 10


@dataclasses.dataclass(frozen=True)
class Pipe:
    """One direction of a link; wan/README.md says what the numbers do."""
    delay_ms: float  # one way; no packet is faster
    rate_kbit: int = 0  # 0: no limit
    queue_bytes: int = 0
    jitter: tuple = ()  # ("gamma", shape, scale ms), ("lognormal", median ms, sigma) or ("normal", mean ms, deviation ms)
    memory_ms: float = 0.
    loss: tuple = ()  # Gilbert-Elliott: (good to bad, bad to good, loss in good, loss in bad), all per packet
    reorder: tuple = ()  # (share of packets, held back by ms)
    duplicate: float = 0.

    def words(self):
        yield f"delay={self.delay_ms}"
        if self.rate_kbit:
            yield f"rate={self.rate_kbit} queue={self.queue_bytes}"
        for name in ("jitter", "loss", "reorder"):
            if value := getattr(self, name):
                yield f"{name}=" + ":".join(map(str, value))
        if self.memory_ms:
            yield f"memory={self.memory_ms}"
        if self.duplicate:
            yield f"duplicate={self.duplicate}"


@dataclasses.dataclass(frozen=True)
class Link:
    """To the networks `prefixes`; without any it can only be a site's access link."""
    up: Pipe  # from the site
    down: Pipe
    mtu: int = 1500
    name: str = "access"
    prefixes: tuple = ()
    profile: str = ""  # it was drawn from

    def to(self, name, *prefixes):
        return dataclasses.replace(self, name=name, prefixes=tuple(map(str, prefixes)))

    def lines(self, widest):
        if self.name != "access":
            yield f"link {self.name} prefix={','.join(self.prefixes)} mtu={min(self.mtu, widest)}"
        yield " ".join([f"pipe {self.name} up", *self.up.words()])
        yield " ".join([f"pipe {self.name} down", *self.down.words()])


@dataclasses.dataclass(frozen=True)
class Wan:
    """All that one process carries: the site's way out, and what lies behind it."""
    inside_namespace: str  # as `ip netns` names it; begins with fslab-
    outside_namespace: str
    inside_device: str
    outside_device: str
    access: Link  # no path is wider than its mtu
    links: tuple
    seed: int
    seconds: int  # it ends itself then
    router4: str = ""  # whence "too big" comes
    router6: str = ""

    def text(self):
        """The settings as wan_link reads them, for a child of this process."""
        routers = [f"{family}={address}" for family, address in (("ipv4", self.router4), ("ipv6", self.router6)) if address]
        access = dataclasses.replace(self.access, name="access", prefixes=())
        lines = [f"namespace inside=/run/netns/{self.inside_namespace} outside=/run/netns/{self.outside_namespace}",
                 f"device inside={self.inside_device} outside={self.outside_device}",
                 f"run seed={self.seed} seconds={self.seconds} parent={os.getpid()}", *access.lines(access.mtu)]
        if routers:
            lines.append(" ".join(["router", *routers]))
        for link in self.links:
            lines += link.lines(access.mtu)
        return "\n".join(lines) + "\n"


@dataclasses.dataclass(frozen=True)
class Profile:
    """Ranges of which `draw` takes one link. Rates and losses are drawn evenly in their logarithm, the rest evenly."""
    down_mbit: tuple
    up_mbit: tuple
    delay_ms: tuple  # one way
    queue_ms: tuple  # of the queue before the link, at its rate
    jitter: str
    jitter_ms: tuple  # mean
    spread: tuple  # gamma: its shape; lognormal: sigma; normal: deviation as a share of the mean
    memory_ms: tuple
    loss: tuple  # in the long run
    burst: tuple  # packets that a bad moment lasts, at the mean
    loss_in_burst: tuple
    reorder: tuple
    duplicate: tuple
    mtu: tuple  # one of these


# The ranges are what public measurements usually show, rounded by hand: national regulators' panels (FCC Measuring
# Broadband America, Ofcom home broadband), speed-test and operator statistics for rates, RIPE Atlas and academic path
# studies for delays between cities, papers on Starlink, LTE and 5G for their jitter and bursts. They are plausible, not
# fitted to a data set. Light in glass takes 5 us a kilometre, which is why an ocean cannot be had below the values here;
# a geostationary hop takes 240 ms.
PROFILES = {
    "fibre": Profile((50, 500), (25, 300), (1, 5), (5, 40), "gamma", (.05, .4), (1, 3), (2, 30), (1e-6, 1e-4), (1, 3),
                     (.5, 1), (0, 1e-5), (0, 0), (1500, 1500, 1492)),
    # PPPoE takes 8 bytes.
    "dsl": Profile((8, 100), (1, 30), (6, 20), (40, 250), "gamma", (.3, 2), (1, 4), (5, 60), (1e-5, 1e-3), (1, 5),
                   (.3, 1), (0, 1e-5), (0, 0), (1492, 1492, 1500, 1488)),
    # Upstream waits for grants.
    "cable": Profile((50, 400), (5, 40), (5, 15), (60, 350), "gamma", (.8, 4), (1.5, 4), (3, 40), (1e-5, 1e-3), (1, 5),
                     (.3, 1), (0, 1e-4), (0, 1e-6), (1500,)),
    "mobile_3g": Profile((1, 10), (.3, 3), (35, 90), (150, 900), "lognormal", (8, 40), (.5, 1), (40, 400), (1e-4, 1e-2),
                         (2, 10), (.3, .9), (0, 2e-3), (0, 1e-4), (1400, 1440, 1500)),
    # GTP tunnels take their share.
    "mobile_4g": Profile((5, 80), (2, 25), (15, 35), (60, 600), "gamma", (3, 15), (1, 3), (20, 200), (1e-5, 4e-3), (2, 8),
                         (.3, .9), (0, 1e-3), (0, 1e-5), (1358, 1420, 1428, 1500)),
    "mobile_5g": Profile((50, 400), (10, 60), (7, 18), (20, 200), "gamma", (1, 6), (1, 3), (10, 100), (1e-5, 2e-3),
                         (2, 10), (.3, .9), (0, 1e-3), (0, 1e-5), (1400, 1420, 1500)),
    "satellite_geo": Profile((5, 60), (1, 6), (258, 310), (200, 1000), "lognormal", (5, 35), (.3, .8), (30, 300),
                             (1e-4, 1e-2), (2, 12), (.3, .9), (0, 5e-4), (0, 1e-5), (1500, 1460, 1420)),
    # Its bursts of loss come when satellites change.
    "satellite_leo": Profile((40, 220), (5, 25), (12, 30), (30, 200), "gamma", (2, 9), (1, 3), (15, 150), (1e-3, 1e-2),
                             (5, 30), (.3, .9), (0, 1e-3), (0, 1e-5), (1500,)),
    "wifi_crowded": Profile((10, 90), (8, 70), (2, 8), (20, 250), "gamma", (1.5, 12), (.5, 1.5), (5, 60), (1e-4, 1e-2),
                            (2, 8), (.2, .8), (0, 2e-3), (0, 1e-4), (1500,)),
    # IPsec, OpenVPN, WireGuard.
    "vpn": Profile((15, 200), (10, 150), (8, 40), (20, 150), "gamma", (.5, 4), (1, 3), (5, 80), (1e-5, 2e-3), (1, 5),
                   (.3, 1), (0, 2e-3), (0, 1e-5), (1380, 1390, 1400, 1412, 1420, 1436)),
    "campus": Profile((200, 900), (200, 900), (.2, 1.5), (2, 15), "gamma", (.02, .15), (1, 3), (1, 10), (1e-6, 2e-5),
                      (1, 2), (.5, 1), (0, 1e-5), (0, 0), (1500,)),
    "data_centre": Profile((400, 900), (400, 900), (.3, 2.5), (1, 10), "gamma", (.01, .1), (1, 3), (1, 10), (1e-7, 1e-5),
                           (1, 2), (.5, 1), (0, 1e-5), (0, 0), (1500, 1500, 1460)),
    "leased_line": Profile((2, 100), (2, 100), (3, 12), (10, 60), "normal", (.1, .6), (.1, .4), (2, 30), (1e-7, 1e-5),
                           (1, 2), (.5, 1), (0, 1e-6), (0, 0), (1500, 1476)),
    "national": Profile((100, 800), (100, 800), (3, 12), (5, 40), "gamma", (.1, .8), (.7, 2), (3, 40), (1e-6, 2e-4),
                        (1, 4), (.3, 1), (0, 2e-4), (0, 1e-6), (1500,)),
    "continental": Profile((100, 800), (100, 800), (9, 28), (5, 50), "gamma", (.2, 1.5), (.7, 2), (5, 60), (1e-6, 5e-4),
                           (1, 5), (.3, 1), (0, 5e-4), (0, 1e-6), (1500,)),
    "transatlantic": Profile((60, 600), (60, 600), (36, 58), (10, 60), "gamma", (.2, 2), (.7, 2), (5, 100), (1e-6, 1e-3),
                             (1, 6), (.3, 1), (0, 5e-4), (0, 1e-6), (1500,)),
    "transpacific": Profile((50, 500), (50, 500), (55, 95), (10, 80), "gamma", (.3, 3), (.7, 2), (5, 120), (1e-5, 2e-3),
                            (1, 8), (.3, 1), (0, 1e-3), (0, 1e-6), (1500, 1500, 1492)),
    "europe_asia": Profile((30, 400), (30, 400), (75, 140), (10, 120), "lognormal", (.5, 6), (.4, 1), (10, 200),
                           (1e-5, 5e-3), (1, 10), (.3, 1), (0, 1e-3), (0, 1e-6), (1500, 1500, 1476)),
}


def draw(profile, rng):
    """One link of a profile; `rng` is a random.Random. Two draws differ, the same seed draws the same."""
    ranges = PROFILES[profile]
    distance = rng.uniform(*ranges.delay_ms)
    mtu = rng.choice(ranges.mtu)
    # Ways there and back differ a little; neither is ever shorter than the profile allows.
    up, down = (_pipe(ranges, rng, rate, max(ranges.delay_ms[0], distance * rng.uniform(.94, 1.06)))
                for rate in (ranges.up_mbit, ranges.down_mbit))
    return Link(up, down, mtu, profile=profile)


def _pipe(ranges, rng, rate, delay):
    kbit = round(1000 * _even_in_logarithm(rng, rate))
    mean, spread = rng.uniform(*ranges.jitter_ms), rng.uniform(*ranges.spread)
    jitter = {"gamma": (spread, mean / spread), "lognormal": (mean / math.exp(spread ** 2 / 2), spread),
              "normal": (mean, mean * spread)}[ranges.jitter]
    return Pipe(delay_ms=round(delay, 3), rate_kbit=kbit,
                queue_bytes=max(6000, round(kbit * rng.uniform(*ranges.queue_ms) / 8)),
                jitter=(ranges.jitter, *(round(value, 5) for value in jitter)),
                memory_ms=round(rng.uniform(*ranges.memory_ms), 1),
                loss=_bursts(_even_in_logarithm(rng, ranges.loss), rng.uniform(*ranges.burst),
                             rng.uniform(*ranges.loss_in_burst)),
                reorder=(_plain(rng.uniform(*ranges.reorder)), round(rng.uniform(.5, 4), 2)),
                duplicate=_plain(rng.uniform(*ranges.duplicate)))


def _even_in_logarithm(rng, ends):
    return math.exp(rng.uniform(*map(math.log, ends)))


def _bursts(loss, burst, loss_in_burst):
    """Gilbert-Elliott with nothing lost in good moments, and `loss` of all packets in the long run."""
    to_good = 1 / burst
    return tuple(map(_plain, (to_good * loss / (loss_in_burst - loss), to_good, 0., loss_in_burst)))


def _plain(number):
    return float(f"{number:.4g}")


def build(folder):
    """The path of wan_link, compiled into `folder` unless it lies there, made of the same sources. Several may ask at once."""
    sources = sorted(SOURCES.glob("*.cpp")) + sorted(SOURCES.glob("*.h"))
    state = hashlib.sha256("\0".join(FLAGS).encode())
    for path in sources:
        state.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    folder = pathlib.Path(folder)
    binary = folder / f"wan_link-{state.hexdigest()[:16]}"
    if os.access(binary, os.X_OK):
        return binary
    compiler = next(filter(None, map(shutil.which, ("c++", "g++", "clang++"))), None)
    if compiler is None:
        raise ValueError("the wide-area link needs a C++ compiler (c++), and there is none: packaging/setup build installs it")
    folder.mkdir(parents=True, exist_ok=True)
    unfinished = folder / f"{binary.name}.{os.getpid()}"
    command = [compiler, *FLAGS, *(path for path in sources if path.suffix == ".cpp"), "-o", unfinished]
    try:
        compiled = subprocess.run(command, capture_output=True, text=True, check=False, timeout=COMPILE_SECONDS)
        if compiled.returncode != 0:
            said = compiled.stderr.splitlines()
            error = next((line for line in said if "error" in line), said[-1] if said else "no word")
            raise ValueError(f"the wide-area link does not compile with {compiler}: {error.strip()}")
        unfinished.replace(binary)
    except subprocess.TimeoutExpired as error:
        raise ValueError(f"{compiler} has not compiled the wide-area link within {COMPILE_SECONDS} s") from error
    finally:
        unfinished.unlink(missing_ok=True)
    return binary


class Running:
    """A wan_link that is ready. It dies with the thread that started it."""

    def __init__(self, process):
        self.process = process

    def stop(self):
        """Ends it, unless it has ended itself, and gives its counters (wan/README.md); None if it was killed."""
        with contextlib.suppress(ProcessLookupError):
            self.process.terminate()
        try:
            output, _ = self.process.communicate(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            output, _ = self.process.communicate()
        lines = output.splitlines()
        return json.loads(lines[-1]) if lines else None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


def start(binary, wan, file):
    """Writes the settings into `file` and starts wan_link; its devices are there when this returns, down and without addresses.
    They vanish with it. ValueError with its own sentence if it refuses."""
    file = pathlib.Path(file)
    file.write_text(wan.text(), encoding="utf-8")
    process = subprocess.Popen([binary, file], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    word = _first_line(process, READY_SECONDS)
    if word != b"ready\n":
        process.kill()
        _, errors = process.communicate()
        said = errors.decode(errors="replace").strip()
        raise ValueError(said or f"wan_link was not ready within {READY_SECONDS} s")
    return Running(process)


def _first_line(process, seconds):
    """Byte by byte, so that nothing of what follows lies in a buffer here."""
    line, end = b"", time.monotonic() + seconds
    while not line.endswith(b"\n"):
        if not select.select([process.stdout], [], [], max(0., end - time.monotonic()))[0]:
            break
        byte = os.read(process.stdout.fileno(), 1)
        if not byte:
            process.wait()
            break
        line += byte
    return line
