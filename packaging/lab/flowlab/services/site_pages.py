# SPDX-License-Identifier: GPL-3.0-or-later
"""What the application of a site answers. It knows no file and starts no program; its database is made up, in memory and
read-only. One site's pages differ from another's in sizes, words, codes and delays, drawn from its seed."""
import base64
import dataclasses
import json
import os
import random
import threading
import urllib.parse

from .site_dns import answer_question
from .site_goods import Goods

# What directory busters look for; a site has a few of these. 301 leads to the folder, 403 says that there is one.
KNOWN = ("admin", "administrator", "backup", "images", "css", "js", "uploads", "login", "phpmyadmin", "test", "dev", "old", "tmp",
         "config", "include", "docs", "download", "files", "news", "blog", "forum", "shop", "cart", "account", "private", "logs",
         "static", "assets", "media", "scripts", "server-status", "wp-admin", "cgi-bin", "api/v1", "api/v2", ".git", ".env",
         "robots.txt", "sitemap.xml", "favicon.ico", "index.php", "info.php", "contact", "about", "status", "portal")
WORDS = ("care", "ward", "parcel", "route", "lens", "frame", "ledger", "harbour", "garden", "valley", "signal", "report", "visit",
         "order", "guest", "answer", "window", "market", "station", "letter", "paper", "winter", "morning", "bridge")


@dataclasses.dataclass
class Answer:
    status: int = 200
    body: bytes = b""
    headers: dict = dataclasses.field(default_factory=dict)
    delay: float = 0.0


