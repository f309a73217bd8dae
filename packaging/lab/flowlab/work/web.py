# SPDX-License-Identifier: GPL-3.0-or-later
"""People and programs that read web pages: browsers, curl, wget, Python.

Varies: HTTP/1.1 and HTTP/2, TLS 1.2 and 1.3, one or several connections at once, objects per page and their sizes, pages
per visit and the time to read them, names or addresses, IPv4 or IPv6, user agents, TLS resumption."""
import contextlib
import http.client

from .. import clients
from ..behaviour import honest
from .common import any_web, environment, item, program, remember


def _curl_page(me, web, paths):
    command = [*clients.curl(me, web, "browser"), *me.rng.choice(([], [], ["--parallel", "--parallel-max", "4"]))]
    start = clients.url(me, web, "")
    for path in paths:
        command += ["-o", "/dev/null", start + path]
    with me.talk(web):
        me.run(command, env=environment(me))


def _own_page(me, web, paths, look):
    """As a browser does: the page first, then its objects over one to three connections that are open together."""
    with contextlib.ExitStack() as stack:
        open_ones = [stack.enter_context(clients.http(me, web, style=look))]
        open_ones[0].ask("GET", paths[0])
        for _ in range(me.rng.choice((0, 0, 1, 2)) if len(paths) > 3 else 0):
            open_ones.append(stack.enter_context(clients.http(me, web, style=look)))
        for number, path in enumerate(paths[1:]):
            talk = open_ones[number % len(open_ones)]
            if talk.open:
                talk.ask("GET", path, headers={"Referer": f"https://{talk.host}{paths[0]}"})
        if me.rng.random() < 0.4:
            me.sleep(me.rng.uniform(0.2, 6))  # the connections stay for a while, as browsers keep them


@honest("web_browse", needs=("web",), tools=("curl",), pause=7, origin="either")
def web_browse(me):
    web = any_web(me, plain=0.0)
    look = program(me, "browser")
    for _ in range(me.rng.choice((1, 1, 2, 3))):
        paths = ["/" if me.rng.random() < 0.3 else item(me, web)]
        paths += [item(me, web) for _ in range(me.rng.choice((0, 1, 2, 4, 7, 12)))]
        if me.rng.random() < 0.45:
            _curl_page(me, web, paths)
        else:
            _own_page(me, web, paths, look)
        me.sleep(me.rng.uniform(0.3, 5))


@honest("web_plain", needs=("webplain",), tools=("curl",), pause=9, origin="either")
def web_plain(me):
    web = any_web(me, plain=1.0)
    paths = [item(me, web) for _ in range(me.rng.choice((1, 1, 2, 4, 8)))]
    if me.rng.random() < 0.4:
        _curl_page(me, web, paths)
    else:
        _own_page(me, web, paths, program(me))


@honest("web_wget", needs=("web",), tools=("wget",), pause=25, origin="either")
def web_wget(me):
    web = any_web(me)
    command = ["wget", "--no-config", "--no-proxy", "--no-check-certificate", "-q", "-t", "1", "-T", "8",
               "-P", me.folder / "wget"]
    old = ["--secure-protocol=TLSv1_2"] if "1.2" in web.facts.get("versions", ("1.2", "1.3")) else []
    command += me.rng.choice(([], ["--no-http-keep-alive"], old, ["-w", "0.3", "--random-wait"]))
    start = clients.url(me, web, "")
    if me.rng.random() < 0.5:
        command += ["--delete-after", "-r", "-l", "1", "-p", start + "/"]
    else:
        command += ["-O", "/dev/null", *(start + item(me, web) for _ in range(me.rng.randrange(1, 6)))]
    with me.talk(web):
        me.run(command, env=environment(me))


@honest("web_python", needs=("web",), pause=9, origin="either")
def web_python(me):
    """http.client as scripts use it: one connection that is kept, or a new one for each request."""
    web = any_web(me)
    look = program(me, "tool")
    clients.suit(look.context, web)
    kept = me.rng.random() < 0.6
    count = me.rng.choice((1, 2, 3, 6))
    while count > 0:
        with me.connect(web, six=clients.six(me, web)) as plain, contextlib.suppress(http.client.HTTPException):
            name = me.site.full_name(web.host)
            talk = http.client.HTTPConnection(name if look.named else me.address(web, False), web.port)
            if look.named:
                clients.look_up(me, name)
            talk.sock = clients.wrap(plain, look, name if look.named else None) if web.facts.get("tls") else plain
            talk.auto_open = False
            for _ in range(count if kept else 1):
                count -= 1
                talk.request("GET", item(me, web), headers=look.headers)
                answer = talk.getresponse()
                answer.read()
                if answer.will_close:
                    break
                if me.rng.random() < 0.3:
                    me.sleep(me.rng.uniform(0.05, 1.5))
            talk.close()


@honest("web_browser", needs=("web",), tools=("chromium",), pause=240)
def web_browser(me):
    """Headless Chromium on a page of our own whose objects lie on a server. Costs seconds of work, hence the rare use."""
    web = any_web(me, plain=0.2)
    start = clients.url(me, web, "")
    page = me.folder / "page.html"
    pictures = (f'<img src="{start}{item(me, web)}">' for _ in range(me.rng.randrange(3, 14)))
    page.write_text(f'<html><body>{"".join(pictures)}<iframe src="{start}/"></iframe></body></html>', encoding="utf-8")
    profile = remember(me, "profile", lambda: me.folder / "profile")
    with me.talk(web):
        me.run(["chromium", "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
                "--no-proxy-server", "--disable-background-networking", "--disable-component-update", "--disable-sync",
                "--disable-extensions", "--disable-features=MediaRouter,OptimizationHints,Translate", "--no-pings",
                "--ignore-certificate-errors", "--timeout=6000", f"--user-data-dir={profile}", "--dump-dom",
                f"file://{page}"], timeout=25, env=environment(me))
