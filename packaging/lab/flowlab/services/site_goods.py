# SPDX-License-Identifier: GPL-3.0-or-later
"""A search that trusts its input, for probes to find: an SQLite table of made-up goods in memory. It reads and nothing else:
an authorizer refuses whatever is not a SELECT, and every query is bounded in steps and in the length of its values."""
import sqlite3
import threading

STEPS, LONGEST = 400, 200_000  # thousands of steps of the machine; bytes
ALLOWED = {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_RECURSIVE}
FUNCTION = 31  # SQLITE_FUNCTION
HARMLESS = {"abs", "cast", "changes", "char", "coalesce", "count", "glob", "group_concat", "hex", "ifnull", "iif", "instr",
            "last_insert_rowid", "length", "like", "lower", "max", "min", "nullif", "printf", "quote", "random",
            "randomblob", "replace", "round", "sqlite_version", "substr", "substring", "sum", "total", "trim", "typeof",
            "unicode", "upper"}


def _authorize(action, first, second, *_):
    fine = action in ALLOWED or (action == FUNCTION and second in HARMLESS)
    return sqlite3.SQLITE_OK if fine else sqlite3.SQLITE_DENY


class Goods:
    """Safe among threads."""

    def __init__(self, rng):
        self._lock = threading.Lock()
        self._database = sqlite3.connect(":memory:", check_same_thread=False)
        self._database.execute("CREATE TABLE goods (id INTEGER PRIMARY KEY, name TEXT, price INTEGER, stock INTEGER)")
        self._database.execute("CREATE TABLE staff (id INTEGER PRIMARY KEY, name TEXT, badge TEXT)")
        goods = [(number, rng.randbytes(rng.randrange(3, 12)).hex(), rng.randrange(100, 90_000), rng.randrange(50))
                 for number in range(1, rng.randrange(60, 300))]
        staff = [(number, rng.randbytes(4).hex(), rng.randbytes(8).hex()) for number in range(1, 25)]
        self._database.executemany("INSERT INTO goods VALUES (?, ?, ?, ?)", goods)
        self._database.executemany("INSERT INTO staff VALUES (?, ?, ?)", staff)
        self._database.commit()
        self._shape = rng.choice(("id = {}", "id = '{}'", "(id = {})"))
        self._talkative = rng.random() < 0.7  # shows the database's error
        self._database.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LONGEST)
        self._database.set_authorizer(_authorize)
        self._steps = 0
        self._database.set_progress_handler(self._count, 1000)

    def _count(self):
        self._steps += 1
        return self._steps > STEPS

    def find(self, asked):
        """(status, HTML)"""
        query = f"SELECT id, name, price, stock FROM goods WHERE {self._shape.format(asked[:4000])} LIMIT 20"
        with self._lock:
            self._steps = 0
            try:
                rows = self._database.execute(query).fetchall()
            except (sqlite3.Error, sqlite3.Warning, ValueError) as error:
                shown = f"sqlite3.OperationalError: {error}" if self._talkative else "Something went wrong."
                return 500, f"<p>{shown}</p>"
        if not rows:
            return 200, "<p>Nothing found.</p>"
        lines = (f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
        return 200, f"<table>{''.join(lines)}</table>"
