# SPDX-License-Identifier: GPL-3.0-or-later
"""Devices and their managers: MQTT sensors, SNMP polls, logs.

Varies: quality of service, keep-alive, sizes, topics, versions of protocols, single reads or walks, periods."""
import contextlib
import struct

from .. import clients
from ..behaviour import honest, installed
from .common import environment, remember, spread
from .poll import periods


def _packet(kind, body):
    """An MQTT control packet."""
    length, size = bytearray(), len(body)
    while True:
        size, low = divmod(size, 128)
        length.append(low | (0x80 if size else 0))
        if not size:
            return bytes([kind]) + bytes(length) + body


def _text(value):
    return struct.pack("!H", len(value)) + value.encode()


def _exactly(talk, size):
    data = b""
    while len(data) < size:
        piece = talk.recv(size - len(data))
        if not piece:
            raise ConnectionError("the broker ended the connection")
        data += piece
    return data


def _next_packet(talk):
    kind, size, shift = _exactly(talk, 1)[0], 0, 0
    while True:
        byte = _exactly(talk, 1)[0]
        size, shift = size | (byte & 127) << shift, shift + 7
        if byte < 128:
            return kind >> 4, _exactly(talk, size)


def _await(talk, wanted):
    while _next_packet(talk)[0] != wanted:
        pass


@honest("mqtt_telemetry", needs=("mqtt",), pause=6, origin="either")
def mqtt_telemetry(me):
    """A sensor that reports: a connection for each report or one that is kept alive, and readers now and then."""
    rng, broker = me.rng, me.choose("mqtt")
    login = [broker.facts["user"], broker.facts["password"]] if broker.facts.get("user") else []
    topic = f"site/{me.host.name}/{rng.choice(('temperature', 'power', 'door', 'status'))}"
    if installed("mosquitto_pub") and rng.random() < 0.12:
        command = ["mosquitto_pub", "-h", me.address(broker), "-p", broker.port, "-t", topic,
                   "-m", f"{rng.uniform(10, 30):.2f}", "-q", rng.randrange(3),
                   *(["-u", login[0], "-P", login[1]] if login else [])]
        with me.talk(broker):
            me.run(command, timeout=10, env=environment(me))
        return
    quality, alive = rng.choice((0, 0, 1)), rng.choice((5, 15, 60))
    with me.connect(broker, six=clients.six(me, broker)) as talk:
        flags = 0x02 | (0xC0 if login else 0)
        names = [f"{me.host.name}{rng.randrange(99)}", *login]
        talk.sendall(_packet(0x10, _text("MQTT") + struct.pack("!BBH", 4, flags, alive) + b"".join(map(_text, names))))
        _await(talk, 2)
        if rng.random() < 0.3:
            talk.sendall(_packet(0x82, struct.pack("!H", 1) + _text("site/+/status") + b"\0"))
            _await(talk, 9)
        beats = periods(me, 0.5, 5)
        for number in range(spread(rng, 1, 25)):
            if not next(beats, False):
                break
            if rng.random() < 0.1:
                talk.sendall(_packet(0xC0, b""))
                _await(talk, 13)
                continue
            report = f'{{"t":{rng.uniform(10, 30):.2f}}}'.encode()
            if rng.random() < 0.3:
                report = clients.filler(rng, spread(rng, 4, 600))
            identifier = struct.pack("!H", number + 1) if quality else b""
            talk.sendall(_packet(0x30 | quality << 1, _text(topic) + identifier + report))
            if quality:
                _await(talk, 4)
        talk.sendall(_packet(0xE0, b""))


def _ber(tag, body):
    size = bytes([len(body)]) if len(body) < 128 else b"\x82" + struct.pack("!H", len(body))
    return bytes([tag]) + size + body


def _oid(text):
    first, second, *rest = map(int, text.split("."))
    coded = bytearray([first * 40 + second])
    for number in rest:
        groups = [number & 127]
        while number := number >> 7:
            groups.append(number & 127 | 128)
        coded += bytes(reversed(groups))
    return _ber(6, bytes(coded))


