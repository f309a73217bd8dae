# SPDX-License-Identifier: GPL-3.0-or-later
"""How a worm spreads, without one: connects to ports of all hosts; here and there a listener of ours plays the hole and
answers random bytes; the "victim" fetches random bytes from where it was met, and goes on from there.

Varied per session: ports and their order, the pace, sizes of what is said and fetched, how many victims there may be, how
often they call back."""
import contextlib
import socket

from .. import netns
from ..behaviour import threat
from . import c2


def _try(me, here, other, port, patience):
    """A connection from any host that the worm has got to. Raises OSError like connect."""
    if here is me.host:
        return me.connect(other, port, timeout=patience)
    return _elsewhere(me, here, other, port, patience)


@contextlib.contextmanager
def _elsewhere(me, here, other, port, patience):
    with me.talk(other, ports=port, protocol="tcp", client=me.site.guard(here)):
        me.use("own script")
        with netns.visiting(here.namespace):
            plain = socket.create_connection((me.address(me.site.guard(other), False), port), timeout=patience)
        with plain:
            yield plain


def _exchange(me, talk, most):
    """Some messages there and back, none of which means anything; `most`: bytes of one."""
    for _ in range(me.rng.randint(1, 5)):
        talk.sendall(me.rng.randbytes(me.rng.randrange(20, most)))
        if not talk.recv(4096):
            return


def _answer_hole(fresh):
    def handle(talk):
        rng = fresh()
        while data := talk.recv(4096):
            talk.sendall(rng.randbytes(rng.randrange(16, 40 + len(data))))
    return handle


@threat("worm_spread", family="spreading", seconds=(90, 200))
def worm_spread(me):
    rng = me.rng
    everyone = [host for host in me.hosts() if me.site.on_tap(host)] or me.hosts()
    rng.shuffle(everyone)
    ports = rng.sample((445, 22, 23, 80, 139, 2323, 3389, 8080, 5555, 6379, 7547, 1433), rng.randint(2, 5))
    hole = rng.choice(ports[-2:] + [rng.randrange(1024, 9000)])
    payload = rng.randrange(8_000, 200_000)  # bytes that victims fetch
    ports.append(hole)
    offered = {(service.host.name, service.port) for service in me.site.services}
    fresh = c2.generators(me)
    weak = [host for host in everyone if (host.name, hole) not in offered][:rng.randint(1, 4)]
    for host in weak:
        with contextlib.suppress(OSError):
            me.serve(host, hole, _answer_hole(fresh))

    def give(talk):
        own = fresh()
        talk.recv(1024)
        talk.sendall(own.randbytes(int(payload * own.uniform(0.97, 1.03))))

    home = c2.open_on(me, me.host, rng.sample(range(4000, 32000), 20), lambda port: me.serve(me.host, port, give))
    taken = [me.host]
    gap, patience, most = rng.uniform(0.05, 1.2), rng.uniform(0.3, 1.5), rng.randrange(60, 1500)
    while not me.over():
        here, other, port = rng.choice(taken), rng.choice(everyone), rng.choice(ports)
        if here is other or not (me.site.on_tap(here) or me.site.on_tap(other)):
            continue
        with contextlib.suppress(OSError), _try(me, here, other, port, patience) as talk:
            talk.settimeout(0.6)
            _exchange(me, talk, most)
            if other in weak and port == hole and other not in taken:
                taken.append(other)
        if other in taken and (port == hole or rng.random() < 0.1):
            with contextlib.suppress(OSError), _elsewhere(me, other, me.host, home, 3) as talk:
                talk.sendall(rng.randbytes(rng.randrange(16, 200)))
                while talk.recv(65536):
                    pass
        me.sleep(rng.expovariate(1 / gap))


EVIDENCE = {"worm_spread": ("a connection", lambda flow: flow.protocol == 6, 40)}
