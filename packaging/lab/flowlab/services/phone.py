# SPDX-License-Identifier: GPL-3.0-or-later
"""SIP over UDP, of ours: a registrar with digest login that also answers calls and speaks RTP back. As a program:
`python3 -m flowlab.services.phone SETTINGS`.

REGISTER without a login gets 401 with a challenge, as RFC 3261 has it; unknown users may get 404; OPTIONS 200; INVITE 100,
180 and 200 with a port for speech, from which an echo or a voice comes at the codec's pace until BYE, or until nothing
is heard for some seconds."""
import asyncio
import hashlib
import json
import os
import pathlib
import random
import re
import socket
import sys

from . import own, service


@service("sip.registrar", port=5060)
def registrar(place):
    rng = place.rng
    user, password = str(rng.randrange(100, 1000)), place.password()
    lowest = rng.randrange(5000, 14000) * 2
    settings = place.write("sip.json", json.dumps({
        "port": place.port, "user": user, "password": password, "rtp": [lowest, lowest + 200], "realm": place.site.domain,
        "agent": rng.choice(("Asterisk PBX 18.10.0", "FPBX-16.0.40", "kamailio (5.6.3)", "3CXPhoneSystem 18")),
        "tells": rng.random() < 0.3, "ring": rng.uniform(0.1, 3), "echo": rng.random() < 0.5}))
    place.start_script("phone", str(settings))
    return [place.offer("sip", protocol="udp", user=user, password=password, rtp=(lowest, lowest + 200))]


REASONS = {100: "Trying", 180: "Ringing", 200: "OK", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found",
           481: "No such call", 486: "Busy Here", 501: "Not Implemented"}


def header(text, name):
    found = re.search(rf"^{name}\s*:\s*(.*?)\s*$", text, re.IGNORECASE | re.MULTILINE)
    return found.group(1) if found else ""


def digest(settings, method, login):
    """RFC 2617 without qop."""
    def md5(*parts):
        return hashlib.md5(":".join(parts).encode()).hexdigest()  # what the protocol asks for

    fields = dict(re.findall(r'(\w+)="?([^",]*)"?', login))
    given = fields.get("response", "")
    secret = md5(settings["user"], fields.get("realm", ""), settings["password"])
    wanted = md5(secret, fields.get("nonce", ""), md5(method, fields.get("uri", "")))
    if fields.get("qop"):
        wanted = md5(secret, fields.get("nonce", ""), fields.get("nc", ""), fields.get("cnonce", ""), fields["qop"],
                     md5(method, fields.get("uri", "")))
    return fields.get("username") == settings["user"] and given == wanted


class Speech(asyncio.DatagramProtocol):
    """One call's RTP: answers whoever speaks to its port."""

    def __init__(self, echo):
        self.echo, self.peer, self.heard, self.transport = echo, None, 0, None

    def connection_made(self, transport):
        self.transport = transport

    def datagram_received(self, data, peer):
        self.peer, self.heard = peer, self.heard + 1
        if self.echo and len(data) >= 12:
            self.transport.sendto(data, peer)

    async def speak(self):
        """A voice of its own; ends when nothing was heard for 5 s."""
        number, source, last = random.getrandbits(16), random.getrandbits(32), 0
        for step in range(50 * 120):
            if step % 250 == 249:
                if self.heard == last:
                    break
                last = self.heard
            if self.peer and not self.echo:
                number = number + 1 & 0xffff
                self.transport.sendto(b"\x80\x00" + number.to_bytes(2) + (step * 160).to_bytes(4) + source.to_bytes(4) +
                                      os.urandom(160), self.peer)
            await asyncio.sleep(0.02)
        self.transport.close()


