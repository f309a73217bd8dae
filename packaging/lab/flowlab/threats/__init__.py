# SPDX-License-Identifier: GPL-3.0-or-later
"""Threats: each module registers behaviours with @threat. They are harmless by construction: hosts of the site are the only
targets, and what is sent is random."""
import importlib
import pkgutil


def load():
    for module in pkgutil.iter_modules(__path__):
        importlib.import_module(f"{__name__}.{module.name}")
