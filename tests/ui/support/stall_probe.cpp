// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/ui/support/stall_probe.h"

#include <QCoreApplication>
#include <QProcess>

#include <algorithm>
#include <array>
#include <csignal>
#include <mutex>
#include <ranges>

#include <dlfcn.h>
#include <execinfo.h>
#include <pthread.h>

namespace flowscent::test {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t deepest = 48;
constexpr std::size_t mostStalls = 5;
constexpr std::size_t mostFrames = 4;
constexpr auto noticed = std::chrono::milliseconds(40);
constexpr auto look = std::chrono::milliseconds(10);

/// What the signal's handler leaves: it may only touch memory.
std::array<void*, deepest> caughtFrames;
std::atomic<int> caughtCount = 0;

void catchFrames(int /*signal*/)
{
    caughtCount.store(backtrace(caughtFrames.data(), static_cast<int>(deepest)), std::memory_order_release);
}

using Frames = std::vector<void*>;

/// Names of those frames that lie in the program itself, our own only.
QStringList names(const Frames& frames)
{
    QStringList addresses;
    for (void* frame : frames) {
        Dl_info info{};
        if (dladdr(frame, &info) != 0 && info.dli_fname != nullptr &&
            QCoreApplication::applicationFilePath().endsWith(
                QString::fromLocal8Bit(info.dli_fname).section(QLatin1Char('/'), -1)))
            addresses << QStringLiteral("0x%1").arg(static_cast<char*>(frame) - static_cast<char*>(info.dli_fbase) - 1,
                                                    0, 16);
    }
    if (addresses.isEmpty())
        return {};
    QProcess tool;
    tool.start(QStringLiteral("addr2line"),
               QStringList{QStringLiteral("-Cf"), QStringLiteral("-e"), QCoreApplication::applicationFilePath()} +
                   addresses);
    if (!tool.waitForFinished())
        return {};
    QStringList found;
    const QList<QByteArray> lines = tool.readAllStandardOutput().split('\n');
    for (qsizetype i = 0; i < lines.size(); i += 2) {
        const QByteArray& name = lines[i];
        if (name.startsWith("flowscent::") && !name.startsWith("flowscent::test::"))
            found << QString::fromUtf8(name);
        if (found.size() == mostFrames)
            break;
    }
    return found;
}

} // namespace

struct StallProbe::Watched {
    struct Caught {
        std::uint64_t turn = 0; ///< during which
        Frames frames;
    };

    pthread_t thread = pthread_self();
    std::atomic<std::uint64_t> turn = 0;
    std::atomic<Clock::time_point> since = Clock::now();
    std::mutex mutex;
    std::vector<Caught> caught;
};

QString StallReport::text() const
{
    QString line =
        QStringLiteral("event loop: worst %1 ms, 99 % of turns within %2 ms").arg(worst, 0, 'f', 1).arg(p99, 0, 'f', 1);
    for (const Stall& stall : stalls) {
        if (!stall.place.isEmpty())
            line += QStringLiteral("\n  %1 ms in %2")
                        .arg(stall.milliseconds, 0, 'f', 1)
                        .arg(stall.place.join(QStringLiteral(" < ")));
    }
    return line;
}

StallProbe::StallProbe()
    : m_watched(std::make_unique<Watched>())
{
    std::array<void*, 1> first{};
    backtrace(first.data(), 1); // loads what backtrace needs, which a signal's handler must not
    struct sigaction action {};
    action.sa_handler = catchFrames;
    action.sa_flags = SA_RESTART;
    sigaction(SIGUSR2, &action, nullptr);
    m_timer.setTimerType(Qt::PreciseTimer);
    m_timer.setInterval(1);
    connect(&m_timer, &QTimer::timeout, this, &StallProbe::turn);
}

StallProbe::~StallProbe() = default;

void StallProbe::start()
{
    m_gaps.clear();
    m_watched->caught.clear();
    m_watched->turn = 0;
    m_watched->since = Clock::now();
    m_clock.start();
    m_timer.start();
    m_watcher = std::jthread([watched = m_watched.get()](const std::stop_token& stop) {
        while (!stop.stop_requested()) {
            std::this_thread::sleep_for(look);
            const std::uint64_t turn = watched->turn;
            if (Clock::now() - watched->since.load() < noticed)
                continue;
            caughtCount = 0;
            pthread_kill(watched->thread, SIGUSR2);
            for (int i = 0; i < 50 && caughtCount.load(std::memory_order_acquire) == 0; ++i)
                std::this_thread::sleep_for(std::chrono::microseconds(100));
            const int count = caughtCount.load(std::memory_order_acquire);
            const std::scoped_lock lock(watched->mutex);
            if (count > 0 && (watched->caught.empty() || watched->caught.back().turn != turn))
                watched->caught.push_back({turn, Frames(caughtFrames.begin(), caughtFrames.begin() + count)});
        }
    });
}

void StallProbe::turn()
{
    m_gaps.push_back(static_cast<double>(m_clock.nsecsElapsed()) / 1e6);
    m_clock.restart();
    ++m_watched->turn;
    m_watched->since = Clock::now();
}

StallReport StallProbe::stop()
{
    m_timer.stop();
    m_watcher.request_stop();
    if (m_watcher.joinable())
        m_watcher.join();
    StallReport report;
    if (m_gaps.empty())
        return report;
    std::vector<std::size_t> order(m_gaps.size());
    for (std::size_t i = 0; i < order.size(); ++i)
        order[i] = i;
    std::ranges::sort(order, std::ranges::greater{}, [this](std::size_t i) { return m_gaps[i]; });
    report.worst = m_gaps[order.front()];
    report.p99 = m_gaps[order[order.size() / 100]];
    for (const std::size_t turn : order | std::views::take(mostStalls)) {
        const auto caught = std::ranges::find(m_watched->caught, turn, &Watched::Caught::turn);
        report.stalls.push_back(
            {m_gaps[turn], caught == m_watched->caught.end() ? QStringList() : names(caught->frames)});
    }
    return report;
}

} // namespace flowscent::test
