// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "engine/base/digest.h"
#include "engine/identify/ssh_head.h"
#include "tests/engine/identify/hello_builder.h"

using namespace flowscent::identify;
namespace test = flowscent::test;

namespace {

struct Lists {
    std::string keyExchange, encryption, authentication, compression;
};

/// Cyberduck 6.7.1, as https://github.com/salesforce/hassh gives it; its HASSH is 8a8ae540028bf433cd68356c1b9e8d5b.
const Lists cyberduck{
    "curve25519-sha256@libssh.org,diffie-hellman-group-exchange-sha256,ecdh-sha2-nistp521,ecdh-sha2-nistp384,"
    "ecdh-sha2-nistp256,diffie-hellman-group-exchange-sha1,diffie-hellman-group1-sha1,diffie-hellman-group14-sha1,"
    "diffie-hellman-group14-sha256,diffie-hellman-group15-sha512,diffie-hellman-group16-sha512,"
    "diffie-hellman-group17-sha512,diffie-hellman-group18-sha512,diffie-hellman-group14-sha256@ssh.com,"
    "diffie-hellman-group15-sha256,diffie-hellman-group15-sha256@ssh.com,diffie-hellman-group15-sha384@ssh.com,"
    "diffie-hellman-group16-sha256,diffie-hellman-group16-sha384@ssh.com,diffie-hellman-group16-sha512@ssh.com,"
    "diffie-hellman-group18-sha512@ssh.com",
    "aes128-cbc,aes128-ctr,aes192-cbc,aes192-ctr,aes256-cbc,aes256-ctr,blowfish-cbc,blowfish-ctr,cast128-cbc,"
    "cast128-ctr,idea-cbc,idea-ctr,serpent128-cbc,serpent128-ctr,serpent192-cbc,serpent192-ctr,serpent256-cbc,"
    "serpent256-ctr,3des-cbc,3des-ctr,twofish128-cbc,twofish128-ctr,twofish192-cbc,twofish192-ctr,twofish256-cbc,"
    "twofish256-ctr,twofish-cbc,arcfour,arcfour128,arcfour256",
    "hmac-sha1,hmac-sha1-96,hmac-md5,hmac-md5-96,hmac-sha2-256,hmac-sha2-512", "zlib@openssh.com,zlib,none"};

/// OpenSSH 5.3 as a server, from the same page; MD5 of the joined lists by Python's hashlib.
const Lists openssh53{
    "diffie-hellman-group-exchange-sha256,diffie-hellman-group-exchange-sha1,diffie-hellman-group14-sha1,"
    "diffie-hellman-group1-sha1",
    "aes128-ctr,aes192-ctr,aes256-ctr,arcfour256,arcfour128,aes128-cbc,3des-cbc,blowfish-cbc,cast128-cbc,aes192-cbc,"
    "aes256-cbc,arcfour,rijndael-cbc@lysator.liu.se",
    "hmac-md5,hmac-sha1,umac-64@openssh.com,hmac-ripemd160,hmac-ripemd160@openssh.com,hmac-sha1-96,hmac-md5-96",
    "none,zlib@openssh.com"};

/// SSH_MSG_KEXINIT in its binary packet (RFC 4253, sections 6 and 7.1).
test::Bytes kexInit(const Lists& outward, const Lists& inward)
{
    test::Bytes message{20};
    test::put(message, test::Bytes(16, 0x33)); // cookie
    for (const std::string& list :
         {outward.keyExchange, std::string("ssh-rsa"), outward.encryption, inward.encryption, outward.authentication,
          inward.authentication, outward.compression, inward.compression, std::string(), std::string()}) {
        test::put32(message, static_cast<std::uint32_t>(list.size()));
        test::put(message, test::fromText(list));
    }
    test::put(message, test::Bytes(5)); // no guess follows, reserved
    test::Bytes packet;
    test::put32(packet, static_cast<std::uint32_t>(message.size() + 1 + 6));
    test::put8(packet, 6);
    return test::joined(test::joined(packet, message), test::Bytes(6));
}

const test::Bytes banner = test::fromText("SSH-2.0-Cyberduck/6.7.1.28683 (Mac OS X/10.13.6) (x86_64)\r\n");

} // namespace

class SshHeadTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void readsBannerAndAlgorithms()
    {
        SshHead head;
        QCOMPARE(parseSshHead(test::joined(banner, kexInit(cyberduck, openssh53)), head), Finding::Found);
        QCOMPARE(head.banner, "SSH-2.0-Cyberduck/6.7.1.28683 (Mac OS X/10.13.6) (x86_64)");
        QCOMPARE(flowscent::base::md5Hex(head.clientAlgorithms), "8a8ae540028bf433cd68356c1b9e8d5b");
    }

    void theServersPrintTakesTheListsInward()
    {
        Lists outward = openssh53;
        outward.encryption = outward.authentication = outward.compression = "none";
        SshHead head;
        QCOMPARE(parseSshHead(test::joined(banner, kexInit(outward, openssh53)), head), Finding::Found);
        QCOMPARE(flowscent::base::md5Hex(head.serverAlgorithms), "b1c6c0d56317555b85c7005a3de29325");
    }

    void tellsTheBannerAheadOfTheAlgorithms()
    {
        const test::Bytes whole = test::joined(banner, kexInit(cyberduck, cyberduck));
        for (std::size_t length = 0; length < whole.size(); ++length) {
            SshHead head;
            const Finding finding = parseSshHead(Bytes(whole).first(length), head);
            if (length + 6 < whole.size()) // the packet's padding may be missing, but is waited for
                QCOMPARE(finding, Finding::Incomplete);
            QCOMPARE(head.banner.empty(), length < banner.size());
        }
    }

    void looksPastLinesAheadOfTheBanner()
    {
        SshHead head;
        QCOMPARE(parseSshHead(test::fromText("Authorised users only\r\n\r\nSSH-2.0-x\r\n"), head), Finding::Incomplete);
        QCOMPARE(head.banner, "SSH-2.0-x");
    }

    void refusesWhatIsNotSsh()
    {
        SshHead head;
        QCOMPARE(parseSshHead(test::fromText("220 ftp ready\r\n"), head), Finding::Other);
        QCOMPARE(parseSshHead(test::fromText("SSH-2.0-" + std::string(300, 'x')), head), Finding::Other);
        QVERIFY(head.banner.empty());
        QCOMPARE(parseSshHead(test::joined(banner, test::fromHex("0000000c0a15000000000000")), head), Finding::Other);
    }

    void refusesListsLongerThanThePacket()
    {
        test::Bytes packet = kexInit(cyberduck, cyberduck);
        packet[6 + 16] = 0xff; // first byte of the first list's length
        SshHead head;
        QCOMPARE(parseSshHead(test::joined(banner, packet), head), Finding::Other);
    }
};

QTEST_GUILESS_MAIN(SshHeadTest)
#include "ssh_head_test.moc"
