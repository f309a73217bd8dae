# SPDX-License-Identifier: GPL-3.0-or-later
"""How the well-known password guessers are called: hydra, medusa, ncrack and patator, each with settings (connections at
once, tries a connection, order, delays) that are drawn once per session. No behaviours here.

    guess = tool(me, hydra="ssh", medusa="ssh", ncrack="ssh", patator="ssh_login")  # one of those that are installed
    guess(service, users, passwords)                                                # one round under a lease
"""
from ..behaviour import installed
from . import words


def tool(me, own=None, longest=45, **modules):
    """A function (service, users, passwords) that tries all pairs with one tool. `modules`: what each tool calls the
    protocol; a pair adds options of its own. `own`: a script of ours as one more choice, called with the same arguments.
    `longest`: seconds of a round."""
    names = [name for name in modules if installed(name)] + (["own"] if own else [])
    name = me.rng.choice(names)
    if name == "own":
        return own
    module, *options = [modules[name]] if isinstance(modules[name], str) else modules[name]
    command = {"hydra": _hydra, "medusa": _medusa, "ncrack": _ncrack, "patator": _patator}[name](me, module, options)

    def guess(service, users, passwords):
        lists = words.write(me, "users", users), words.write(me, "passwords", passwords)
        with me.talk(service):
            me.run(command(me.address(service, False), service.port, *lists), timeout=longest)
    return guess


def _hydra(me, module, options):
    rng = me.rng
    tasks = str(rng.choice((1, 2, 4, 4, 6)))
    order = rng.choice(([], ["-u"]))  # -u: each password for all users first
    pace = rng.choice(([], [], ["-W", "1"]))

    def command(address, port, users, passwords):
        return ["hydra", "-I", "-q", "-t", tasks, "-w", "10", *pace, *order, "-L", users, "-P", passwords, "-s", port,
                *options, f"{module}://{address}"]
    return command


def _medusa(me, module, options):
    tasks = str(me.rng.choice((1, 1, 2, 3)))

    def command(address, port, users, passwords):
        return ["medusa", "-h", address, "-n", port, "-U", users, "-P", passwords, "-M", module, "-t", tasks, "-R", "0",
                "-v", "0", *options]
    return command


def _ncrack(me, module, options):
    rng = me.rng
    tries, most, delay = rng.choice((1, 1, 2, 3, 6)), rng.choice((1, 2, 4, 6)), rng.randrange(30, 900)
    first = rng.choice(([], ["--passwords-first"]))

    def command(address, port, users, passwords):
        return ["ncrack", "-U", users, "-P", passwords, *first, *options,
                f"{module}://{address}:{port},cl=1,CL={most},at={tries},cd={delay}ms,cr=2"]
    return command


def _patator(me, module, options):
    rng = me.rng
    tasks, pause = str(rng.choice((1, 2, 4))), str(rng.choice((0, 0.2, 0.5)))
    once = rng.choice(("persistent=0", "persistent=1"))

    def command(address, port, users, passwords):
        return ["patator", module, f"host={address}", f"port={port}", "user=FILE0", "password=FILE1", f"0={users}",
                f"1={passwords}", "-t", tasks, "--rate-limit", pause, "--max-retries", "0", once, *options]
    return command


def guess_in_rounds(me, guess, service, most, known=""):
    """Rounds of some tries each until the session ends or `most` pairs have been tried; users stay for some rounds."""
    rng = me.rng
    fewest = rng.randrange(6, 20)
    users = words.users(rng, rng.choice((1, 1, 2, 4)), known)
    for _ in words.rounds(me, 2, 7):
        if most <= 0:
            return
        if rng.random() < 0.3:
            users = words.users(rng, rng.choice((1, 1, 2, 4)), known)
        passwords = words.passwords(rng, max(2, rng.randrange(fewest, 2 * fewest) // len(users)))
        most -= len(users) * len(passwords)
        guess(service, users, passwords)
