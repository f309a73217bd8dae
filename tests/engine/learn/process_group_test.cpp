// SPDX-License-Identifier: GPL-3.0-or-later
// `PROGRAM --as-rank SCENARIO` is one rank of a world that MASTER_ADDR, MASTER_PORT, RANK and WORLD_SIZE describe;
// without it the program is the test, which starts itself as the ranks. tests/bench/two_namespaces starts them too.
// LibTorch before Qt: it has members called like Qt's keywords.
#include "engine/learn/torch/process_group.h"

#include "engine/base/digest.h"
#include "engine/base/random.h"

#include <torch/torch.h>

#include <QTest>

#include <QProcess>

#include <chrono>
#include <cmath>
#include <csignal>
#include <iostream>
#include <limits>
#include <map>

#include <unistd.h>

#include "tests/engine/learn/free_port.h"

using namespace flowscent;
using base::Result;
using learn::ProcessGroup;
using torch::Tensor;

namespace {

// --- a rank -------------------------------------------------------------------------------------------------------

/// Numbers whose sum depends on the order of adding: magnitudes from 1e-8 to 1e8.
Tensor oddNumbers(std::int64_t count, std::uint32_t rank)
{
    base::Rng rng(1000 + rank);
    Tensor tensor = torch::empty({count});
    auto* values = tensor.data_ptr<float>();
    for (std::int64_t i = 0; i < count; ++i)
        values[i] = static_cast<float>(rng.normal() * std::pow(10.0, static_cast<double>(i % 17) - 8));
    return tensor;
}

std::string hashOf(const std::vector<Tensor>& tensors)
{
    base::Sha256 sha;
    for (const Tensor& tensor : tensors)
        sha.add({reinterpret_cast<const char*>(tensor.data_ptr()), tensor.nbytes()});
    return sha.hex();
}

Result<void> say(const std::string& line)
{
    std::cout << line << std::endl; // flushed: the test waits for it
    return {};
}

/// k * (rank + 1) for k = 0 .. count - 1, whole numbers that float holds exactly.
Result<void> sumOfWholeNumbers(ProcessGroup& group)
{
    std::vector<Tensor> tensors{torch::arange(5, torch::kFloat) * (group.rank() + 1.0),
                                torch::arange(6, torch::kFloat).view({2, 3}).t() * (group.rank() + 1.0),
                                torch::full({}, group.rank() + 1.0, torch::kFloat)};
    tensors[0].requires_grad_();
    if (const auto done = group.sum(tensors); !done)
        return done;
    const double ranks = group.size() * (group.size() + 1.0) / 2; // 1 + 2 + ... + size
    const bool right = tensors[0].equal(torch::arange(5, torch::kFloat) * ranks) &&
                       tensors[1].equal(torch::arange(6, torch::kFloat).view({2, 3}).t() * ranks) &&
                       tensors[2].item<double>() == ranks;
    return say(right ? "whole numbers right" : "whole numbers wrong");
}

Result<void> sumOfOddNumbers(ProcessGroup& group)
{
    std::vector<Tensor> tensors;
    std::vector<Tensor> exact; // in double, rank after rank
    std::vector<Tensor> magnitude;
    for (const std::int64_t count : {1, 7, 1000, 65537, 200003}) {
        tensors.push_back(oddNumbers(count, group.rank()));
        exact.push_back(torch::zeros({count}, torch::kDouble));
        magnitude.push_back(torch::zeros({count}, torch::kDouble));
        for (std::uint32_t rank = 0; rank < group.size(); ++rank) {
            const Tensor one = oddNumbers(count, rank).to(torch::kDouble);
            exact.back() += one;
            magnitude.back() += one.abs();
        }
    }
    if (const auto done = group.sum(tensors); !done)
        return done;
    // Adding n floats in any order errs by at most (n - 1) * 2^-24 of the sum of magnitudes, to first order (Higham,
    // Accuracy and Stability of Numerical Algorithms, section 4.2).
    bool near = true;
    for (std::size_t i = 0; i < tensors.size(); ++i)
        near = near &&
               ((tensors[i].to(torch::kDouble) - exact[i]).abs() <= magnitude[i] * (group.size() * std::pow(2.0, -24)))
                   .all()
                   .item<bool>();
    say(near ? "odd numbers near" : "odd numbers far");
    return say("bits " + hashOf(tensors));
}

Result<void> sums(ProcessGroup& group)
{
    if (const auto done = sumOfWholeNumbers(group); !done)
        return done;
    return sumOfOddNumbers(group);
}

/// Rank r gives r + 1 numbers: 10 r, 10 r + 1, ...; and then only rank 1 gives, then nobody.
Result<void> gathering(ProcessGroup& group)
{
    const auto list = [&group](std::vector<double> own) -> Result<void> {
        const auto all = group.gather(own);
        if (!all)
            return base::failure(all.error());
        std::string line = "all";
        for (const double value : *all)
            line += " " + QByteArray::number(value).toStdString();
        return say(line);
    };
    std::vector<double> own;
    for (std::uint32_t i = 0; i <= group.rank(); ++i)
        own.push_back(10.0 * group.rank() + i);
    if (const auto done = list(own); !done)
        return done;
    if (const auto done = list(group.rank() == 1 ? std::vector<double>{0.5, std::numeric_limits<double>::quiet_NaN()}
                                                 : std::vector<double>{});
        !done)
        return done;
    return list({});
}

Result<void> broadcasts(ProcessGroup& group)
{
    std::vector<Tensor> tensors{torch::full({3}, group.rank() * 1.0, torch::kDouble),
                                torch::full({2, 2}, group.rank() * 2.0, torch::kDouble)};
    if (const auto done = group.broadcast(tensors, 1); !done)
        return done;
    const bool right = tensors[0].equal(torch::full({3}, 1, torch::kDouble)) &&
                       tensors[1].equal(torch::full({2, 2}, 2, torch::kDouble));
    say(right ? "of rank 1" : "of somebody else");
    if (group.broadcast(tensors, group.size()))
        return say("from nobody");
    return {};
}

Result<void> stopFlags(ProcessGroup& group)
{
    std::string line = "stop";
    for (std::uint32_t step = 0; step < 6; ++step) {
        const auto stop = group.any(group.rank() == 1 && step == 3);
        if (!stop)
            return base::failure(stop.error());
        line += *stop ? " yes" : " no";
    }
    return say(line);
}

Result<void> agrees(ProcessGroup& group)
{
    return group.agree("settings and data", "cafe");
}

Result<void> disagrees(ProcessGroup& group)
{
    return group.agree("settings and data", group.rank() == 1 ? "beef" : "cafe");
}

Result<void> sumsOfDifferentSizes(ProcessGroup& group)
{
    std::vector<Tensor> tensors{torch::ones({group.rank() == 1 ? 11 : 10})};
    const auto done = group.sum(tensors);
    if (tensors[0].sum().item<double>() != (group.rank() == 1 ? 11 : 10))
        say("changed in spite of the error");
    if (!done && group.barrier())
        say("goes on after an error");
    return done;
}

Result<void> oneComputesOneSums(ProcessGroup& group)
{
    std::vector<Tensor> tensors{torch::ones({10})};
    if (group.rank() != 1)
        return group.sum(tensors);
    const auto answer = group.any(false);
    if (!answer)
        return base::failure(answer.error());
    return {};
}

/// Sums until somebody fails; the tensors that the failing sum should have changed must be as they were.
Result<void> sumsForEver(ProcessGroup& group)
{
    const Tensor own = torch::ones({300000});
    for (std::uint64_t round = 0;; ++round) {
        std::vector<Tensor> tensors{own.clone()};
        if (const auto done = group.sum(tensors); !done) {
            say(tensors[0].equal(own) ? "unchanged" : "changed");
            return done;
        }
        if (round == 3)
            say("running");
    }
}

/// As above without gloo, whose waits do not survive a pause of their own process.
Result<void> asksForEver(ProcessGroup& group)
{
    for (std::uint64_t round = 0;; ++round) {
        if (const auto answer = group.any(false); !answer)
            return base::failure(answer.error());
        if (round == 3)
            say("running");
    }
}

/// Prints what an exchange costs; no test.
Result<void> speed(ProcessGroup& group)
{
    const auto each = [](const std::string& what, int rounds, auto call) -> Result<void> {
        const auto begin = std::chrono::steady_clock::now();
        for (int round = 0; round < rounds; ++round)
            if (const auto done = call(); !done)
                return base::failure(done.error());
        const std::chrono::duration<double, std::micro> took = std::chrono::steady_clock::now() - begin;
        return say(what + ": " + std::to_string(std::llround(took.count() / rounds)) + " us");
    };
    if (const auto done = each("question to all", 2000, [&] { return group.any(false); }); !done)
        return done;
    for (const std::int64_t count : {1000, 20000, 200000, 2000000}) {
        std::vector<Tensor> tensors{torch::zeros({count})};
        if (const auto done =
                each("sum of " + std::to_string(count) + " floats", 100, [&] { return group.sum(tensors); });
            !done)
            return done;
    }
    const std::vector<double> losses(16, 1.0);
    return each("gathering of 16 numbers a rank", 1000, [&] { return group.gather(losses); });
}

/// Leaves at once after a sum, as a training does after its last step.
Result<void> comeAndGo(ProcessGroup& group)
{
    std::vector<Tensor> tensors{torch::ones({20000})};
    return group.sum(tensors);
}

Result<void> beRank(const std::string& scenario, std::chrono::milliseconds timeout)
{
    const auto address = learn::worldFromEnvironment();
    if (!address)
        return base::failure(address.error());
    if (!*address)
        return base::failure(base::Error::Code::Argument, "no world in the environment");
    const auto group = ProcessGroup::join(**address, timeout);
    if (!group)
        return base::failure(group.error());
    const std::map<std::string, Result<void> (*)(ProcessGroup&)> scenarios{
        {"comeAndGo", comeAndGo},
        {"sums", sums},
        {"gathering", gathering},
        {"broadcasts", broadcasts},
        {"stopFlags", stopFlags},
        {"agrees", agrees},
        {"disagrees", disagrees},
        {"sumsOfDifferentSizes", sumsOfDifferentSizes},
        {"oneComputesOneSums", oneComputesOneSums},
        {"sumsForEver", sumsForEver},
        {"asksForEver", asksForEver},
        {"speed", speed},
    };
    const auto found = scenarios.find(scenario);
    if (found == scenarios.end())
        return base::failure(base::Error::Code::Argument, "no such scenario: " + scenario);
    return found->second(**group);
}

int rankMain(const std::string& scenario)
{
    alarm(240); // whatever becomes of the test, no rank stays behind
    at::set_num_threads(1);
    const QByteArray timeout = qgetenv("FLOWSCENT_TEST_TIMEOUT_MS");
    const auto done = beRank(scenario, std::chrono::milliseconds(timeout.isEmpty() ? 60000 : timeout.toInt()));
    say(done ? "done" : "error: " + done.error().sentence());
    return done ? 0 : 3;
}

// --- the test -----------------------------------------------------------------------------------------------------

constexpr int patience = 200000; // ms; a rank that takes longer hangs

class Ranks {
public:
    Ranks(const char* scenario, std::uint32_t size, int timeout = 60000)
        : m_scenario(QString::fromLatin1(scenario))
        , m_size(size)
        , m_timeout(timeout)
    {
    }

