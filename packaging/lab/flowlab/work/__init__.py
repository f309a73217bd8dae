# SPDX-License-Identifier: GPL-3.0-or-later
"""Honest work: each module registers behaviours with @honest."""
import importlib
import pkgutil


def load():
    for module in pkgutil.iter_modules(__path__):
        importlib.import_module(f"{__name__}.{module.name}")
