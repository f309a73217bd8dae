# SPDX-License-Identifier: GPL-3.0-or-later
"""How hosts' network stacks differ, as far as Linux lets one set it for a namespace. A site's file names one for each host and
may change single settings (`tune`)."""
import dataclasses

# Settings of the kernel by stack; "mtu", "advmss" and "initcwnd" belong to the interface and the route.
_BIG = "4096 131072 6291456"
STACKS = {
    "linux": {},
    "linux-old": {"net.ipv4.tcp_congestion_control": "reno", "net.ipv4.tcp_ecn": 0, "net.ipv4.tcp_rmem": "4096 87380 1048576",
                  "initcwnd": 3},
    "linux-bbr": {"net.ipv4.tcp_congestion_control": "bbr", "net.ipv4.tcp_rmem": _BIG, "net.ipv4.tcp_notsent_lowat": 131072},
    # Windows: TTL 128, no timestamps, 256 kB windows.
    "windows": {"net.ipv4.ip_default_ttl": 128, "net.ipv6.conf.all.hop_limit": 128, "net.ipv4.tcp_timestamps": 0,
                "net.ipv4.tcp_rmem": "4096 131072 2097152", "net.ipv4.ip_local_port_range": "49152 65535"},
    "windows-old": {"net.ipv4.ip_default_ttl": 128, "net.ipv4.tcp_timestamps": 0, "net.ipv4.tcp_window_scaling": 0,
                    "net.ipv4.tcp_rmem": "4096 65535 65535", "net.ipv4.ip_local_port_range": "1025 5000", "initcwnd": 2},
    "mac": {"net.ipv4.tcp_rmem": "4096 131072 4194304", "net.ipv4.ip_local_port_range": "49152 65535", "net.ipv4.tcp_ecn": 1},
    "phone": {"net.ipv4.tcp_rmem": "4096 65536 1048576", "net.ipv4.ip_local_port_range": "37000 50000", "mtu": 1450},
    # Small devices: one segment at a time, no options.
    "embedded": {"net.ipv4.ip_default_ttl": 255, "net.ipv4.tcp_timestamps": 0, "net.ipv4.tcp_sack": 0,
                 "net.ipv4.tcp_window_scaling": 0, "net.ipv4.tcp_rmem": "2048 5840 5840", "initcwnd": 1,
                 "net.ipv4.ip_local_port_range": "4096 9000"},
    "printer": {"net.ipv4.ip_default_ttl": 64, "net.ipv4.tcp_timestamps": 0, "net.ipv4.tcp_window_scaling": 0,
                "net.ipv4.tcp_rmem": "4096 8760 16384", "initcwnd": 2},
    "bsd": {"net.ipv4.tcp_rmem": "4096 65536 2097152", "net.ipv4.tcp_congestion_control": "cubic",
            "net.ipv4.ip_local_port_range": "10000 65535", "initcwnd": 10},
    "tunnelled": {"mtu": 1400, "advmss": 1220},  # behind a VPN client
}


@dataclasses.dataclass(frozen=True)
class Stack:
    kernel: dict  # sysctl -> value
    mtu: int  # 0: the site's
    route: str  # further words of the default route


def stack(name, tune):
    settings = {**STACKS[name], **tune}
    words = [f"{word} {settings.pop(word)}" for word in ("advmss", "initcwnd") if word in settings]
    mtu = int(settings.pop("mtu", 0))
    return Stack(settings, mtu, " ".join(words))
