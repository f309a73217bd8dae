# SPDX-License-Identifier: GPL-3.0-or-later
"""Mailboxes: Dovecot, with some mails of different sizes, over TLS and plain; login mechanisms, the delay after a wrong
password and connections a process vary."""
from . import house, service

CONFIGURATION = """
base_dir = /srv/run
state_dir = /srv/state
log_path = /srv/dovecot.log
protocols = imap
listen = {listen}
ssl = yes
ssl_cert = <{chain}
ssl_key = <{key}
ssl_min_protocol = TLSv1.2
disable_plaintext_auth = no
auth_mechanisms = {mechanisms}
auth_failure_delay = {delay} secs
first_valid_uid = 1000
mail_location = maildir:/srv/home/%u/Maildir
default_process_limit = 20
default_client_limit = 100
default_vsz_limit = 128M
passdb {{
  driver = passwd-file
  args = scheme=PLAIN /srv/mail.users
}}
userdb {{
  driver = static
  args = uid={uid} gid={uid} home=/srv/home/%u
}}
namespace inbox {{
  inbox = yes
}}
# Without it a guesser's second wrong password is answered after seconds, its fifth after many.
service anvil {{
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service imap-login {{
  service_count = {count}
  process_min_avail = 1
  inet_listener imap {{
    port = {plain}
  }}
  inet_listener imaps {{
    port = {port}
    ssl = yes
  }}
}}
"""


@service("imap.dovecot", port=993, tools=("dovecot", "doveadm"))
def dovecot(place):
    rng = place.rng
    user, password = house.user(place)
    uid = house.users(place, {user: password})[user]
    chain, key = place.certificate()
    plain = 143 if place.port == 993 else place.port - 850
    for number in range(rng.randrange(15, 60)):
        _mail(place, user, number)
    house.give(place.folder / "home" / user, uid, uid)
    place.write("mail.users", f"{user}:{password}\n", 0o644)
    for name in ("run", "state"):
        house.room(place, name, "root")
    place.write("dovecot.conf", CONFIGURATION.format(
        listen="*, [::]" if place.host.address6 else "*", chain=chain, key=key,
        mechanisms=rng.choice(("plain", "plain login")), delay=rng.choice((0, 1, 2)), count=rng.choice((0, 1)), uid=uid,
        plain=plain, port=place.port))
    house.start(place, ["dovecot", "-F", "-c", "/srv/dovecot.conf"])
    return [place.offer("imap", user=user, password=password, tls=True),
            place.offer("imap", port=plain, user=user, password=password, tls=False)]


def _mail(place, user, number):
    rng = place.rng
    sender = rng.choice(house.USERS)
    size = int(min(400_000, 300 + 2500 * rng.lognormvariate(0, 1.3)))
    text = rng.randbytes(size // 2).hex()
    lines = "\r\n".join(text[begin:begin + 76] for begin in range(0, len(text), 76))
    for folder in ("cur", "new", "tmp"):
        (place.folder / "home" / user / "Maildir" / folder).mkdir(parents=True, exist_ok=True)
    name, flags = f"{1_700_000_000 + number * 3600}.M{number}P1.lab", rng.choice((":2,S", ":2,RS", ":2,"))
    place.write(f"home/{user}/Maildir/cur/{name}{flags}",
                f"From: {sender}@{place.site.domain}\r\nTo: {user}@{place.site.domain}\r\nSubject: message {number}\r\n"
                f"Date: Thu, 1 Jan 2026 {number % 24:02}:00:00 +0000\r\n"
                f"Message-ID: <{number}@{place.site.domain}>\r\n\r\n{lines}\r\n")
