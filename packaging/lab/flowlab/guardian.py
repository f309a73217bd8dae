# SPDX-License-Identifier: GPL-3.0-or-later
"""guardian.py SECONDS PID FOLDER - cleans up after the lab whatever becomes of it.

A process and session of its own that waits at a pipe of which the lab holds the other end. When the lab ends, however it ends
(kill -9 included), the pipe closes, and the guardian ends what is left in the lab's namespaces, removes them and the folder. When
the lab takes longer than SECONDS, the guardian ends it first. It holds the lab's lock, so that no other lab starts meanwhile."""
import contextlib
import os
import select
import shutil
import signal
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from flowlab import netns  # noqa: E402


def main():
    seconds, lab, folder = float(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    if not select.select([sys.stdin], [], [], seconds)[0]:
        print(f"lab: not done within {seconds:.0f} s, ended by the watchdog", file=sys.stderr)
        with contextlib.suppress(ProcessLookupError):
            os.kill(lab, signal.SIGKILL)  # its sites die with it
    end_those_that_name(f"{folder}/")
    netns.clean()
    shutil.rmtree(folder, ignore_errors=True)


def end_those_that_name(text):
    """Processes of the lab that live in no namespace of it: whatever has its folder on the command line."""
    for entry in filter(str.isdigit, os.listdir("/proc")):
        with contextlib.suppress(OSError):
            with open(f"/proc/{entry}/cmdline", "rb") as file:
                if text.encode() in file.read() and int(entry) != os.getpid():
                    os.kill(int(entry), signal.SIGKILL)


if __name__ == "__main__":
    main()
