# SPDX-License-Identifier: GPL-3.0-or-later
"""Chat: IRC (ngIRCd), and rooms over WebSocket, of ours: what one says all hear, and a few robots say something by
themselves. As a program (WebSocket): `python3 -m flowlab.services.talk SETTINGS`."""
import asyncio
import json
import os
import pathlib
import random
import sys

from . import house, own, service


@service("irc.ngircd", port=6667, tools=("ngircd",))
def ngircd(place):
    rng = place.rng
    channel = "#" + rng.choice(("lab", "office", "support", "random"))
    place.write("ngircd.conf", "\n".join([
        "[Global]", f"Name = irc.{place.site.domain}", f"Info = {rng.choice(('chat', 'Team chat', 'IRC'))}",
        f"Listen = 0.0.0.0{',::' if place.host.address6 else ''}", f"Ports = {place.port}", "ServerUID = nobody",
        "ServerGID = nogroup", f"MotdPhrase = {'hello ' * rng.randrange(1, 40)}", "AdminInfo1 = lab", "AdminInfo2 = lab",
        "AdminEMail = lab@lab.example",
        "[Limits]", f"PingTimeout = {rng.choice((20, 60, 120))}", "MaxConnectionsIP = 0", "MaxConnections = 100",
        "MaxJoins = 20",
        "[Options]", "PAM = no", "Ident = no", "DNS = no", "ChrootDir =", "NoticeBeforeRegistration = no",
        "[Channel]", f"Name = {channel}", "Topic = lab", "Modes = tn", ""]), 0o644)
    house.start(place, ["ngircd", "-n", "-f", "/srv/ngircd.conf"])
    return [place.offer("irc", channel=channel)]


@service("chat.websocket", port=8765, tools=("python:websockets",))
def websocket(place):
    rng = place.rng
    tls = rng.random() < 0.7
    path = rng.choice(("/chat", "/ws", "/socket", "/live"))
    chain, key = place.certificate()
    settings = place.write("chat.json", json.dumps({
        "port": place.port, "tls": tls, "chain": str(chain), "key": str(key), "path": path, "gap": rng.uniform(1, 8),
        "compress": rng.random() < 0.6, "ping": rng.choice((10, 20, None))}))
    place.start_script("talk", str(settings))
    return [place.offer("chat", tls=tls, path=path)]


async def serve(settings):
    import websockets

    here = set()

    async def handle(talk):
        if talk.path.split("?")[0] != settings["path"]:
            await talk.close(1008)
            return
        here.add(talk)
        try:
            async for said in talk:
                if isinstance(said, bytes):  # binary is for whoever sent it: devices and downloads
                    await talk.send(os.urandom(min(len(said), 60_000)))
                else:
                    websockets.broadcast(here, said)
        except websockets.ConnectionClosed:
            pass
        finally:
            here.discard(talk)

    async def robot():
        while True:
            await asyncio.sleep(random.expovariate(1 / settings["gap"]))
            words = " ".join(random.choice(("done", "build", "green", "meeting", "lunch", "ticket"))
                             for _ in range(random.randrange(1, 30)))
            websockets.broadcast(here, json.dumps({"from": "robot", "text": words}))

    context = own.tls(settings["chain"], settings["key"]) if settings["tls"] else None
    for socket in own.sockets(settings["port"]):
        await websockets.serve(handle, sock=socket, ssl=context, compression="deflate" if settings["compress"] else None,
                               ping_interval=settings["ping"])
    own.drop()
    await robot()


if __name__ == "__main__":
    asyncio.run(serve(json.loads(pathlib.Path(sys.argv[1]).read_text(encoding="utf-8"))))
