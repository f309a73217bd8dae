# SPDX-License-Identifier: GPL-3.0-or-later
"""A directory: OpenLDAP's slapd with some dozens of people; their number, their entries' sizes and how many an answer may
hold vary."""
import subprocess

from . import house, service

CONFIGURATION = """
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
modulepath /usr/lib/ldap
moduleload back_mdb
pidfile /srv/data/slapd.pid
sizelimit {limit}
database mdb
maxsize 8388608
suffix "{base}"
rootdn "cn=admin,{base}"
directory /srv/data
dbnosync
index objectClass,uid eq
access to attrs=userPassword by anonymous auth by * none
access to * by * read
"""


@service("ldap.slapd", port=389, tools=("slapd", "slapadd", "slappasswd"))
def slapd(place):
    rng = place.rng
    base = ",".join(f"dc={part}" for part in place.site.domain.split("."))
    password = place.password()
    house.room(place, "data", "nobody")
    place.write("slapd.conf", CONFIGURATION.format(base=base, limit=rng.choice((100, 500, 2000))), 0o644)
    count = rng.randrange(30, 120)
    hashed = subprocess.run(["slappasswd", "-T", str(place.write("secret", password))], check=True, capture_output=True,
                            text=True).stdout
    entries = [f"dn: {base}\nobjectClass: dcObject\nobjectClass: organization\no: lab\n",
               f"dn: ou=people,{base}\nobjectClass: organizationalUnit\nou: people\n"]
    for number in range(count):
        name = rng.choice(house.USERS)
        entries.append(f"dn: uid=user{number},ou=people,{base}\nobjectClass: inetOrgPerson\nuid: user{number}\n"
                       f"cn: {name} {number}\nsn: {number}\n"
                       f"mail: user{number}@{place.site.domain}\ntelephoneNumber: {rng.randrange(10**8)}\n"
                       f"description: {rng.randbytes(rng.randrange(4, 60)).hex()}\nuserPassword: {hashed.strip()}\n")
    place.write("people.ldif", "\n".join(entries), 0o644)
    house.prepare(place, house.as_user("nobody", ["slapadd", "-q", "-f", "/srv/slapd.conf", "-l", "/srv/people.ldif"]))
    addresses = " ".join(f"ldap://{'[' + address + ']' if ':' in address else address}:{place.port}/"
                         for address in ("0.0.0.0", *(["::"] if place.host.address6 else [])))
    house.start(place, ["slapd", "-d", "0", "-u", "nobody", "-g", "nogroup", "-f", "/srv/slapd.conf", "-h", addresses])
    return [place.offer("ldap", base=base, user=f"uid=user{rng.randrange(count)},ou=people,{base}", password=password)]