def snmp_request(rng, community, oids, kind=0xA0, version=1, repeat=0):
    """A GetRequest (0xA0), GetNext (0xA1) or GetBulk (0xA5) of SNMPv1 or v2c."""
    binds = b"".join(_ber(0x30, _oid(oid) + b"\x05\x00") for oid in oids)
    body = _ber(2, struct.pack("!I", rng.randrange(2**31))) + _ber(2, b"\0") + _ber(2, bytes([repeat])) + _ber(0x30, binds)
    return _ber(0x30, _ber(2, bytes([version])) + _ber(4, community.encode()) + _ber(kind, body))


SYSTEM = ["1.3.6.1.2.1.1.%d.0" % number for number in range(1, 8)]
TRAFFIC = [f"1.3.6.1.2.1.2.2.1.{column}.{row}" for row in (1, 2) for column in (2, 8, 10, 16)]


@honest("snmp_poll", needs=("snmp",), pause=5)
def snmp_poll(me):
    """A manager that reads counters at its period: from one socket or a new one each time; walks now and then."""
    rng, agent = me.rng, me.choose("snmp")
    community = agent.facts["community"]
    if installed("snmpwalk") and rng.random() < 0.08:
        with me.talk(agent):
            me.run([rng.choice(("snmpwalk", "snmpbulkwalk")), "-v2c", "-t", "1", "-r", "0", "-c", community, "-On",
                    f"{me.address(agent, False)}:{agent.port}", rng.choice(("1.3.6.1.2.1.1", "1.3.6.1.2.1.2"))],
                   timeout=8, env=environment(me))
        return
    oids = remember(me, "oids", lambda: rng.sample(SYSTEM + TRAFFIC, rng.randrange(1, 8)))
    kind, kept = rng.choice((0xA0, 0xA0, 0xA1, 0xA5)), rng.random() < 0.6
    version = 1 if kind == 0xA5 else rng.choice((0, 1, 1))
    with contextlib.ExitStack() as stack:
        talk = None
        for _ in zip(range(rng.randrange(1, 12)), periods(me, 1, 6)):
            if talk is None or not kept:
                stack.close()
                talk = stack.enter_context(me.datagrams(agent, timeout=2))
            with contextlib.suppress(TimeoutError):
                for first in range(0, len(oids), 4):
                    repeat = rng.randrange(2, 20) if kind == 0xA5 else 0
                    talk.send(snmp_request(rng, community, oids[first:first + 4], kind, version, repeat))
                    talk.recv(9000)


@honest("syslog_send", needs=("syslog",), pause=4, origin="either")
def syslog_send(me):
    """A host's log: silence, single lines and bursts."""
    rng, server = me.rng, me.choose("syslog")
    if installed("logger") and rng.random() < 0.06:
        with me.talk(server):
            me.run(["logger", "-n", me.address(server, False), "-P", server.port, "-d", f"job {rng.randrange(10**6)} done"],
                   timeout=5, env=environment(me))
        return
    new = rng.random() < 0.4
    with me.datagrams(server, six=clients.six(me, server)) as talk:
        for _ in range(spread(rng, 1, 25)):
            name = rng.choice(("cron", "sshd", "kernel", "postfix/smtpd", "systemd", "app"))
            level, second, number = rng.randrange(8, 190), rng.randrange(60), rng.randrange(9999)
            head = f"<{level}>Jan  1 00:00:{second:02} {me.host.name} {name}[{number}]: "
            if new:
                head = f"<{level}>1 2026-01-01T00:00:{second:02}Z {me.host.name} {name} {number} - - "
            talk.send(head.encode() + clients.filler(rng, spread(rng, 20, 700)))
            me.sleep(rng.choice((0.001, 0.05, rng.expovariate(0.8))))
