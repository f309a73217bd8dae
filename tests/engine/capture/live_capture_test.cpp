// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "engine/capture/live_capture.h"

#include <chrono>

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

using namespace flowscent;
using capture::LiveCapture;
using namespace std::chrono_literals;

namespace {

/// Sends `text` to the discard port of this machine.
void sendDatagram(const std::string& text)
{
    const int socket = ::socket(AF_INET, SOCK_DGRAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(9);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    (void)::sendto(socket, text.data(), text.size(), 0, reinterpret_cast<sockaddr*>(&address), sizeof address);
    ::close(socket);
}

} // namespace

class LiveCaptureTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void anInterfaceThatIsNotThereIsAnError()
    {
        const auto source = LiveCapture::open("flowscent-none", {});
        QVERIFY(!source);
        QCOMPARE(source.error().where, std::string("flowscent-none"));
        QVERIFY(!source.error().what.empty());
    }

    void aFilterThatMakesNoSenseIsAnError()
    {
        const auto source = LiveCapture::open("lo", {.filter = "tcp prot 80"});
        if (!source && source.error().code == base::Error::Code::Io)
            QSKIP("this test needs the right to capture");
        QVERIFY(!source);
        QCOMPARE(source.error().code, base::Error::Code::Argument);
    }

    void packetsOfTheLoopbackArrive()
    {
        auto source = LiveCapture::open("lo", {.promiscuous = false, .filter = "udp dst port 9"});
        if (!source)
            QSKIP("this test needs the right to capture on the loopback");
        const std::string text = "flowscent was here";
        sendDatagram(text);
        const auto deadline = std::chrono::steady_clock::now() + 10s;
        bool seen = false;
        while (!seen && std::chrono::steady_clock::now() < deadline) {
            const auto packet = source->next();
            QVERIFY2(packet, packet ? "" : packet.error().sentence().c_str());
            if (!*packet)
                continue; // none within its patience
            const auto bytes = (*packet)->bytes;
            seen = std::search(bytes.begin(), bytes.end(), text.begin(), text.end()) != bytes.end();
            QVERIFY((*packet)->time > 1'600'000'000 * base::nanosecondsPerSecond);
        }
        QVERIFY2(seen, "the datagram did not arrive");
        QVERIFY(source->bytesDone() > text.size());
        QVERIFY(!source->finished());
    }

    void aSilentInterfaceGivesControlBack()
    {
        auto source = LiveCapture::open("lo", {.promiscuous = false, .filter = "udp dst port 1", .patienceMs = 20});
        if (!source)
            QSKIP("this test needs the right to capture on the loopback");
        const auto packet = source->next();
        QVERIFY(packet && !*packet);
        QVERIFY(!source->finished());
    }
};

QTEST_GUILESS_MAIN(LiveCaptureTest)
#include "live_capture_test.moc"
