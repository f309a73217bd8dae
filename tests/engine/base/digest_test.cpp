// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "engine/base/digest.h"

using namespace flowscent::base;

namespace {

std::span<const std::uint8_t> bytes(const std::string& text)
{
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

} // namespace

class DigestTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    /// FIPS 180-4 examples, "abc" and the two-block message (NIST CSRC example values).
    void sha1MatchesTheStandardsExamples()
    {
        QCOMPARE(base64(sha1(bytes("abc"))), base64(bytes(fromHex("a9993e364706816aba3e25717850c26c9cd0d89d"))));
        QCOMPARE(base64(sha1(bytes("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"))),
                 base64(bytes(fromHex("84983e441c3bd26ebaae4aa1f95129e5e54670f1"))));
    }

    void sha256MatchesTheStandardsExamples()
    {
        Sha256 digest;
        digest.add("abc");
        QCOMPARE(digest.hex(), std::string("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"));
        digest.add("abcdbcdecdefdefgefghfghighijhijkijklj");
        digest.add("klmklmnlmnomnopnopq"); // in pieces, after a reset
        QCOMPARE(digest.hex(), std::string("248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"));
    }

    /// RFC 1321, appendix A.5.
    void md5MatchesTheRfcsTestSuite()
    {
        QCOMPARE(md5Hex(""), std::string("d41d8cd98f00b204e9800998ecf8427e"));
        QCOMPARE(md5Hex("message digest"), std::string("f96b697d7cb7938d525a2f31aaf161d0"));
        QCOMPARE(md5Hex("12345678901234567890123456789012345678901234567890123456789012345678901234567890"),
                 std::string("57edf4a22be3c955ac49da2e2107b67a"));
    }

    /// RFC 4648, section 10.
    void base64MatchesTheRfcsVectors()
    {
        QCOMPARE(base64(bytes("")), std::string());
        QCOMPARE(base64(bytes("f")), std::string("Zg=="));
        QCOMPARE(base64(bytes("fo")), std::string("Zm8="));
        QCOMPARE(base64(bytes("foobar")), std::string("Zm9vYmFy"));
    }

private:
    static std::string fromHex(const char* hex) { return QByteArray::fromHex(hex).toStdString(); }
};

QTEST_GUILESS_MAIN(DigestTest)
#include "digest_test.moc"
