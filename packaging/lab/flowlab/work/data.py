# SPDX-License-Identifier: GPL-3.0-or-later
"""Databases, caches and directories as applications use them.

Varies: pooled or single connections, queries per connection, sizes of results, pauses."""
import contextlib
import subprocess

from .. import clients
from ..behaviour import honest, installed
from .common import environment, having, spread


def _queries(rng):
    """SQL that needs no tables, with small and large answers."""
    count = spread(rng, 1, 800)
    return rng.choice((
        "SELECT 1",
        f"SELECT {rng.randrange(10**6)} AS id, 'name{rng.randrange(999)}' AS name",
        "SELECT version()",
        "SELECT CURRENT_TIMESTAMP",
        f"SELECT REPEAT('x', {spread(rng, 50, 30_000)})",
        f"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count}) "
        "SELECT i, 'row of a result' FROM n"))


def _work(me, execute, commit):
    rng = me.rng
    for _ in range(spread(rng, 1, 30)):
        execute(_queries(rng))
        if rng.random() < 0.3:
            commit()
        if rng.random() < 0.5:
            me.sleep(rng.choice((rng.uniform(0.005, 0.2), rng.uniform(0.2, 3))))


@honest("sql_postgres", needs=("postgres",), tools=("python:psycopg2",), pause=8, origin="either")
def sql_postgres(me):
    import psycopg2
    rng, server = me.rng, having(me, "postgres", "user")
    facts, address = server.facts, me.address(server)
    with me.talk(server):
        if installed("psql") and rng.random() < 0.08:
            variables = environment(me, PGPASSWORD=facts["password"], PGCONNECT_TIMEOUT="5")
            me.run(["psql", "-X", "-q", "-h", address, "-p", server.port, "-U", facts["user"], "-c", _queries(rng),
                    facts.get("database") or "postgres"], env=variables)
            return
        me.use("psycopg2")
        try:
            database = psycopg2.connect(host=address, port=server.port, user=facts["user"], password=facts["password"],
                                        dbname=facts.get("database") or "postgres", connect_timeout=6,
                                        sslmode=rng.choice(("prefer", "disable")), gssencmode="disable")
            with contextlib.closing(database):
                cursor = database.cursor()

                def execute(text):
                    cursor.execute(text)
                    cursor.fetchall()

                _work(me, execute, database.commit)
        except psycopg2.Error as error:
            raise OSError(str(error)) from error


@honest("sql_mysql", needs=("mysql",), tools=("python:pymysql",), pause=8, origin="either")
def sql_mysql(me):
    import pymysql
    rng, server = me.rng, having(me, "mysql", "user")
    facts = server.facts
    if installed("mysql") and rng.random() < 0.08:
        with me.talk(server):
            me.run(["mysql", "--no-defaults", "-h", me.address(server), "-P", server.port, "-u", facts["user"],
                    f"-p{facts['password']}", "-e", _queries(rng)], env=environment(me))
        return
    with me.connect(server, six=clients.six(me, server)) as plain:
        try:
            database = pymysql.connect(user=facts["user"], password=facts["password"],
                                       database=facts.get("database") or None, defer_connect=True, read_timeout=10)
            database.connect(plain)
            cursor = database.cursor()

            def execute(text):
                cursor.execute(text)
                cursor.fetchall()

            _work(me, execute, database.commit)
            database.close()
        except (pymysql.Error, RuntimeError) as error:
            raise OSError(str(error)) from error


def _line(stream):
    line = stream.readline()
    if not line:
        raise ConnectionError("the server ended the connection")
    return line


def _redis_answer(stream):
    line = _line(stream)
    if line[:1] == b"$" and int(line[1:]) >= 0:
        stream.read(int(line[1:]) + 2)
    elif line[:1] == b"*":
        for _ in range(max(0, int(line[1:]))):
            _redis_answer(stream)