class Registrar(asyncio.DatagramProtocol):
    def __init__(self, settings):
        self.settings, self.transport, self.calls, self.tasks = settings, None, {}, set()

    def connection_made(self, transport):
        self.transport = transport

    def datagram_received(self, data, peer):
        text = data.decode(errors="replace").replace("\r\n", "\n")
        method = text.split(" ", 1)[0]
        if method in ("ACK", "SIP/2.0") or "SIP/2.0" not in text.split("\n", 1)[0]:
            return
        task = asyncio.get_running_loop().create_task(self.handle(method, text, peer))
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    def answer(self, status, text, peer, more=(), body=""):
        to = header(text, "To")
        # The same tag in all answers of one call, as a dialog has.
        mark = hashlib.md5(header(text, "Call-ID").encode()).hexdigest()[:10]
        tag = "" if "tag=" in to or status == 100 else f";tag={mark}"
        via = re.sub(r";rport(?!=)", f";received={peer[0]};rport={peer[1]}", header(text, "Via"))
        lines = [f"SIP/2.0 {status} {REASONS[status]}", f"Via: {via}", f"From: {header(text, 'From')}", f"To: {to}{tag}",
                 f"Call-ID: {header(text, 'Call-ID')}", f"CSeq: {header(text, 'CSeq')}", f"Server: {self.settings['agent']}",
                 *more, *(["Content-Type: application/sdp"] if body else []), f"Content-Length: {len(body)}"]
        self.transport.sendto(("\r\n".join(lines) + "\r\n\r\n" + body).encode(), peer)

    async def handle(self, method, text, peer):
        allow = "Allow: INVITE, ACK, CANCEL, OPTIONS, BYE, REGISTER"
        if method == "OPTIONS":
            self.answer(200, text, peer, (allow, "Accept: application/sdp"))
        elif method == "REGISTER":
            self.register(text, peer)
        elif method == "INVITE":
            await self.ring(text, peer)
        elif method in ("BYE", "CANCEL"):
            speech = self.calls.pop(header(text, "Call-ID"), None)
            if speech:
                speech.transport.close()
            self.answer(200 if speech else 481, text, peer)
        else:
            self.answer(501, text, peer, (allow,))

    def register(self, text, peer):
        login = header(text, "Authorization")
        named = re.search(r"sip:([^@>;]+)@", header(text, "To"))
        if login and digest(self.settings, "REGISTER", login):
            self.answer(200, text, peer, (f"Contact: {header(text, 'Contact')};expires=300",))
        elif login or not named:
            self.answer(403, text, peer)
        elif self.settings["tells"] and named.group(1) != self.settings["user"]:
            self.answer(404, text, peer)
        else:
            self.answer(401, text, peer, (f'WWW-Authenticate: Digest realm="{self.settings["realm"]}", '
                                          f'nonce="{os.urandom(12).hex()}", algorithm=MD5',))

    async def ring(self, text, peer):
        call = header(text, "Call-ID")
        if call in self.calls:  # sent again
            return
        self.answer(100, text, peer)
        lowest, highest = self.settings["rtp"]
        local = self.transport.get_extra_info("sockname")[0]
        loop = asyncio.get_running_loop()
        for port in random.sample(range(lowest, highest, 2), 20):
            try:
                _, speech = await loop.create_datagram_endpoint(lambda: Speech(self.settings["echo"]),
                                                                local_addr=(local, port))
                break
            except OSError:
                continue
        else:
            self.answer(486, text, peer)
            return
        self.calls[call] = speech
        self.answer(180, text, peer)
        await asyncio.sleep(random.uniform(0.05, self.settings["ring"]))
        if call not in self.calls:  # cancelled meanwhile
            return
        uri = re.search(r"sip:(?:[^@\s]+@)?\[?([0-9A-Fa-f.:]+?)\]?(?::\d+)?[\s;>]", text)
        address = uri.group(1) if uri else local
        form = f"IP{6 if ':' in address else 4} {address}"
        body = (f"v=0\r\no=- {random.getrandbits(30)} 1 IN {form}\r\ns=-\r\nc=IN {form}\r\nt=0 0\r\n"
                f"m=audio {port} RTP/AVP 0 8\r\na=rtpmap:0 PCMU/8000\r\na=sendrecv\r\n")
        contact = f"Contact: <sip:{self.settings['user']}@{address}:{self.settings['port']}>"
        self.answer(200, text, peer, (contact,), body)
        await speech.speak()
        self.calls.pop(call, None)


async def serve(settings):
    loop = asyncio.get_running_loop()
    for one in own.sockets(settings["port"], socket.SOCK_DGRAM):
        await loop.create_datagram_endpoint(lambda: Registrar(settings), sock=one)
    own.drop()
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve(json.loads(pathlib.Path(sys.argv[1]).read_text(encoding="utf-8"))))
