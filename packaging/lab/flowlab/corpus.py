# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab's corpus while it grows: recordings come in one by one, what is good of them is published, and the manifest is
written last, so that a run that was stopped leaves no corpus that only looks whole."""
import pathlib
import shutil

from . import summary
from .publish import Recording, write_manifest

KEPT = ("capture.pcap", "truth.jsonl", "report.json")  # of a recording: all that labels are made from


class Corpus:
    """A context manager; leaving it with an error removes what was begun."""

    def __init__(self, out):
        self.out, self._stage = out, out / "unfinished"
        self._rows, self.recordings = [], []
        out.mkdir(parents=True, exist_ok=True)
        if any(out.iterdir()):
            raise ValueError(f"{out} is not empty; a corpus needs a folder of its own")
        self._stage.mkdir()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        shutil.rmtree(self._stage, ignore_errors=True)

    def add(self, folder):
        """Labels a recording and publishes it, unless there are complaints about it."""
        recording = Recording(folder)
        self.recordings.append(recording)
        if not recording.complaints:
            self._rows += recording.write_parts(self._stage)
        summary.print_site(recording)

    def finish(self, wanted):
        """Makes a corpus of what was added; `wanted` sites were planned. Returns the exit code."""
        if self._rows:
            for part in self._stage.iterdir():
                part.rename(self.out / part.name)
            write_manifest(self.out, self._rows)
        summary.print_total(wanted, self.recordings, self._rows, self.out)
        return 1 if any(recording.complaints for recording in self.recordings) else 0


def keep(folder, shelf):
    """Puts a recording by, good or not, to be labelled again without being made again."""
    place = pathlib.Path(shelf) / folder.name
    place.mkdir(parents=True, exist_ok=True)
    for name in KEPT:
        if (folder / name).exists():
            shutil.copy(folder / name, place / name)


def relabel(shelf, out):
    """Makes a corpus of recordings that were put by."""
    folders = sorted(path.parent for path in pathlib.Path(shelf).glob("*/report.json"))
    if not folders:
        raise ValueError(f"{shelf} holds no recordings that were put by with --keep")
    with Corpus(out) as corpus:
        for folder in folders:
            corpus.add(folder)
        return corpus.finish(len(folders))