    ~Ranks()
    {
        for (const auto& process : m_processes)
            process->kill(); // SIGKILL, which stopped processes hear too
        for (const auto& process : m_processes)
            process->waitForFinished();
    }
    Ranks(const Ranks&) = delete;
    Ranks& operator=(const Ranks&) = delete;

    QProcess& start(std::uint32_t rank, std::uint32_t size, const char* interface = nullptr)
    {
        auto process = std::make_unique<QProcess>();
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        const auto set = [&](const char* name, const QString& value) {
            environment.insert(QString::fromLatin1(name), value);
        };
        set("MASTER_ADDR", QStringLiteral("127.0.0.1"));
        set("MASTER_PORT", QString::number(m_port.number()));
        set("RANK", QString::number(rank));
        set("WORLD_SIZE", QString::number(size));
        set("FLOWSCENT_TEST_TIMEOUT_MS", QString::number(m_timeout));
        environment.remove(QStringLiteral("GLOO_SOCKET_IFNAME"));
        if (interface != nullptr)
            set("GLOO_SOCKET_IFNAME", QString::fromLatin1(interface));
        process->setProcessEnvironment(environment);
        process->setProcessChannelMode(QProcess::MergedChannels);
        process->start(QCoreApplication::applicationFilePath(), {QStringLiteral("--as-rank"), m_scenario});
        m_processes.push_back(std::move(process));
        return *m_processes.back();
    }

