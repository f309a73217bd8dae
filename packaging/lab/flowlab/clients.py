# SPDX-License-Identifier: GPL-3.0-or-later
"""What honest work and threats share when they speak by themselves: TLS, HTTP/1.1, names and user agents.

Both sides use the same code on purpose, so that no library, header or cipher list tells them apart; all of it is drawn
from `me.rng`. Everything runs in the behaviour's thread over `me.connect`, so it needs no lease.

    with clients.http(me, me.choose("web")) as web:          # TCP, TLS if the service has it, HTTP/1.1
        reply = web.ask("GET", "/o/7")                        # Reply(status, headers, body, length)
        web.ask("POST", "/api", body=b"{}", headers={"Content-Type": "application/json"})

    style = clients.style(me)                                 # TLS and headers, drawn once: what one program looks like
    with clients.http(me, web, style=style) as first: ...     # the same program again, in a connection of its own
    with clients.tls(me, me.choose("web", tls=True)) as talk: talk.sendall(b"...")   # TLS only
    with me.talk(web): me.run([*clients.curl(me, web), clients.url(me, web, "/o/3")])   # a real curl
"""
import contextlib
import dataclasses
import socket
import ssl
import struct

from .http1 import Http, Reply
from .ledger import Over

CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{n}.0.0.0 Safari/537.36"
BROWSERS = (
    CHROME,
    CHROME + " Edg/{n}.0.0.0",
    "Mozilla/5.0 (X11; Linux x86_64; rv:{n}.0) Gecko/20100101 Firefox/{n}.0",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:{n}.0) Gecko/20100101 Firefox/{n}.0",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.{m} "
    "Safari/605.1.15",
)
TOOLS = ("python-requests/2.{n}.{m}", "Python-urllib/3.{m}", "python-urllib3/1.26.{m}", "curl/7.{n}.{m}", "Wget/1.21.{m}",
         "Go-http-client/1.1", "okhttp/4.{m}.0", "Java/17.0.{m}", "Apache-HttpClient/4.5.{m} (Java/17)", "axios/1.{m}.2")
LANGUAGES = ("en-US,en;q=0.9", "en-GB,en;q=0.8", "de-DE,de;q=0.9,en;q=0.6", "fr,fr-FR;q=0.8,en;q=0.5", "nl,en;q=0.7")
CIPHERS = (None, None, None,  # OpenSSL's own list
           "ECDHE+AESGCM:ECDHE+CHACHA20", "ECDHE+CHACHA20:ECDHE+AESGCM:ECDHE+AES", "HIGH:!aNULL:!MD5:!PSK",
           "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:"
           "ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305:ECDHE-RSA-AES128-SHA:"
           "ECDHE-RSA-AES256-SHA:AES128-GCM-SHA256:AES256-GCM-SHA384:AES128-SHA:AES256-SHA")


# --- what a program looks like ------------------------------------------------------------------------------------------

def agent(rng, kind=None):
    """A user agent: "browser", "tool" or either."""
    shape = rng.choice({"browser": BROWSERS, "tool": TOOLS}.get(kind, BROWSERS + TOOLS))
    return shape.format(n=rng.randrange(100, 132) if "Mozilla" in shape else rng.randrange(20, 88), m=rng.randrange(1, 12))


def headers(rng, kind=None):
    """Headers as a browser or a tool sends them; without Host, which comes first by itself."""
    name = agent(rng, kind)
    if "Mozilla" not in name:
        lines = {"User-Agent": name, "Accept": "*/*"}
        return {**lines, "Accept-Encoding": "gzip, deflate"} if rng.random() < 0.5 else lines
    lines = {"User-Agent": name, "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8",
             "Accept-Language": rng.choice(LANGUAGES), "Accept-Encoding": "gzip, deflate, br"}
    if rng.random() < 0.7:
        lines |= {"Upgrade-Insecure-Requests": "1", "Sec-Fetch-Dest": "document", "Sec-Fetch-Mode": "navigate",
                  "Sec-Fetch-Site": "none"}
    return lines


def context(rng, protocols=("http/1.1",)):
    """A TLS client's settings: version, ciphers, curve, tickets, ALPN (never with h2, which our HTTP does not speak)."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    made.check_hostname, made.verify_mode = False, ssl.CERT_NONE
    if ciphers := rng.choice(CIPHERS):
        made.set_ciphers(ciphers)
    if rng.random() < 0.25:
        made.maximum_version = ssl.TLSVersion.TLSv1_2
    elif rng.random() < 0.2:
        made.minimum_version = ssl.TLSVersion.TLSv1_3
        if rng.random() < 0.6:  # older versions would refuse certificates of other curves
            made.set_ecdh_curve("prime256v1")
    if rng.random() < 0.2:
        made.options |= ssl.OP_NO_TICKET
    if protocols and rng.random() < 0.6:
        made.set_alpn_protocols(list(protocols))
    return made


@dataclasses.dataclass
class Style:
    """One program: the same for all its connections."""
    context: ssl.SSLContext
    headers: dict
    named: bool  # servers by name rather than by address: lookups, SNI, Host
    resume: bool  # TLS sessions
    whole: bool  # head and body of a request in one segment
    sessions: dict = dataclasses.field(default_factory=dict)


def style(me, kind=None, named=None):
    """One program's style, drawn; `kind` as for `agent`."""
    rng = me.rng
    lines = {**headers(rng, kind), **rng.choice(({}, {"Connection": "keep-alive"}))}
    settings = context(rng)
    if named is None:
        named = rng.random() < 0.5
    return Style(settings, lines, named, resume=rng.random() < 0.5, whole=rng.random() < 0.6)