@honest("kv_redis", needs=("redis",), pause=6, origin="either")
def kv_redis(me):
    """A web application's cache: short bursts over a kept connection, pipelined or not."""
    rng, server = me.rng, me.choose("redis")

    def command(*words):
        parts = [word if isinstance(word, bytes) else str(word).encode() for word in words]
        return b"*%d\r\n" % len(parts) + b"".join(b"$%d\r\n%s\r\n" % (len(part), part) for part in parts)

    with me.connect(server, six=clients.six(me, server)) as talk, talk.makefile("rb") as answers:
        if server.facts.get("password"):
            talk.sendall(command("AUTH", server.facts["password"]))
            _redis_answer(answers)
        for _ in range(spread(rng, 1, 25)):
            batch = []
            for _ in range(rng.choice((1, 1, 1, 4, 20))):
                key = f"session:{rng.randrange(200)}"
                page = clients.filler(rng, spread(rng, 20, 9000))
                batch.append(rng.choice((command("GET", key), command("GET", key), command("INCR", f"hits:{key}"),
                                         command("PING"), command("SETEX", key, 60, page))))
            talk.sendall(b"".join(batch))
            for _ in batch:
                _redis_answer(answers)
            me.sleep(rng.choice((rng.uniform(0, 0.1), rng.uniform(0.1, 3))))


@honest("kv_memcached", needs=("memcached",), pause=6)
def kv_memcached(me):
    rng, server = me.rng, me.choose("memcached")
    with me.connect(server, six=clients.six(me, server)) as talk, talk.makefile("rb") as answers:
        for _ in range(spread(rng, 1, 30)):
            key = f"page{rng.randrange(300)}"
            if rng.random() < 0.35:
                data = clients.filler(rng, spread(rng, 20, 20_000))
                talk.sendall(f"set {key} 0 60 {len(data)}\r\n".encode() + data + b"\r\n")
                _line(answers)
            else:
                talk.sendall(b"get " + key.encode() + b"\r\n" if rng.random() < 0.9 else b"stats\r\n")
                while (line := _line(answers)) and not line.startswith((b"END", b"ERROR")):
                    if line.startswith(b"VALUE"):
                        answers.read(int(line.split()[3]) + 2)
            me.sleep(rng.choice((rng.uniform(0, 0.1), rng.uniform(0.1, 2))))


@honest("ldap_search", needs=("ldap",), tools=("python:ldap3",), pause=10)
def ldap_search(me):
    """Logins and address books: bind, search, unbind."""
    import ldap3
    from ldap3.core.exceptions import LDAPException
    rng, server = me.rng, having(me, "ldap", "base")
    facts = server.facts
    login = bool(facts.get("user")) and rng.random() < 0.6
    with me.talk(server):
        if installed("ldapsearch") and rng.random() < 0.1:
            me.run(["ldapsearch", "-x", "-H", f"ldap://{me.address(server, False)}:{server.port}", "-b", facts["base"],
                    "-o", "nettimeout=5", *(["-D", facts["user"], "-w", facts["password"]] if login else [])],
                   env=environment(me, LDAPNOINIT="1"), stderr=subprocess.DEVNULL)
            return
        me.use("ldap3")
        try:
            there = ldap3.Server(me.address(server, False), server.port, connect_timeout=6,
                                 get_info=rng.choice((ldap3.NONE, ldap3.NONE, ldap3.DSA)))
            who = (facts["user"], facts["password"]) if login else ()
            with ldap3.Connection(there, *who, auto_bind=True, receive_timeout=8) as talk:
                for _ in range(rng.randrange(1, 8)):
                    wanted = rng.choice(("(objectClass=*)", f"(uid=user{rng.randrange(40)})", "(cn=a*)", "(mail=*)"))
                    talk.search(facts["base"], wanted, attributes=rng.choice((["cn"], ["*"])))
                    me.sleep(rng.uniform(0.02, 2))
        except LDAPException as error:
            raise OSError(str(error)) from error