    void startAll()
    {
        for (std::uint32_t rank = 0; rank < m_size; ++rank)
            start(rank, m_size);
    }

    /// True when every rank has said that it is in the middle of its work.
    bool allRun()
    {
        for (const auto& process : m_processes)
            while (!process->peek(1000).contains("running"))
                if (!process->waitForReadyRead(patience))
                    return false;
        return true;
    }

    void signal(std::size_t rank, int number)
    {
        if (const auto process = static_cast<pid_t>(m_processes[rank]->processId()); process > 0)
            kill(process, number);
    }

    /// What a rank has said, when it has ended; "hangs" otherwise. A crash is said too.
    QByteArray said(std::size_t rank)
    {
        QProcess& process = *m_processes[rank];
        if (process.state() != QProcess::NotRunning && !process.waitForFinished(patience))
            return "hangs";
        return process.readAll().trimmed() + (process.exitStatus() == QProcess::CrashExit ? " (crashed)" : "");
    }

    /// All must say the same.
    QByteArray saidByAll()
    {
        const QByteArray first = said(0);
        for (std::size_t rank = 1; rank < m_processes.size(); ++rank)
            if (const QByteArray other = said(rank); other != first)
                return "rank 0: " + first + "; rank " + QByteArray::number(rank) + ": " + other;
        return first;
    }

private:
    QString m_scenario;
    std::uint32_t m_size;
    int m_timeout;
    FreePort m_port;
    std::vector<std::unique_ptr<QProcess>> m_processes;
};

QByteArray runAll(const char* scenario, std::uint32_t size)
{
    Ranks ranks(scenario, size);
    ranks.startAll();
    return ranks.saidByAll();
}

} // namespace