class Pages:
    """Safe among threads."""

    def __init__(self, settings):
        self.settings = settings
        rng = self.rng = random.Random(settings["seed"])
        self.known = {name: rng.choice((200, 200, 301, 301, 403, 401)) for name in rng.sample(KNOWN, rng.randrange(14, 30))}
        self.refusal = rng.choice((200, 200, 401, 403))  # a wrong password's status: many sites say it with a 200 page
        self.delay = rng.choice((0.0, 0.0, 0.003, 0.015, 0.04))  # seconds of "work" behind dynamic pages
        self.template = self.words(rng.randrange(40, 600))
        self.missing = self.words(rng.randrange(5, 120))
        self.goods = Goods(rng)
        self.comments = [self.words(20) for _ in range(rng.randrange(3, 20))]
        self.lock = threading.Lock()

    def words(self, count):
        return " ".join(self.rng.choice(WORDS) for _ in range(count))

    def answer(self, method, target, headers, body):
        parts = urllib.parse.urlsplit(target)
        path, query = urllib.parse.unquote(parts.path), urllib.parse.parse_qs(parts.query, keep_blank_values=True)
        first = path.strip("/").split("/")[0]
        page = getattr(self, f"page_{first.replace('-', '_') or 'index'}", None)
        if path.endswith((".php", ".aspx", ".jsp")) and method == "POST":
            page = self.page_echo  # pages that take posts are of any name
        if page is None:
            return self.known_or_missing(path)
        answer = page(method, path, {name: values[0] for name, values in query.items()}, headers, body)
        return answer if isinstance(answer, Answer) else Answer(404)

    def html(self, title, text, status=200, delay=0.0, **headers):
        body = f"<!doctype html><html><head><title>{title}</title></head><body><h1>{title}</h1>{text}</body></html>\n"
        return Answer(status, body.encode(), {"Content-Type": "text/html; charset=utf-8", **headers}, delay)

    def json(self, value, status=200, delay=0.0):
        return Answer(status, json.dumps(value).encode(), {"Content-Type": "application/json"}, delay)

    def known_or_missing(self, path):
        name = path.strip("/")
        status = self.known.get(name)
        if status == 301 and not path.endswith("/"):
            return self.html("Moved", "", 301, Location=f"/{name}/")
        if status == 401:
            return self.html("Sign in", "", 401, **{"WWW-Authenticate": 'Basic realm="staff"'})
        if status:
            return self.html(name, f"<p>{self.template}</p>" if status != 403 else "Forbidden", 403 if status == 403 else 200)
        shown = path.replace("&", "&amp;").replace("<", "&lt;")[:200]
        return self.html("Not found", f"<p>{shown} is not here. {self.missing}</p>", 404)

    # --- pages --------------------------------------------------------------------------------------------------------

    def page_index(self, *_):
        links = "".join(f'<img src="/o/{random.randrange(self.settings["objects"])}">' for _ in range(random.randrange(3, 12)))
        return self.html("Welcome", f'<p>{self.template}</p>{links}<a href="/login">login</a> <a href="/search?id=1">search</a> '
                                    '<a href="/comments">comments</a>')

    def page_health(self, *_):
        return Answer(200, b"ok\n", {"Content-Type": "text/plain"})

    def page_api(self, method, path, query, headers, body):
        if method in ("POST", "PUT", "PATCH"):
            return self.json({"ok": True, "id": random.randrange(1 << 31), "bytes": len(body)}, 201, self.delay)
        count = max(0, min(int(query["n"]), 2000)) if query.get("n", "").isdigit() else int(random.lognormvariate(2.5, 1))
        items = [{"id": random.randrange(100_000), "name": random.choice(WORDS), "value": round(random.gauss(20, 5), 3)}
                 for _ in range(min(count, 2000))]
        # ?wait=: a long poll is answered when there is news.
        return self.json({"path": path, "items": items}, delay=random.uniform(0.2, 8) if "wait" in query else self.delay)

    def page_upload(self, method, path, query, headers, body):
        if method not in ("POST", "PUT"):
            return self.html("Upload", '<form method="post" enctype="multipart/form-data"><input type="file" name="f"></form>')
        return self.json({"stored": len(body)}, 201, self.delay)

    def page_submit(self, method, path, query, headers, body):
        if method != "POST":
            return self.html("Submit", '<form method="post"><textarea name="text"></textarea></form>')
        return Answer(200, os.urandom(random.randrange(96, 320)), {"Content-Type": "application/octet-stream"}, self.delay)

    def page_login(self, method, path, query, headers, body):
        form = '<form method="post" action="/login"><input name="user"><input name="password" type="password"></form>'
        if method != "POST":
            return self.html("Login", form + self.template)
        given = {name: values[0] for name, values in urllib.parse.parse_qs(body[:4096].decode(errors="replace")).items()}
        if (given.get("user"), given.get("password")) == (self.settings["user"], self.settings["password"]):
            return self.html("Welcome back", self.template, 200, self.delay, **{"Set-Cookie": f"session={os.urandom(16).hex()}"})
        return self.html("Login failed", "Wrong user or password." + form, self.refusal, self.delay + random.uniform(0, 0.02))

    def page_search(self, method, path, query, headers, body):
        status, text = self.goods.find(query.get("id", "1"))
        return self.html("Search", text + self.template, status, self.delay + random.uniform(0, 0.01))

    def page_comments(self, method, path, query, headers, body):
        with self.lock:
            if method == "POST":
                given = urllib.parse.parse_qs(body[:20_000].decode(errors="replace"))
                self.comments = [*self.comments[-99:], given.get("text", [""])[0][:2000]]
                return self.html("Thank you", "", 303, Location="/comments")
            listed = "".join(f"<li>{comment.replace('<', '&lt;')}</li>" for comment in self.comments)
        return self.html("Comments", f'<ul>{listed}</ul><form method="post"><input name="text"></form>', delay=self.delay)

    def page_echo(self, method, path, query, headers, body):
        """As many random bytes as are asked for: ?n= or X-Length, otherwise drawn."""
        wanted = query.get("n") or headers.get("X-Length") or ""
        size = min(int(wanted), 2_000_000) if wanted.isdigit() else int(min(200_000, 60 + random.lognormvariate(5.5, 1.2)))
        return Answer(200, os.urandom(size), {"Content-Type": "application/octet-stream", "Cache-Control": "no-store"}, self.delay)

    def page_dns_query(self, method, path, query, headers, body):
        """DNS over HTTPS, RFC 8484."""
        if method == "GET":
            asked = query.get("dns", "")
            try:
                body = base64.urlsafe_b64decode(asked + "=" * (-len(asked) % 4))
            except ValueError:
                body = b""
        reply = answer_question(body, self.settings["names"], self.settings["domain"])
        if reply is None:
            return Answer(400, b"no DNS message\n", {"Content-Type": "text/plain"})
        return Answer(200, reply, {"Content-Type": "application/dns-message", "Cache-Control": "max-age=60"})