_any_style = style  # for functions that have a parameter of that name


# --- names --------------------------------------------------------------------------------------------------------------

def look_up(me, name, kind=1):
    """Asks the site's resolver, as getaddrinfo in the host's namespace would (kind 1: A, 28: AAAA). Off record, so the flow
    counts as name_lookup. Returns the answer's bytes, b"" without one."""
    resolvers = [service for service in me.services("dns") if not service.facts.get("outside")]
    if not resolvers:
        return b""
    question = b"".join(bytes([len(part)]) + part.encode() for part in name.strip(".").split(".")) + b"\0"
    query = struct.pack("!HHHHHH", me.rng.randrange(65536), 0x0100, 1, 0, 0, 0) + question + struct.pack("!HH", kind, 1)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking, contextlib.suppress(OSError):
        asking.settimeout(2)
        asking.connect((resolvers[0].host.address, resolvers[0].port))
        asking.send(query)
        return asking.recv(4096)
    return b""


def six(me, service):
    """Whether to use IPv6 this time."""
    host = getattr(service, "host", service)
    return bool(host.address6 and me.host.address6) and me.rng.random() < me.site.share6


def url(me, service, path="/", named=None, scheme=None):
    """Of an HTTP service for real programs: by name about every second time, else by address."""
    scheme = scheme or ("https" if service.facts.get("tls") else "http")
    if me.rng.random() < 0.5 if named is None else named:
        host = me.site.full_name(service.host)
    else:
        host = me.address(service)
        host = f"[{host}]" if ":" in host else host
    usual = {"https": 443, "http": 80}.get(scheme)
    return f"{scheme}://{host}{'' if service.port == usual else f':{service.port}'}{path}"


def curl(me, service=None, kind=None):
    """A curl command, quiet and without its owner's settings, with a drawn HTTP and TLS version. Append URLs."""
    rng = me.rng
    command = ["curl", "-q", "--noproxy", "*", "-sk", "--max-time", "25", "--connect-timeout", "6"]
    if service is not None and service.facts.get("tls"):
        command += rng.choice((["--http1.1"], ["--http1.1"], ["--http2"], ["--http2"], [], ["--http1.1", "--no-alpn"]))
        versions = service.facts.get("versions", ("1.2", "1.3"))
        command += rng.choice(([], [], [],
                               ["--tls-max", "1.2"] if "1.2" in versions else [],
                               ["--tlsv1.3"] if "1.3" in versions else []))
        command += rng.choice(([], [], ["--curves", "P-256:X25519:P-384"], ["--ciphers", "ECDHE+AESGCM:ECDHE+CHACHA20"]))
    if rng.random() < 0.5:
        command += ["-A", agent(rng, kind)]
    if rng.random() < 0.3:
        command += ["--compressed"]
    return command


# --- TLS and HTTP -------------------------------------------------------------------------------------------------------

@contextlib.contextmanager
def tls(me, service, port=None, style=None, timeout=10.0, name=None):
    """A TLS connection to a service (or host and port). `name`: of another server in the handshake."""
    style = style or _any_style(me)
    suit(style.context, service)
    if style.named and name is None:
        name = me.site.full_name(getattr(service, "host", service))
        look_up(me, name)
    with me.connect(service, port=port, timeout=timeout, six=six(me, service)) as plain:
        key = (getattr(service, "host", service).name, port or service.port)
        with wrap(plain, style, name, key) as secure:
            try:
                yield secure
            finally:
                style.sessions[key] = secure.session  # TLS 1.3 sends its tickets only now


def suit(settings, service):
    """A program meets a server of only one version of TLS: it is one that can."""
    versions = getattr(service, "facts", {}).get("versions", ())
    if "1.2" not in versions and "1.3" in versions:
        settings.maximum_version = ssl.TLSVersion.MAXIMUM_SUPPORTED
    elif "1.3" not in versions and "1.2" in versions:
        settings.minimum_version = ssl.TLSVersion.TLSv1_2


def wrap(plain, style, name=None, key=None):
    """TLS on a socket that is connected, for STARTTLS and the like. `key`: whose session to resume."""
    session = style.sessions.get(key) if style.resume else None
    return style.context.wrap_socket(plain, server_hostname=name, session=session)


@contextlib.contextmanager
def http(me, service, style=None, timeout=10.0):
    """HTTP/1.1 with a web service over TCP or TLS, as its facts say."""
    style = style or _any_style(me)
    usual = 443 if service.facts.get("tls") else 80
    name = me.site.full_name(service.host) if style.named else me.address(service, False)
    host = name if service.port == usual else f"{name}:{service.port}"
    if service.facts.get("tls"):
        with tls(me, service, style=style, timeout=timeout) as talk, contextlib.closing(Http(talk, host, style)) as web:
            yield web
    else:
        if style.named:
            look_up(me, name)
        with me.connect(service, timeout=timeout, six=six(me, service)) as talk, \
                contextlib.closing(Http(talk, host, style)) as web:
            yield web


def filler(rng, size):
    """Bytes that look like text or like compressed data; never the same twice."""
    if rng.random() < 0.5:
        return rng.randbytes(size)
    words = ("status", "value", "2024", "node", "true", "id", "name", "3.1415", "ok", "total", "items", "temperature")
    return (" ".join(rng.choice(words) for _ in range(size // 5 + 1))).encode()[:size]


__all__ = ["Http", "Over", "Reply", "Style", "agent", "context", "curl", "filler", "headers", "http", "look_up", "six",
           "style", "suit", "tls", "url", "wrap"]
