# SPDX-License-Identifier: GPL-3.0-or-later
"""Lists that guessers and web scanners work off: made anew for each session from a small vocabulary, nothing downloaded.

No behaviours here. The lists have the mix that real ones have: a few names that exist, many that do not; passwords built by
habits (word, year, sign) rather than at random, so that their lengths spread as real guesses do."""
USERS = ("root", "admin", "test", "user", "oracle", "postgres", "ubuntu", "pi", "git", "ftp", "www-data", "backup", "guest",
         "support", "info", "mysql", "deploy", "jenkins", "nagios", "hadoop", "ftpuser", "tomcat", "service", "operator",
         "sales", "office", "administrator", "student", "demo", "manager", "webmaster", "anna", "peter", "maria", "john")
STEMS = ("password", "admin", "welcome", "qwerty", "letmein", "dragon", "summer", "winter", "autumn", "spring", "monkey",
         "master", "hello", "secret", "changeme", "login", "pass", "root", "test", "football", "shadow", "sunshine",
         "princess", "office", "company", "london", "berlin", "server", "router", "abc", "iloveyou", "ninja", "flower",
         "tiger")
PATHS = ("admin", "administrator", "login", "backup", "backups", "old", "test", "dev", "api", "api/v1", "config", "conf",
         "db", "data", "files", "images", "img", "css", "js", "static", "uploads", "upload", "tmp", "temp", "logs", "log",
         "cgi-bin", "phpmyadmin", "pma", "mysql", "sql", "wp-admin", "wp-login.php", "wp-content", "xmlrpc.php",
         "server-status", "status", "robots.txt", "sitemap.xml", ".git/HEAD", ".git/config", ".env", ".htaccess",
         ".htpasswd", ".svn/entries", "index.php", "info.php", "phpinfo.php", "shell.php", "cmd.php", "setup", "install",
         "manager/html", "jenkins", "console", "actuator/health", "solr", "search", "comments", "echo", "users", "user",
         "account", "private", "secret", "hidden", "portal", "intranet", "docs", "readme.md", "README", "LICENSE", "vendor",
         "node_modules", "debug", "trace", "metrics", "health", "graphql", "swagger.json", "v2/_catalog", "o/0", "o/1",
         "o/2", "o/3", "owa", "autodiscover", "remote")
ENDINGS = ("", "", "", "", "/", ".php", ".bak", ".old", ".zip", ".txt", ".html", ".asp", ".tar.gz", "~", ".jsp", ".json")
PARAMETERS = ("id", "q", "page", "file", "path", "url", "name", "user", "cmd", "exec", "dir", "lang", "view", "debug", "cat",
              "item", "order", "sort", "token", "redirect", "next", "template", "include", "callback", "action", "type")
PAYLOADS = ("'", "\"", "' OR '1'='1", "1 OR 1=1--", "') OR ('a'='a", "admin'--", "1' AND SLEEP(0)--",
            "1 UNION SELECT NULL--", "1 UNION SELECT 1,2,3--", "<script>alert(1)</script>", "<img src=x onerror=alert(1)>",
            "\"><svg onload=alert(1)>", "javascript:alert(1)", "../../../../etc/passwd", "..%2f..%2f..%2fetc%2fpasswd",
            "....//....//etc/hosts", "%00", "{{7*7}}", "${7*7}", "<%= 7*7 %>", ";id", "|id", "`id`", "$(id)", "&& whoami",
            "%0d%0aSet-Cookie:a=b", "-1", "0", "99999999999", "1e309", "NaN", "null", "undefined", "[]", "{}", "true", "*",
            "%", "_", "(&(uid=*))", "*)(uid=*))(|(uid=*", "php://filter/resource=index", "file:///etc/hostname", "A" * 200,
            "%n%n%n%n", "%s%s%s")


def users(rng, number, known=""):
    """`known`: one that exists, which an attacker often knows from elsewhere; it is in half of the lists."""
    names = rng.sample(USERS, min(number, len(USERS)))
    if known and rng.random() < 0.5:
        names[rng.randrange(len(names))] = known
    return names


def passwords(rng, number):
    """Never what a service's own password could be: those hold no words."""
    def one():
        word = rng.choice(STEMS)
        word = rng.choice((word, word, word.capitalize(), word.upper(), word.replace("o", "0").replace("a", "@")))
        return word + rng.choice(("", str(rng.randrange(10)), str(rng.randrange(100)), str(rng.randrange(1990, 2026)), "123",
                                  "!", "123!", "@" + str(rng.randrange(2015, 2026)), str(rng.randrange(10 ** 6))))
    found = {}
    while len(found) < number:
        found.setdefault(one())
    return list(found)


def paths(rng, number):
    """Without a leading slash."""
    found = {}
    while len(found) < number:
        path = rng.choice(PATHS)
        if rng.random() < 0.25:
            path = rng.choice(PATHS).split("/")[0].strip(".") + "/" + path
        if "." not in path:
            path += rng.choice(ENDINGS)
        found.setdefault(path)
    return list(found)


def payloads(rng, number):
    def one():
        payload = rng.choice(PAYLOADS)
        return payload if rng.random() < 0.5 else f"{rng.choice(('', '1', 'a', 'test'))}{payload}{rng.randrange(1000)}"
    found = {}
    while len(found) < number:
        found.setdefault(one())
    return list(found)


def write(me, name, lines):
    """A list as a file of the session's own folder; its path as text."""
    path = me.folder / name
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return str(path)


def rounds(me, shortest, longest):
    """An attacker works in rounds with pauses of so many seconds, until the session is over. The pauses also let honest work
    of the same two hosts come to its turn. The session's pace lies somewhere between, so two sessions differ."""
    pace = me.rng.uniform(shortest, longest)
    while not me.over():
        yield
        me.sleep(me.rng.uniform(0.5, 1.5) * pace)
