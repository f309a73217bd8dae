# SPDX-License-Identifier: GPL-3.0-or-later
"""When a TCP conversation is over, and when a SYN begins another: Flowscent's rules (engine/flow), in code of its own."""

FIN, SYN, RST, ACK = 0x01, 0x02, 0x04, 0x10


def _before(one, other):
    """Of sequence numbers, which go round (RFC 9293, section 3.4)."""
    return (one - other) & 0xFFFFFFFF > 0x7FFFFFFF


class TcpState:
    """Directions are 0 (of whoever spoke first) and 1."""
    __slots__ = ("over", "_syn", "_fin", "_acknowledged", "_spoke")

    def __init__(self):
        self.over = False  # both FINs were acknowledged, or an RST was seen
        self._syn = [None, None]  # sequence number of its first SYN
        self._fin = [None, None]  # the number after its FIN
        self._acknowledged = [False, False]  # its FIN
        self._spoke = [False, False]  # anything beside a bare SYN

    def reopens(self, direction, sequence):
        """Does this SYN (without ACK) begin another conversation?"""
        if self.over:
            return True
        known = self._syn[direction]
        return known is not None and known != sequence and any(self._spoke)

    def take(self, direction, flags, sequence, acknowledged, payload):
        if flags & SYN and self._syn[direction] is None:
            self._syn[direction] = sequence
        if flags & (SYN | ACK) != SYN:
            self._spoke[direction] = True
        if flags & FIN:
            self._fin[direction] = (sequence + payload + 1 + bool(flags & SYN)) & 0xFFFFFFFF
        end = self._fin[1 - direction]
        if flags & ACK and end is not None and not _before(acknowledged, end):
            self._acknowledged[1 - direction] = True
        self.over = self.over or bool(flags & RST) or all(self._acknowledged)
