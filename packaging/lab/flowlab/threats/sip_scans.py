# SPDX-License-Identifier: GPL-3.0-or-later
"""Looking for telephone exchanges and their extensions: sipvicious' svmap, svwar and svcrack, sipsak, and an own client.

Varied per session: the tool, OPTIONS, REGISTER or INVITE, extensions, user agents, one socket for all or one per question,
the pause between them."""
import contextlib

from ..behaviour import installed, threat
from . import words

AGENTS = ("friendly-scanner", "sipcli/v1.8", "VaxSIPUserAgent/3.1", "Cisco-SIPGateway/IOS-12.x", "pplsip",
          "eyeBeam release 3006o", "Avaya one-X Deskphone", "Asterisk PBX", "Linphone/4.4", "SIPPTS")


def _question(rng, method, agent, here, there, extension):
    tag, call = rng.randbytes(4).hex(), rng.randbytes(10).hex()
    lines = [f"{method} sip:{extension + '@' if extension else ''}{there} SIP/2.0",
             f"Via: SIP/2.0/UDP {here}:{rng.randrange(5060, 5090)};branch=z9hG4bK-{rng.randrange(10 ** 9)};rport",
             f"From: \"{extension or 'sipvicious'}\"<sip:{extension or '100'}@{there}>;tag={tag}",
             f"To: <sip:{extension or '100'}@{there}>",
             f"Call-ID: {call}@{here}",
             f"CSeq: {rng.randrange(1, 100)} {method}",
             f"Contact: <sip:{extension or '100'}@{here}:5060>",
             f"User-Agent: {agent}", "Max-Forwards: 70", "Accept: application/sdp"]
    if method == "REGISTER":
        lines.append(f"Expires: {rng.choice((0, 60, 3600))}")
        if rng.random() < 0.5:  # a guess of the password, as wrong as any
            nonce, response = rng.randbytes(8).hex(), rng.randbytes(16).hex()
            lines.append(f'Authorization: Digest username="{extension}",realm="{there}",nonce="{nonce}",'
                         f'uri="sip:{there}",response="{response}",algorithm=MD5')
    return ("\r\n".join([*lines, "Content-Length: 0"]) + "\r\n\r\n").encode()


def _own(me, service, extensions, method, agent, per_socket, gap):
    here, there = me.host.address, me.address(service, False)
    while extensions and not me.over():
        with contextlib.suppress(OSError), me.datagrams(service, timeout=0.4) as socket:
            for extension in extensions[:per_socket]:
                socket.send(_question(me.rng, method, agent, here, there, extension))
                with contextlib.suppress(TimeoutError):
                    socket.recv(4096)
                if per_socket > 1:
                    me.sleep(me.rng.expovariate(1 / gap))
        extensions = extensions[per_socket:]
        me.sleep(me.rng.expovariate(1 / gap))


def _commands(me, service, extensions, port):
    rng, there = me.rng, me.address(service, False)
    span = f"{extensions[0]}-{int(extensions[0]) + len(extensions)}"
    made = {"svmap": ["svmap", "-p", service.port, "-P", port, "-m", rng.choice(("OPTIONS", "OPTIONS", "REGISTER")), there],
            "svwar": ["svwar", "-p", service.port, "-P", port, "-e", span,
                      "-m", rng.choice(("REGISTER", "INVITE", "OPTIONS")), "--force", there],
            "svcrack": ["svcrack", "-p", service.port, "-P", port, "-u", extensions[0],
                        "-r", f"1000-{rng.randrange(1010, 1040)}", there],
            "sipsak": ["sipsak", "-s", f"sip:{extensions[0]}@{there}:{service.port}", *rng.choice(([], ["-v"]))]}
    return [made[name] for name in made if installed(name)]


@threat("sip_scan", family="scan", needs=("sip",), tools=("svmap|sipsak",), seconds=(100, 200), origin="either")
def sip_scan(me):
    rng = me.rng
    own, agent = rng.random() < 0.5, rng.choice(AGENTS)
    method = rng.choice(("OPTIONS", "OPTIONS", "REGISTER", "INVITE"))
    per_socket, gap = rng.choice((1, 1, 1, 2, 4)), rng.uniform(0.05, 0.6)
    first = rng.choice((100, 200, 1000, 2000, 7000))
    for _ in words.rounds(me, 0.8, 4):
        service = me.choose("sip")
        extensions = [str(first + number) for number in range(rng.randrange(3, 20))]
        first += len(extensions)
        with me.talk(service, protocol="icmp", ports=None):
            if own or rng.random() < 0.5:
                _own(me, service, extensions if rng.random() < 0.8 else ["", *extensions], method, agent, per_socket, gap)
                continue
            with me.talk(service):
                me.run(rng.choice(_commands(me, service, extensions, rng.randrange(5060, 65000))), timeout=4)


EVIDENCE = {"sip_scan": ("a question over UDP", lambda flow: flow.protocol == 17 and flow.bytes[0] > 200, 10)}
