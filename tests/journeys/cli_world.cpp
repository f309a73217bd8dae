// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/journeys/cli_world.h"

#include "engine/base/random.h"
#include "tests/journeys/cli_runner.h"
#include "tests/support/flow_builder.h"

#include <QDir>

namespace flowscent::test {

namespace {

constexpr base::Nanoseconds begin = 1'700'000'000 * base::nanosecondsPerSecond;

/// A kind of conversation: so many turns of so many bytes.
struct Habit {
    std::size_t request = 100;
    std::size_t answer = 500;
    std::uint64_t turns = 3;
    base::Nanoseconds pause = milliseconds(20);
};

Conversation converse(const Habit& habit, std::uint16_t port, base::Nanoseconds start, base::Rng& rng)
{
    Conversation talk;
    talk.clientPort = port;
    talk.serverPort = 443;
    talk.now = start;
    talk.handshake();
    std::uint32_t client = 1001;
    std::uint32_t server = 5001;
    for (std::uint64_t turn = 0; turn < habit.turns; ++turn) {
        const std::size_t request = habit.request + rng.below(8);
        const std::size_t answer = habit.answer + rng.below(8);
        talk.wait(habit.pause + milliseconds(static_cast<std::int64_t>(rng.below(10))));
        talk.out({.sequence = client, .acknowledged = server, .payload = request});
        client += static_cast<std::uint32_t>(request);
        talk.in({.sequence = server, .acknowledged = client, .payload = answer});
        server += static_cast<std::uint32_t>(answer);
    }
    return talk.goodbye(client, server);
}

QString labelLine(const Conversation& talk, const QString& label)
{
    return QStringLiteral("%1,%2,%3,%4,TCP,%5,%6\n")
        .arg(QString::fromStdString(talk.client))
        .arg(talk.clientPort)
        .arg(QString::fromStdString(talk.server))
        .arg(talk.serverPort)
        .arg(QString::fromStdString(base::epochText(talk.frames.front().time)), label);
}

Bytes classCapture(std::uint64_t kind, std::uint64_t session)
{
    base::Rng rng(100 * kind + session);
    const Habit habit{40 + 90 * (kind % 5), 30 + 170 * (kind % 7), 1 + kind % 9,
                      milliseconds(static_cast<std::int64_t>(5 + 40 * (kind % 3)))};
    std::vector<Conversation> talks;
    for (std::uint16_t i = 0; i < 14; ++i)
        talks.push_back(converse(habit, static_cast<std::uint16_t>(20'000 + i), begin + seconds(i), rng));
    return pcap(merged(talks));
}

} // namespace

void writeCapture(const QString& folder)
{
    base::Rng rng(1);
    std::vector<Conversation> talks;
    QString labels = QStringLiteral("src_ip,src_port,dst_ip,dst_port,proto,start_epoch,label\n");
    for (int i = 0; i < worldBenign; ++i) {
        const Habit habit{100 + rng.below(600), 300 + rng.below(1000), 1 + rng.below(20), milliseconds(15)};
        talks.push_back(converse(habit, static_cast<std::uint16_t>(20'000 + i), begin + milliseconds(700 * i), rng));
        labels += labelLine(talks.back(), QStringLiteral("background"));
    }
    for (int i = 0; i < worldBeacons; ++i) {
        const Habit habit{48, 16, 2, milliseconds(3)};
        talks.push_back(converse(habit, static_cast<std::uint16_t>(50'000 + i), begin + seconds(5 * i), rng));
        labels += labelLine(talks.back(), QStringLiteral("beacon"));
    }
    save((folder + QStringLiteral("/capture.pcap")).toStdString(), pcap(merged(talks)));
    writeFile(folder + QStringLiteral("/labels.csv"), labels.toUtf8());
}

void writeCorpus(const QString& folder)
{
    QDir().mkpath(folder);
    QString manifest = QStringLiteral("capture,class,kind,split,session,source,licence\n");
    for (std::uint64_t kind = 0; kind < 20; ++kind) {
        for (std::uint64_t session = 0; session < 2; ++session) {
            const QString name = QStringLiteral("class%1_%2.pcap").arg(kind).arg(session);
            save((folder + QLatin1Char('/') + name).toStdString(), classCapture(kind, session));
            manifest += QStringLiteral("%1,class%2,%3,%4,s%2_%5,made here,CC0\n")
                            .arg(name)
                            .arg(kind)
                            .arg(kind % 4 == 0 ? QStringLiteral("threat") : QStringLiteral("benign"),
                                 kind < 13 ? QStringLiteral("train") : QStringLiteral("val"))
                            .arg(session);
        }
    }
    writeFile(folder + QStringLiteral("/manifest.csv"), manifest.toUtf8());
}

} // namespace flowscent::test
