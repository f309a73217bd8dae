# SPDX-License-Identifier: GPL-3.0-or-later
"""What devices and their managers speak with: MQTT (mosquitto), SNMP (snmpd), TFTP (tftpd-hpa), metrics (node-exporter).
Logins, communities, limits, file sizes and what is measured vary."""
import subprocess

from . import house, service


@service("mqtt.mosquitto", port=1883, tools=("mosquitto", "mosquitto_passwd"))
def mosquitto(place):
    rng = place.rng
    user, password = house.user(place) if rng.random() < 0.5 else ("", "")
    if user:
        secrets = place.write("mqtt.users", f"{user}:{password}\n")
        subprocess.run(["mosquitto_passwd", "-U", str(secrets)], check=True, capture_output=True)
        secrets.chmod(0o644)
    place.write("mosquitto.conf", "\n".join([
        "user nobody", "persistence false", "log_type none", "sys_interval 0",
        f"max_keepalive {rng.choice((60, 600, 65535))}", f"max_inflight_messages {rng.choice((20, 100))}",
        f"set_tcp_nodelay {rng.choice(('true', 'false'))}",
        f"listener {place.port} 0.0.0.0", *([f"listener {place.port} ::"] if place.host.address6 else []),
        f"allow_anonymous {'false' if user else 'true'}", *(["password_file /srv/mqtt.users"] if user else []), ""]), 0o644)
    house.start(place, ["mosquitto", "-c", "/srv/mosquitto.conf"])
    return [place.offer("mqtt", user=user, password=password)]


@service("snmp.snmpd", port=161, tools=("snmpd",))
def snmpd(place):
    rng = place.rng
    community = rng.choice(("public", "monitor", place.password(), place.password()))
    addresses = [f"udp:{place.port}", *([f"udp6:[::]:{place.port}"] if place.host.address6 else [])]
    place.write("snmpd.conf", "\n".join([
        f"agentAddress {','.join(addresses)}", f"rocommunity {community}", f"rocommunity6 {community}",
        f"sysLocation room {rng.randrange(400)}", f"sysContact {rng.choice(house.USERS)}@{place.site.domain}",
        f"sysName {place.site.full_name(place.host)}",
        f"sysDescr {rng.choice(('Switch 24 ports', 'Printer', 'UPS 1500', 'Linux'))}", "sysServices 72", ""]))
    house.room(place, "state", "root")
    # Only what is read: no disks, no processes, whose tables would take seconds of CPU.
    modules = "system_mib,sysORTable,interfaces,ifTable,ifXTable,ip,icmp,tcp,udp,snmp_mib,vacm_conf,vacm_context,vacm_vars"
    house.start(place, ["snmpd", "-f", "-Ln", "-C", "-c", "/srv/snmpd.conf", "-I", modules, "-p", "/srv/snmpd.pid"],
                env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "SNMP_PERSISTENT_DIR": "/srv/state", "MIBS": "",
                     "SNMPCONFPATH": "/srv"})
    return [place.offer("snmp", protocol="udp", community=community)]


@service("tftp.tftpd", port=69, tools=("in.tftpd",))
def tftpd(place):
    rng = place.rng
    folder = place.folder / "tftp"
    folder.mkdir()
    name = f"{rng.choice(('config', 'firmware', 'boot', 'phone'))}{rng.randrange(99)}.bin"
    (folder / name).write_bytes(rng.randbytes(int(min(1_500_000, 60_000 * rng.lognormvariate(0, 1)))))
    lowest = rng.randrange(30_000, 40_000)
    house.start(place, ["in.tftpd", "-L", "-a", f":{place.port}", "-u", "nobody", "-R", f"{lowest}:{lowest + 200}",
                        "--secure", "/srv/tftp"])
    return [place.offer("tftp", protocol="udp", file=name, transfer=(lowest, lowest + 200))]


@service("metrics.node", port=9100, tools=("prometheus-node-exporter",))
def node(place):
    collectors = ("loadavg", "meminfo", "netdev", "stat", "sockstat", "netstat", "time", "uname", "vmstat", "cpu")
    chosen = place.rng.sample(collectors, place.rng.randrange(4, len(collectors) + 1))
    command = ["prometheus-node-exporter",
               f"--web.listen-address={'' if place.host.address6 else '0.0.0.0'}:{place.port}",
               "--collector.disable-defaults", *(f"--collector.{name}" for name in chosen)]
    place.start(house.as_user("nobody", command), env={"GOMAXPROCS": "1", "PATH": "/usr/bin:/bin:/usr/sbin:/sbin"})
    return [place.offer("metrics", path="/metrics")]
