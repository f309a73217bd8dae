# SPDX-License-Identifier: GPL-3.0-or-later
"""Voice and pictures: SIP calls with RTP both ways, a video stream over UDP, STUN keep-alives.

Varies: codecs (packet sizes and intervals), silence, lengths of calls, answered or not, rates and frame sizes of video."""
import contextlib
import socket
import struct
import time

from .. import clients
from ..behaviour import honest
from .common import remember


PHONES = ("Linphone/5.1", "Yealink SIP-T46S 66.86", "baresip v2.0", "Grandstream GXP2170")


def _sip(me, method, server, number, call, more=(), body=""):
    own, user = me.host.address, server.facts.get("user") or "phone"
    address = server.host.address
    lines = [f"{method} sip:{'' if method == 'REGISTER' else 'echo@'}{address} SIP/2.0",
             f"Via: SIP/2.0/UDP {own}:{call['port']};branch=z9hG4bK{me.rng.randrange(10**9)};rport", "Max-Forwards: 70",
             f"From: <sip:{user}@{address}>;tag={call['tag']}",
             f"To: <sip:{user if method == 'REGISTER' else 'echo'}@{address}>{call.get('to', '')}",
             f"Call-ID: {call['id']}", f"CSeq: {number} {method}", f"Contact: <sip:{user}@{own}:{call['port']}>",
             f"User-Agent: {call['agent']}", *more,
             *(["Content-Type: application/sdp"] if body else []), f"Content-Length: {len(body)}"]
    return ("\r\n".join(lines) + "\r\n\r\n" + body).encode()


def _final(talk):
    """The final answer to a request: its status and text; provisional ones are passed over."""
    while True:
        answer = talk.recv(8192).decode(errors="replace")
        status = int(answer.split(None, 2)[1]) if answer.startswith("SIP/2.0 ") else 0
        if status >= 200:
            return status, answer


# RTP's payload type, bytes a packet (0: they vary), seconds and clock ticks between packets: G.711, G.729, Opus.
CODECS = ((0, 160, 0.02, 160), (8, 160, 0.02, 160), (18, 20, 0.02, 160), (111, 0, 0.02, 960), (0, 240, 0.03, 240))


def _speak(me, talk, seconds):
    """RTP to the other side at the codec's pace, and what comes back."""
    rng = me.rng
    kind, size, step, ticks = rng.choice(CODECS)
    number, stamp, source = rng.randrange(65536), rng.randrange(2**32), rng.randrange(2**32)
    talk.setblocking(False)
    began, sent = time.monotonic(), 0
    quiet_until = 0.0
    while time.monotonic() - began < seconds and not me.over():
        if rng.random() < 0.004 and kind != 0:
            quiet_until = time.monotonic() + rng.uniform(0.5, 2)  # voice detection: silence is not sent
        if time.monotonic() > quiet_until:
            body = rng.randbytes(size or rng.randrange(40, 130))
            with contextlib.suppress(OSError):
                talk.send(struct.pack("!BBHII", 0x80, kind, number & 0xFFFF, stamp & 0xFFFFFFFF, source) + body)
        number, stamp, sent = number + 1, stamp + ticks, sent + 1
        with contextlib.suppress(OSError):
            while talk.recv(2048):
                pass
        me.sleep(max(0.0, began + sent * step - time.monotonic()))


@honest("voip_call", needs=("sip",), pause=15)
def voip_call(me):
    """A phone: registers, calls now and then; speech both ways."""
    rng, server = me.rng, me.choose("sip")
    product = remember(me, "phone", lambda: rng.choice(PHONES))
    with me.datagrams(server, timeout=3) as talk:
        call = {"port": talk.getsockname()[1], "tag": f"{rng.randrange(10**9)}",
                "id": f"{rng.randrange(10**12)}@{me.host.address}", "agent": product}
        talk.send(_sip(me, "REGISTER", server, 1, call, (f"Expires: {rng.choice((60, 300, 3600))}",)))
        with contextlib.suppress(TimeoutError):
            _final(talk)
        if rng.random() < 0.3:
            return
        low, high = server.facts["rtp"]
        own = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)  # to offer a port that is free
        with contextlib.closing(own):
            own.bind((me.host.address, 0))
            own_port = own.getsockname()[1]
        own_address = f"IN IP4 {me.host.address}"
        body = (f"v=0\r\no=- {rng.randrange(10**9)} 1 {own_address}\r\ns=call\r\nc={own_address}\r\nt=0 0\r\n"
                f"m=audio {own_port} RTP/AVP 0 8 18 111\r\na=rtpmap:0 PCMU/8000\r\na=sendrecv\r\n")
        talk.send(_sip(me, "INVITE", server, 2, call, body=body))
        status, answer = _final(talk)
        talk.send(_sip(me, "ACK", server, 2, call))
        media = next((int(line.split()[1]) for line in answer.splitlines() if line.startswith("m=audio ")), 0)
        if status != 200 or not low <= media <= high:
            return
        with me.talk(server.host, protocol="udp", ports=media), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as speech:
            me.use("own script")
            speech.bind((me.host.address, own_port))
            speech.connect((server.host.address, media))
            _speak(me, speech, rng.uniform(5, 25))
            talk.send(_sip(me, "BYE", server, 3, call))  # while the other side may still speak
            with contextlib.suppress(TimeoutError):
                _final(talk)


@honest("video_udp", pause=45)
def video_udp(me):
    """A camera or a conference: frames in bursts of packets to another host, sparse reports back."""
    rng = me.rng
    others = [host for host in me.hosts("inside") if host.role in ("desk", "server", "admin")]
    if not others:
        return
    viewer, port = rng.choice(others), rng.randrange(20000, 40000) & ~1
    heard = [0]

    def report(data):
        heard[0] += 1
        return struct.pack("!BBHI", 0x81, 201, 7, 1) + bytes(24) if heard[0] % every == 0 else None

    every = rng.randrange(40, 200)
    me.serve_datagrams(viewer, port, report)
    step, middle = 1 / rng.choice((10, 15, 25)), rng.uniform(600, 5000)
    number, began, frames = rng.randrange(65536), time.monotonic(), 0
    with me.datagrams(viewer, port=port) as talk:
        talk.setblocking(False)
        for _ in range(int(rng.uniform(4, 15) / step)):
            left = int(middle * rng.lognormvariate(0, 0.4) * (4 if frames % 50 == 0 else 1))
            while left > 0:
                number += 1
                with contextlib.suppress(OSError):
                    head = struct.pack("!BBHII", 0x80, 96, number & 0xFFFF, frames * 3000, 77)
                    talk.send(head + rng.randbytes(min(left, 1150)))
                left -= 1150
            frames += 1
            with contextlib.suppress(OSError):
                while talk.recv(2048):
                    pass
            me.sleep(max(0.0, began + frames * step - time.monotonic()))


@honest("stun_keepalive", needs=("stun",), pause=6, origin="either")
def stun_keepalive(me):
    """Binding requests that keep a port open, at a fixed interval."""
    rng, server = me.rng, me.choose("stun")
    step = rng.choice((0.5, 2, 5, 10))
    extra = rng.choice((b"", struct.pack("!HH", 0x8022, 12) + b"libwebrtc-12", struct.pack("!HHI", 3, 4, 0)))
    with me.datagrams(server, timeout=2, six=clients.six(me, server)) as talk:
        for _ in range(rng.randrange(1, 12)):
            talk.send(struct.pack("!HHI", 1, len(extra), 0x2112A442) + rng.randbytes(12) + extra)
            with contextlib.suppress(TimeoutError):
                talk.recv(1024)
            me.sleep(step)
