# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab's command line: plans, runs several sites at a time, labels, publishes and cleans up."""
import argparse
import contextlib
import fcntl
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import time

from . import netns, plan, site_run, summary, try_out, wan
from .corpus import Corpus, keep, relabel
from .publish import Recording
from .site_process import GRACE, LAB, run_sites

FOLDER = pathlib.Path(f"/var/lib/fslab-{netns.INSTANCE}")  # configurations and keys; emptied before and after every run
LOCK = FOLDER.with_suffix(".lock")
CACHE = pathlib.Path("/var/cache/flowscent-lab")  # the compiled wide-area link; root's alone, like everything that root runs
PROGRAMS = ("ip", "tcpdump", "ethtool", "nft", "openssl", "c++")


def arguments(profiles):
    parser = argparse.ArgumentParser(prog="lab", description="Makes labelled captures in network namespaces.")
    parser.add_argument("--profile", choices=profiles)
    parser.add_argument("--out", type=pathlib.Path, help="folder for the corpus (must not exist or be empty), or for NAME.pcap")
    parser.add_argument("--name", help="name of the products of a profile with one capture (default: the profile)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=int, choices=range(20, 901), metavar="SECONDS", help="length of each recording, 20 to 900")
    parser.add_argument("--snaplen", type=int, default=0, help="bytes kept of each packet, at least 82 (default: 400 for a corpus)")
    parser.add_argument("--parallel", type=int, choices=range(1, 17), metavar="N", help="sites at a time (default: two for each core)")
    parser.add_argument("--sites", help="only these sites of the profile, with commas between")
    parser.add_argument("--run-in-tap", metavar="COMMAND",
                        help="run COMMAND where the recorder runs ({interface} stands for its interface) until the end")
    parser.add_argument("--keep", type=pathlib.Path, metavar="FOLDER",
                        help="put each site's undivided capture and record by in FOLDER/SITE, rejected ones too")
    parser.add_argument("--relabel", type=pathlib.Path, metavar="FOLDER", help="make the corpus anew from what --keep put by")
    parser.add_argument("--try", dest="behaviours", metavar="BEHAVIOURS", help="run only these behaviours in one site and show the flows")
    parser.add_argument("--site", help="site of --try")
    parser.add_argument("--plan", action="store_true", help="print the plan and stop")
    parser.add_argument("--list", action="store_true", help="list profiles, sites and behaviours")
    parser.add_argument("--check", action="store_true", help="say whether the lab can run here, and which behaviours cannot")
    parser.add_argument("--clean", action="store_true", help="remove what a killed run left")
    return parser


def obstacle():
    """Why the lab cannot run here, or None."""
    if absent := [program for program in PROGRAMS if shutil.which(program) is None]:
        return f"missing: {', '.join(absent)}; packaging/setup lab installs what Debian has"
    if pathlib.Path("/run/nscd/socket").exists():
        return "nscd runs: it would resolve the lab's names for programs in namespaces; stop it meanwhile"
    if not pathlib.Path("/dev/net/tun").exists():
        return "/dev/net/tun is missing, which the wide-area link needs"
    if reason := netns.unusable():
        return f"network namespaces cannot be made here: {reason}"
    return None


@contextlib.contextmanager
def alone(patience):
    """One lab at a time. The system forgets the lock when its last holder is gone; the guardian holds it as well."""
    with open(LOCK, "w", encoding="utf-8") as lock:
        deadline = time.monotonic() + patience
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except OSError:
                if time.monotonic() > deadline:
                    raise ValueError("another lab is running on this machine (FSLAB_INSTANCE=NAME in the environment makes a second one)") from None
                time.sleep(0.2)
        yield lock


def clean():
    netns.clean()
    shutil.rmtree(FOLDER, ignore_errors=True)


@contextlib.contextmanager
def guarded(lock, seconds):
    """A clean place to work in, cleaned again whatever happens: by us, or by the guardian when we are gone."""
    clean()
    FOLDER.mkdir(mode=0o755)
    with subprocess.Popen([sys.executable, "-B", LAB / "flowlab" / "guardian.py", str(seconds), str(os.getpid()), FOLDER],
                          stdin=subprocess.PIPE, start_new_session=True, pass_fds=[lock.fileno()]) as guardian:
        try:
            yield FOLDER
        finally:
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                signal.signal(number, signal.SIG_IGN)
            clean()
            guardian.stdin.close()


def make(options, profile, plans, work):
    binary = wan.build(CACHE)

    def put_by(folder):
        if options.keep:
            keep(folder, options.keep)

    if profile.whole:
        return make_one(options, plans, work, binary, put_by)
    with Corpus(options.out) as corpus:
        def finish(folder):
            put_by(folder)
            corpus.add(folder)
            shutil.rmtree(folder, ignore_errors=True)

        run_sites(plans, work, options, binary, finish)
        return corpus.finish(len(plans))


def make_one(options, plans, work, binary, put_by):
    """One capture with all labels in place of a corpus."""
    recordings, name = [], options.name or options.profile
    options.out.mkdir(parents=True, exist_ok=True)

    def finish(folder):
        put_by(folder)
        recordings.append(Recording(folder))
        if recordings[-1].flows:
            recordings[-1].write_whole(options.out, f"{name}.rejected" if recordings[-1].complaints else name)
        summary.print_site(recordings[-1])

    run_sites(plans, work, options, binary, finish)
    return 1 if any(recording.complaints for recording in recordings) else 0


def leave(number, _):
    print(f"lab: stopped by {signal.Signals(number).name}", file=sys.stderr)
    sys.exit(128 + number)


def obey(options, profiles):
    if options.clean:
        with alone(20):
            clean()
        return 0
    if options.relabel:
        return relabel(options.relabel, options.out)
    if reason := obstacle():
        raise ValueError(reason)
    if options.check:
        summary.print_missing()
        return 0
    with alone(0) as lock:
        if options.behaviours:
            with guarded(lock, (options.seconds or 40) + GRACE) as work:
                return try_out.run(options, work, wan.build(CACHE))
        profile = profiles[options.profile]
        plans = plan.make(profile, options.seed, options.seconds or 0)
        if options.sites:
            wanted = set(options.sites.split(","))
            if unknown := wanted - {one.site for one in plans}:
                raise ValueError(f"the profile has no site {', '.join(sorted(unknown))}")
            plans = [one for one in plans if one.site in wanted]
        longest = max(one.seconds for one in plans) + GRACE
        rounds = -(-len(plans) // options.parallel)
        with guarded(lock, rounds * longest + 60) as work:
            return make(options, profile, plans, work)


def main():
    if "FSLAB_PATH_ALONE" not in os.environ:  # a test hides programs
        os.environ["PATH"] += os.pathsep + "/usr/sbin:/sbin:/usr/games"
    site_run.load_behaviours()
    profiles = plan.profiles()
    parser = arguments(profiles)
    options = parser.parse_args()
    options.parallel = options.parallel or 2 * (os.cpu_count() or 1)
    if options.list:
        summary.print_lists(profiles)
        return 0
    if not (options.clean or options.check or options.behaviours or options.plan) and not (
            (options.profile or options.relabel) and options.out):
        parser.error("--profile (or --relabel) and --out are needed")
    if options.plan and not options.profile:
        parser.error("--plan needs --profile")
    if options.profile:
        options.snaplen = max(options.snaplen, 82) if options.snaplen else 0 if profiles[options.profile].whole else 400
    try:
        if options.plan:
            summary.print_plan(plan.make(profiles[options.profile], options.seed, options.seconds or 0))
            return 0
        if os.geteuid() != 0 and not options.relabel:
            raise ValueError("namespaces need root; run it with sudo")
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, leave)
        return obey(options, profiles)
    except (ValueError, OSError, subprocess.SubprocessError) as error:
        print(f"lab: {error}", file=sys.stderr)
        return 1
