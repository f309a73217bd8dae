# SPDX-License-Identifier: GPL-3.0-or-later
"""Sites while they run: each in a process of its own, several at a time."""
import contextlib
import json
import os
import pathlib
import signal
import subprocess
import sys
import time

from . import netns

LAB = pathlib.Path(__file__).resolve().parent.parent
GRACE = 150  # seconds beside a site's recording, for building it, stopping and labelling


class SiteProcess:
    """One site while it runs. Its own process group, so that the lab can end all of it."""

    def __init__(self, site_plan, work, options, binary):
        self.plan, self.folder = site_plan, work / site_plan.site
        self.folder.mkdir()
        task = {"plan": site_plan.as_table(), "folder": str(self.folder), "binary": str(binary), "snaplen": options.snaplen,
                "certificates": str(work / "certificates"), "guest": options.run_in_tap, "lab": os.getpid()}
        (self.folder / "task.json").write_text(json.dumps(task), encoding="utf-8")
        self.process = subprocess.Popen([sys.executable, "-B", "-m", "flowlab.site_run", self.folder / "task.json"], cwd=LAB,
                                        start_new_session=True)
        self.deadline = time.monotonic() + site_plan.seconds + GRACE

    def done(self):
        if self.process.poll() is not None:
            return True
        if time.monotonic() < self.deadline:
            return False
        self.end()
        return True

    def end(self):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def settle(self):
        """A site that died leaves no report of its own, and perhaps namespaces."""
        netns.clean(netns.of(self.plan.site))
        if not (self.folder / "report.json").exists():
            (self.folder / "report.json").write_text(json.dumps({
                "site": self.plan.site, "split": self.plan.split, "failed": f"its process ended with {self.process.returncode}",
                "notes": []}), encoding="utf-8")


def run_sites(plans, work, options, binary, finish):
    """`parallel` at a time; calls finish(folder) for each, which may take a moment."""
    waiting, running = list(plans), []
    try:
        while waiting or running:
            while waiting and len(running) < options.parallel:
                running.append(SiteProcess(waiting.pop(0), work, options, binary))
                time.sleep(1.5)  # starting servers is the hardest work of all: not all at once
            for site in [site for site in running if site.done()]:
                running.remove(site)
                site.settle()
                finish(site.folder)
            time.sleep(0.3)
    finally:
        for site in running:
            site.end()