#define QCONTAINS(text, part)                                                                                          \
    do {                                                                                                               \
        const QByteArray whole = (text);                                                                               \
        QVERIFY2(whole.contains(part), whole.constData());                                                             \
    } while (false)

class ProcessGroupTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void sumsAreRightAndTheSameToTheLastBitOnEveryRank_data() { sizes(); }
    void sumsAreRightAndTheSameToTheLastBitOnEveryRank()
    {
        QFETCH(const std::uint32_t, size);
        const QByteArray said = runAll("sums", size);
        QCONTAINS(said, "whole numbers right\nodd numbers near\nbits ");
        QVERIFY(said.endsWith("done"));
        QVERIFY(!said.contains("rank 0:"));   // nobody differs
        QCOMPARE(runAll("sums", size), said); // nor another run
    }

    void gathersInOrderOfRanksWhateverEachGives()
    {
        QCOMPARE(runAll("gathering", 2), QByteArray("all 0 10 11\nall 0.5 nan\nall\ndone"));
        QCOMPARE(runAll("gathering", 4), QByteArray("all 0 10 11 20 21 22 30 31 32 33\nall 0.5 nan\nall\ndone"));
    }

    void broadcastsFromTheRankThatIsNamed() { QCOMPARE(runAll("broadcasts", 4), QByteArray("of rank 1\ndone")); }

    void oneWhoStopsStopsAllAtTheSameStep()
    {
        QCOMPARE(runAll("stopFlags", 4), QByteArray("stop no no no yes no no\ndone"));
    }

    void differentSettingsOrDataAreRefusedWithBoth()
    {
        QCOMPARE(runAll("agrees", 2), QByteArray("done"));
        QCOMPARE(runAll("disagrees", 4),
                 QByteArray("error: the ranks differ in settings and data: rank 0 has cafe, rank 1 has beef"));
    }

    void whoWantsSomethingElseIsToldBeforeAnythingIsExchanged()
    {
        QCOMPARE(runAll("sumsOfDifferentSizes", 2),
                 QByteArray("error: the ranks differ in what to exchange: rank 0 has a sum of 10 numbers (Float, 1 "
                            "tensors), rank 1 has a sum of 11 numbers (Float, 1 tensors)"));
        QCOMPARE(runAll("oneComputesOneSums", 2),
                 QByteArray("error: the ranks differ in what to exchange: rank 0 has a sum of 10 numbers (Float, 1 "
                            "tensors), rank 1 has a question to all"));
    }

    /// Nobody may be hurt by another's leaving early.
    void leavingEarlyHurtsNobody()
    {
        for (int world = 0; world < 6; ++world)
            QCOMPARE(runAll("comeAndGo", 4), QByteArray("done"));
    }

    void aKilledRankIsNamedByAllOthers_data() { victims(); }
    void aKilledRankIsNamedByAllOthers()
    {
        QFETCH(const std::uint32_t, size);
        QFETCH(const std::uint32_t, victim);
        Ranks ranks("sumsForEver", size);
        ranks.startAll();
        QVERIFY(ranks.allRun());
        ranks.signal(victim, SIGKILL);
        for (std::uint32_t rank = 0; rank < size; ++rank)
            if (rank != victim) {
                const QByteArray said = ranks.said(rank);
                QCONTAINS(said, "running\nunchanged\nerror: rank " + QByteArray::number(victim) + " of " +
                                    QByteArray::number(size) + " does not answer any more (its connection");
                QVERIFY2(said.endsWith("is closed: the process has ended)"), said.constData());
            }
    }

    void aStuckRankIsNamedByAllOthers_data() { victims(); }
    void aStuckRankIsNamedByAllOthers()
    {
        QFETCH(const std::uint32_t, size);
        QFETCH(const std::uint32_t, victim);
        Ranks ranks("sumsForEver", size, 6000);
        ranks.startAll();
        QVERIFY(ranks.allRun());
        ranks.signal(victim, SIGSTOP);
        for (std::uint32_t rank = 0; rank < size; ++rank)
            if (rank != victim) {
                const QByteArray said = ranks.said(rank);
                QCONTAINS(said, "running\nunchanged\nerror: rank " + QByteArray::number(victim) + " of " +
                                    QByteArray::number(size) + " does not answer any more (");
                QCONTAINS(said, "last sign of life");
                QVERIFY2(said.endsWith("s ago)"), said.constData());
            }
    }

    void aPauseOfTheWholeWorldHurtsNobody()
    {
        Ranks ranks("asksForEver", 2, 2000);
        ranks.startAll();
        QVERIFY(ranks.allRun());
        for (const std::size_t rank : {std::size_t{1}, std::size_t{0}})
            ranks.signal(rank, SIGSTOP);
        QTest::qWait(5000); // longer than any patience
        for (const std::size_t rank : {std::size_t{0}, std::size_t{1}})
            ranks.signal(rank, SIGCONT);
        QTest::qWait(1000);
        ranks.signal(1, SIGKILL);
        QCONTAINS(ranks.said(0),
                  "error: rank 1 of 2 does not answer any more (its connection from 127.0.0.1 is closed");
    }

    void aRankThatNeverComesIsNamed()
    {
        Ranks ranks("sums", 3, 6000);
        ranks.start(0, 3);
        ranks.start(2, 3);
        const QByteArray said = ranks.saidByAll();
        QVERIFY2(said.endsWith("rank 1 of 3 has not come within 6 s"), said.constData());
        QVERIFY2(said.startsWith("error: 127.0.0.1:"), said.constData());
    }

    void withoutRankZeroTheOthersSayWhereTheyLooked()
    {
        Ranks ranks("sums", 2, 2000);
        ranks.start(1, 2);
        const QByteArray said = ranks.said(0);
        QVERIFY2(said.startsWith("error: 127.0.0.1:"), said.constData());
        QVERIFY2(said.endsWith(": rank 0 of 2 cannot be reached: Connection refused"), said.constData());
    }

    void theInterfaceThatIsNamedIsUsed()
    {
        Ranks ranks("agrees", 2);
        ranks.start(0, 2, "lo");
        ranks.start(1, 2, "lo");
        QCOMPARE(ranks.saidByAll(), QByteArray("done"));
    }

    void anInterfaceThatIsNotThereIsNamed()
    {
        Ranks ranks("agrees", 2);
        ranks.start(0, 2);
        ranks.start(1, 2, "nosuch0");
        QCONTAINS(ranks.said(1), "error: GLOO_SOCKET_IFNAME=nosuch0: gloo cannot listen there: ");
        QCOMPARE(ranks.said(0), QByteArray("error: rank 1 of 2 has left"));
    }

    void aWorldOfOneNeedsNobody()
    {
        const auto group = ProcessGroup::join({.masterAddress = "nowhere", .masterPort = 1, .rank = 0, .worldSize = 1});
        QVERIFY(group);
        std::vector<Tensor> tensors{torch::arange(3, torch::kFloat)};
        QVERIFY((*group)->sum(tensors));
        QVERIFY(tensors[0].equal(torch::arange(3, torch::kFloat)));
        const std::vector<double> own{1, 2};
        QVERIFY((*group)->gather(own).value() == own);
        QVERIFY((*group)->agree("settings", "cafe"));
        QVERIFY((*group)->barrier());
        QCOMPARE((*group)->any(true).value(), true);
        QCOMPARE((*group)->any(false).value(), false);
    }

    void refusesWhatItCannotExchange()
    {
        const auto group = ProcessGroup::join({.masterAddress = "nowhere", .masterPort = 1, .rank = 0, .worldSize = 1});
        QVERIFY(group);
        std::vector<Tensor> mixed{torch::ones({2}), torch::ones({2}, torch::kDouble)};
        QVERIFY(!(*group)->sum(mixed));
        std::vector<Tensor> undefined{Tensor()};
        QVERIFY(!(*group)->sum(undefined));
        QVERIFY(!(*group)->agree("settings", std::string(5000, 'x')));
    }

private:
    static void sizes()
    {
        QTest::addColumn<std::uint32_t>("size");
        QTest::newRow("two") << 2U;
        QTest::newRow("four") << 4U;
    }

    static void victims()
    {
        QTest::addColumn<std::uint32_t>("size");
        QTest::addColumn<std::uint32_t>("victim");
        QTest::newRow("rank 1 of 2") << 2U << 1U;
        QTest::newRow("rank 2 of 4") << 4U << 2U;
        QTest::newRow("rank 0 of 4, the coordinator") << 4U << 0U;
    }
};

int main(int count, char** words)
{
    if (count == 3 && std::string_view(words[1]) == "--as-rank")
        return rankMain(words[2]);
    QCoreApplication application(count, words);
    ProcessGroupTest test;
    return QTest::qExec(&test, count, words);
}

#include "process_group_test.moc"
