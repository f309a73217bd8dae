# SPDX-License-Identifier: GPL-3.0-or-later
"""A miner and its pool, harmless: nobody computes anything. JSON lines as Stratum has them: log in, get jobs every few
seconds, hand in shares, keep alive, with a pool that drops connections.

Varied per session: the dialect (Bitcoin's, Monero's, Ethereum's), plain or TLS, ports, one rig or several, how often jobs
and shares come, how long a connection lasts."""
import contextlib
import json
import time

from .. import clients
from ..behaviour import threat
from . import c2

AGENTS = ("XMRig/6.21.0 (Linux x86_64) libuv/1.44.2 gcc/12.2.0", "cpuminer/2.5.1", "cgminer/4.12.0", "ethminer-0.19.0",
          "bfgminer/5.5")


def _job(own, dialect, number):
    if dialect == "monero":
        work = {"blob": own.randbytes(76).hex(), "job_id": own.randbytes(8).hex(), "target": own.randbytes(4).hex(),
                "height": 3_000_000 + number, "seed_hash": own.randbytes(32).hex(), "algo": "rx/0"}
        return {"jsonrpc": "2.0", "method": "job", "params": work}
    if dialect == "ethereum":
        return {"id": 0, "jsonrpc": "2.0", "result": ["0x" + own.randbytes(32).hex() for _ in range(3)]}
    work = [f"{number:x}", own.randbytes(32).hex(), own.randbytes(60).hex(), own.randbytes(52).hex(),
            [own.randbytes(32).hex() for _ in range(own.randrange(0, 13))], "20000000", "170b3ce9",
            f"{int(time.time()):x}", own.random() < 0.2]
    return {"id": None, "method": "mining.notify", "params": work}


def _pool(dialect, every, patience, fresh):
    """Seconds between jobs, and how long the pool keeps a connection, on average. `fresh()`: a connection's generator."""
    def answer(talk):
        own, rest, number = fresh(), b"", 0
        end, due = time.monotonic() + patience * own.uniform(0.4, 1.6), None
        while time.monotonic() < end:
            talk.settimeout(max(0.05, min(due or end, end) - time.monotonic()))
            try:
                piece = talk.recv(8192)
                if not piece:
                    return
                rest += piece
            except TimeoutError:
                pass
            while b"\n" in rest:
                line, _, rest = rest.partition(b"\n")
                asked = json.loads(line)
                said = {"id": asked.get("id"), "result": True, "error": None}
                if asked.get("method") == "mining.subscribe":
                    said["result"] = [[["mining.notify", own.randbytes(4).hex()]], own.randbytes(4).hex(), 4]
                elif asked.get("method") == "login":
                    said["result"] = {"id": own.randbytes(8).hex(), "job": _job(own, dialect, 0)["params"], "status": "OK"}
                    due = time.monotonic() + own.expovariate(1 / every)
                elif dialect == "monero":
                    said["result"] = {"status": "KEEPALIVED" if asked.get("method") == "keepalived" else "OK"}
                talk.sendall(json.dumps(said).encode() + b"\n")
                if asked.get("method") in ("mining.authorize", "eth_getWork"):
                    due = time.monotonic()
            if due and time.monotonic() >= due:
                number += 1
                talk.sendall(json.dumps(_job(own, dialect, number)).encode() + b"\n")
                due = time.monotonic() + own.expovariate(1 / every)
    return answer


def _hello(own, dialect, wallet, agent):
    if dialect == "monero":
        login = {"login": wallet, "pass": "x", "agent": agent, "algo": ["rx/0", "cn/2", "cn/r"]}
        return [{"id": 1, "jsonrpc": "2.0", "method": "login", "params": login}]
    if dialect == "ethereum":
        return [{"id": 1, "method": "eth_submitLogin", "params": [wallet, "x"], "worker": "rig"},
                {"id": 2, "method": "eth_getWork", "params": []}]
    return [{"id": 1, "method": "mining.subscribe", "params": [agent]},
            {"id": 2, "method": "mining.authorize", "params": [wallet, "x"]}]


def _share(own, dialect, number, wallet):
    if dialect == "monero":
        if own.random() < 0.2:
            return {"id": number, "jsonrpc": "2.0", "method": "keepalived", "params": {"id": own.randbytes(8).hex()}}
        found = {"id": own.randbytes(8).hex(), "job_id": own.randbytes(8).hex(), "nonce": own.randbytes(4).hex(),
                 "result": own.randbytes(32).hex()}
        return {"id": number, "jsonrpc": "2.0", "method": "submit", "params": found}
    if dialect == "ethereum":
        found = ["0x" + own.randbytes(size).hex() for size in (8, 32, 32)]
        return {"id": number, "method": "eth_submitWork", "params": found}
    return {"id": number, "method": "mining.submit",
            "params": [wallet, f"{number:x}", *(own.randbytes(4).hex() for _ in range(3))]}


@threat("miner_stratum", family="miner", seconds=(130, 240))
def miner_stratum(me):
    rng = me.rng
    dialect = rng.choice(("bitcoin", "monero", "monero", "ethereum"))
    tls, rigs = rng.random() < 0.4, rng.choice((1, 1, 2, 3))
    patience = max(3.0, me.left() * rigs / rng.uniform(26, 40))
    ports = (3333, 4444, 5555, 7777, 14433, 14444, 3032) if rng.random() < 0.7 else (80, 443, 8080, 9000)
    pool = c2.server(me, _pool(dialect, rng.uniform(0.8, 6), patience, c2.generators(me)), ports, tls)
    style, rate = clients.style(me, named=False), rng.uniform(0.4, 4)
    agent, wallet = rng.choice(AGENTS), rng.randbytes(rng.choice((17, 20, 47))).hex()

    def rig(_, own):
        while not me.over():
            with contextlib.suppress(*c2.BROKEN), c2.reach(me, pool, style) as talk:
                for line in _hello(own, dialect, wallet, agent):
                    talk.sendall(json.dumps(line).encode() + b"\n")
                number, due = 3, time.monotonic() + own.expovariate(1 / rate)
                while not me.over():
                    talk.settimeout(max(0.05, min(due - time.monotonic(), 3)))
                    with contextlib.suppress(TimeoutError):
                        if not talk.recv(16384):
                            break
                    if time.monotonic() >= due:
                        number, due = number + 1, time.monotonic() + own.expovariate(1 / rate)
                        talk.sendall(json.dumps(_share(own, dialect, number, wallet)).encode() + b"\n")
            me.sleep(own.uniform(0.2, 2))

    c2.together(me, rigs, rig)


EVIDENCE = {"miner_stratum": ("connections with several messages either way",
                              lambda flow: flow.protocol == 6 and min(flow.packets) >= 6 and min(flow.bytes) > 400, 12)}
