# SPDX-License-Identifier: GPL-3.0-or-later
"""Databases: PostgreSQL and MariaDB, with a table of some thousand rows. Their data folders are made once for a whole run of
the lab and copied; nothing is ever synced to the disk. TLS and kinds of login vary."""
import os
import shutil

from . import house, service

POSTGRES = "/usr/lib/postgresql"
ROWS = 4000


def _postgres(program):
    """Debian keeps servers of several versions out of the path."""
    versions = sorted((name for name in os.listdir(POSTGRES)), key=int) if os.path.isdir(POSTGRES) else []
    found = f"{POSTGRES}/{versions[-1]}/bin/{program}" if versions else shutil.which(program)
    if not found or not os.path.exists(found):
        raise ValueError(f"{program} is missing")
    return found


def _fill_postgres(folder):
    def run(*command, said=""):
        house.once(folder, house.as_user("postgres", [_postgres(command[0]), *command[1:]]), said)

    house.give(folder, "postgres")
    run("initdb", "-D", "/srv/data", "-U", "postgres", "-A", "trust", "-N", "-E", "UTF8", "--no-locale", "--wal-segsize=1")
    run("postgres", "--single", "-F", "-D", "/srv/data", "postgres", said="CREATE DATABASE office;\n")
    run("postgres", "--single", "-F", "-D", "/srv/data", "office", said="\n".join((  # one statement a line
        "CREATE TABLE visits (id integer PRIMARY KEY, name text, value integer, day date);",
        "INSERT INTO visits SELECT i, md5(i::text), i * 7919 % 1000, date '2025-01-01' + i % 365 "
        f"FROM generate_series(1, {ROWS}) i;",
        "GRANT SELECT, INSERT, UPDATE, DELETE ON visits TO PUBLIC;", "GRANT CREATE, USAGE ON SCHEMA public TO PUBLIC;", "")))


@service("sql.postgres", port=5432, tools=("setpriv", "psql"))
def postgres(place):
    rng = place.rng
    user, password = house.user(place)
    data = house.copy(house.template(place, "postgres", _fill_postgres) / "data", place.folder / "data")
    secrets = rng.choice(("scram-sha-256", "scram-sha-256", "md5"))
    alone = [_postgres("postgres"), "--single", "-F", "-c", f"password_encryption={secrets}", "-D", "/srv/data", "postgres"]
    said = f"CREATE ROLE {user} LOGIN PASSWORD '{password}';\nGRANT ALL ON DATABASE office TO {user};\n"
    house.prepare(place, house.as_user("postgres", alone), input=said.encode())
    settings = {"listen_addresses": ",".join(["127.0.0.1", *house.listen(place)]), "port": place.port,
                "unix_socket_directories": "", "fsync": "off", "full_page_writes": "off", "synchronous_commit": "off",
                "shared_buffers": "8MB", "max_connections": rng.choice((40, 60)), "superuser_reserved_connections": 0,
                "autovacuum": "off", "jit": "off", "wal_level": "minimal", "max_wal_senders": 0, "max_worker_processes": 0,
                "min_wal_size": "2MB", "max_wal_size": "8MB", "password_encryption": secrets, "logging_collector": "off",
                "log_min_messages": "panic", "authentication_timeout": 20}
    if rng.random() < 0.6:
        for path, name in zip(place.certificate(), ("server.crt", "server.key")):
            shutil.copy(path, data / name)
            (data / name).chmod(0o600)
            shutil.chown(data / name, "postgres", "postgres")
        settings["ssl"] = "on"
    # Added to what initdb wrote, with the owner and rights that it has.
    with open(data / "postgresql.conf", "a", encoding="utf-8") as file:
        file.writelines(f"{name} = '{value}'\n" for name, value in settings.items())
    (data / "pg_hba.conf").write_text(f"host all all 0.0.0.0/0 {secrets}\nhost all all ::/0 {secrets}\n", encoding="utf-8")
    house.start(place, house.as_user("postgres", [_postgres("postgres"), "-D", "/srv/data"]))
    return [place.offer("postgres", user=user, password=password, database="office", table="visits")]


SMALL = ("--innodb-log-file-size=4M", "--innodb-buffer-pool-size=8M", "--innodb-flush-log-at-trx-commit=0",
         "--innodb-doublewrite=0", "--innodb-use-native-aio=0", "--key-buffer-size=1M", "--aria-pagecache-buffer-size=1M",
         "--performance-schema=0", "--debug-no-sync")


def _fill_mariadb(folder):
    house.once(folder, ["mariadb-install-db", "--no-defaults", "--datadir=/srv/data", "--skip-test-db", "--user=root",
                        "--auth-root-authentication-method=normal", "--skip-name-resolve", "--force", *SMALL])
    house.once(folder, ["mariadbd", "--no-defaults", "--bootstrap", "--datadir=/srv/data", "--user=root", *SMALL],
               "CREATE DATABASE office;\nUSE office;\n"
               "CREATE TABLE office.visits (id INT PRIMARY KEY, name VARCHAR(40), value INT, day DATE);\n"
               "INSERT INTO office.visits SELECT seq, MD5(seq), seq * 7919 % 1000, "
               f"DATE_ADD('2025-01-01', INTERVAL seq % 365 DAY) FROM seq_1_to_{ROWS};\n")


@service("sql.mariadb", port=3306, tools=("mariadbd", "mariadb-install-db"))
def mariadb(place):
    rng = place.rng
    user, password = house.user(place)
    house.copy(house.template(place, "mariadb", _fill_mariadb) / "data", place.folder / "data")
    house.give(place.folder / "data", "mysql")
    place.write("init.sql", f"CREATE USER '{user}'@'%' IDENTIFIED BY '{password}';\nGRANT ALL ON office.* TO '{user}'@'%';\n"
                "DROP USER IF EXISTS 'root'@'localhost';\n", 0o644)
    command = ["mariadbd", "--no-defaults", "--datadir=/srv/data", "--socket=/srv/data/mysql.sock", f"--port={place.port}",
               f"--bind-address={'*' if place.host.address6 else '0.0.0.0'}", "--user=mysql", "--init-file=/srv/init.sql",
               "--pid-file=/srv/data/pid", "--skip-log-bin", "--skip-name-resolve", "--max-connect-errors=1000000",
               f"--max-connections={rng.choice((40, 80))}", "--thread-cache-size=4", *SMALL]
    if rng.random() < 0.5:
        for path, name in zip(place.certificate(), ("server.crt", "server.key")):
            shutil.copy(path, place.folder / "data" / name)
            shutil.chown(place.folder / "data" / name, "mysql", "mysql")
        command += ["--ssl-cert=/srv/data/server.crt", "--ssl-key=/srv/data/server.key"]
    house.start(place, command)
    return [place.offer("mysql", user=user, password=password, database="office", table="visits")]
