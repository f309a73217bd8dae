# SPDX-License-Identifier: GPL-3.0-or-later
"""HTTP/1.1 over a socket that is connected already; see clients.py, which connects it."""
import contextlib
import dataclasses
import select
import ssl
import time

LARGEST = 64 << 20  # bytes of an answer; more is cut off


@dataclasses.dataclass
class Reply:
    status: int
    headers: dict  # names in lower case
    body: bytes  # as sent, at most `keep` bytes of it
    length: int  # bytes of the body on the wire, without chunks' heads


def comes(talk, reader, seconds):
    """Whether `reader`, a buffered file of the socket `talk`, has something to read within some seconds, or the end. The
    socket alone cannot tell: what came in one packet with what was read before waits in the file's buffer, and a record of
    TLS may hold nothing for the reader."""
    patience, until, secure = talk.gettimeout(), time.monotonic() + seconds, isinstance(talk, ssl.SSLSocket)
    while True:
        talk.settimeout(0)
        try:
            with contextlib.suppress(BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
                if reader.peek(1) or secure:  # of TLS nothing is the end; that nothing has come yet it says by an error
                    return True
        finally:
            talk.settimeout(patience)
        left = until - time.monotonic()
        if left < 0:
            return False
        if select.select([talk], [], [], left)[0] and not secure:
            return True


class Http:
    """One request after the other. `style.headers` go with each, `style.whole`: head and body in one segment."""

    def __init__(self, talk, host, style):
        self.talk, self.host, self.style = talk, host, style
        self.open = True  # whether another request can follow
        self._in = talk.makefile("rb")

    def close(self):
        """Lets go of the socket, which stays open otherwise after its owner has closed it."""
        self._in.close()

    def ask(self, method, path, body=None, headers=None, pace=None, keep=1 << 20):
        """`body`: bytes, or an iterator of them, sent in chunks. `pace(count)`: called after each piece received, so that
        a slow reader can sleep. Raises OSError or ValueError when the server breaks off."""
        self.send(method, path, body, headers)
        return self.receive(method, pace, keep)

    def send(self, method, path, body=None, headers=None):
        lines = {"Host": self.host, **self.style.headers, **(headers or {})}
        if isinstance(body, bytes):
            lines["Content-Length"] = str(len(body))
        elif body is not None:
            lines["Transfer-Encoding"] = "chunked"
        fields = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        head = f"{method} {path} HTTP/1.1\r\n{fields}\r\n"
        if isinstance(body, bytes) and self.style.whole:
            self.talk.sendall(head.encode() + body)
            return
        self.talk.sendall(head.encode())
        if isinstance(body, bytes):
            self.talk.sendall(body)
        elif body is not None:
            for piece in body:
                self.talk.sendall(b"%x\r\n%s\r\n" % (len(piece), piece))
            self.talk.sendall(b"0\r\n\r\n")

    def receive(self, method="GET", pace=None, keep=1 << 20):
        while True:
            first = self._in.readline(4096).decode("latin-1").split(None, 2)
            if len(first) < 2 or not first[1].isdigit():
                self.open = False
                raise ConnectionError("the server ended the connection")
            found = {}
            while line := self._in.readline(8192).strip():
                name, _, value = line.decode("latin-1").partition(":")
                found[name.lower()] = value.strip()
            if not 100 <= int(first[1]) < 200 or int(first[1]) == 101:
                break
        reply = Reply(int(first[1]), found, b"", 0)
        self.open = found.get("connection", "").lower() != "close" and first[0] == "HTTP/1.1"
        if method == "HEAD" or reply.status in (101, 204, 304):
            return reply
        kept = bytearray()
        for piece in self._pieces(found):
            reply.length += len(piece)
            kept += piece[:max(0, keep - len(kept))]
            if pace:
                pace(len(piece))
            if reply.length > LARGEST:
                raise ConnectionError("the answer is too large")
        reply.body = bytes(kept)
        return reply

    def _pieces(self, found):
        if found.get("transfer-encoding", "").lower() == "chunked":
            while (size := int(self._in.readline(64).split(b";")[0] or b"0", 16)) > 0:
                yield from self._exactly(size)
                self._in.readline(8)
            while self._in.readline(4096).strip():
                pass
        elif "content-length" in found:
            yield from self._exactly(int(found["content-length"]))
        else:
            self.open = False
            while piece := self._in.read1(65536):
                yield piece

    def _exactly(self, size):
        while size:
            piece = self._in.read1(min(size, 65536))
            if not piece:
                raise ConnectionError("the answer is cut short")
            size -= len(piece)
            yield piece

    def comes(self, seconds):
        """Whether `exactly` or `line` has something to read within some seconds, or the end."""
        return comes(self.talk, self._in, seconds)

    def line(self):
        """One line of a stream that the server goes on with (server-sent events)."""
        return self._in.readline(65536)

    def exactly(self, size):
        """Bytes after an upgrade (WebSocket frames)."""
        data = self._in.read(size)
        if len(data) < size:
            raise ConnectionError("the server ended the connection")
        return data
