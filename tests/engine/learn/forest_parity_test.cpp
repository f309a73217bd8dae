// SPDX-License-Identifier: GPL-3.0-or-later
#include <QJsonObject>
#include <QTest>

#include "engine/learn/inference/forest.h"
#include "tests/engine/learn/forest_tasks.h"
#include "tests/engine/learn/golden.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

using namespace flowscent;
using learn::ForestBalance;
using learn::ForestSettings;
using test::ForestTask;

namespace {

constexpr int forests = 4;   ///< of ours on each task
constexpr double tooFar = 4; ///< standard errors; 26 comparisons in all

/// Ties are one step.
double averagePrecision(const std::vector<double>& shares, const std::vector<std::uint8_t>& isThreat)
{
    std::vector<std::size_t> order(shares.size());
    std::iota(order.begin(), order.end(), 0U);
    std::ranges::sort(order, [&](std::size_t a, std::size_t b) { return shares[a] > shares[b]; });
    double sum = 0;
    double found = 0;
    double before = 0;
    for (std::size_t i = 0; i < order.size(); ++i) {
        found += isThreat[order[i]];
        if (i + 1 < order.size() && shares[order[i + 1]] == shares[order[i]])
            continue;
        sum += (found - before) * found / static_cast<double>(i + 1);
        before = found;
    }
    return sum / found;
}

double mean(const std::vector<double>& values, std::size_t begin, std::size_t end)
{
    return std::accumulate(values.begin() + static_cast<std::ptrdiff_t>(begin),
                           values.begin() + static_cast<std::ptrdiff_t>(end), 0.0) /
           static_cast<double>(end - begin);
}

/// What the golden file measures, of one forest.
std::map<QString, double> measured(const ForestTask& support, std::size_t shots, const ForestTask& asked,
                                   std::size_t wanted, const ForestSettings& settings, std::uint64_t seed)
{
    const auto fit = learn::fitForestOutOfBag(support.rows, support.isThreat, settings, seed);
    if (!fit)
        return {};
    const std::vector<double> shares = learn::forestShares(fit->forest, asked.rows);
    double right = 0;
    for (std::size_t row = 0; row < shares.size(); ++row)
        right += (shares[row] > 0.5) == (row < wanted) ? 1 : 0;
    std::map<QString, double> values{
        {QStringLiteral("average precision"), averagePrecision(shares, asked.isThreat)},
        {QStringLiteral("accuracy"), right / static_cast<double>(shares.size())},
        {QStringLiteral("share of threats"), mean(shares, 0, wanted)},
        {QStringLiteral("share of others"), mean(shares, wanted, shares.size())},
        {QStringLiteral("nodes"), static_cast<double>(fit->forest.nodes.size())},
    };
    if (!settings.extra) {
        values[QStringLiteral("out of bag, threats")] = mean(fit->outOfBag, 0, shots);
        values[QStringLiteral("out of bag, others")] = mean(fit->outOfBag, shots, fit->outOfBag.size());
    }
    return values;
}

/// How much ours and theirs differ over the tasks, and the variance of that.
struct Difference {
    double sum = 0;
    double variance = 0;
    double theirs = 0;
};

} // namespace

class ForestParityTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void measuresAreThoseOfScikitLearn_data()
    {
        QTest::addColumn<QString>("kind");
        QTest::addColumn<ForestSettings>("settings");
        QTest::newRow("forest") << QStringLiteral("forest") << ForestSettings{};
        QTest::newRow("balanced") << QStringLiteral("balanced") << ForestSettings{.balance = ForestBalance::All};
        QTest::newRow("balanced each tree")
            << QStringLiteral("balanced each tree") << ForestSettings{.balance = ForestBalance::EachTree};
        QTest::newRow("extra") << QStringLiteral("extra") << ForestSettings{.extra = true};
    }
    void measuresAreThoseOfScikitLearn()
    {
        QFETCH(QString, kind);
        QFETCH(ForestSettings, settings);
        const QJsonDocument golden = test::golden("forests.json");
        const auto number = [&](const char* name) {
            return static_cast<std::size_t>(golden[QLatin1String(name)].toInt());
        };
        std::map<QString, Difference> differences;
        for (const auto& task : golden[QStringLiteral("tasks")].toArray()) {
            const auto seed = static_cast<std::uint64_t>(task.toObject()[QStringLiteral("seed")].toInt());
            const auto shots = static_cast<std::size_t>(task.toObject()[QStringLiteral("shots")].toInt());
            const ForestTask support = test::forestTask(2 * seed, shots, number("others"));
            const std::size_t wanted = number("asked threats");
            const ForestTask asked = test::forestTask(2 * seed + 1, wanted, number("asked others"));
            std::map<QString, double> ours;
            for (std::uint64_t run = 0; run < forests; ++run) {
                for (const auto& [what, value] :
                     measured(support, shots, asked, wanted, settings, forests * seed + run))
                    ours[what] += value / forests;
            }
            for (const auto& [what, value] : ours) {
                const QJsonObject theirs = task.toObject()[kind].toObject()[what].toObject();
                QVERIFY2(theirs.contains(QLatin1String("mean")), qPrintable(what));
                Difference& difference = differences[what];
                difference.sum += value - theirs[QLatin1String("mean")].toDouble();
                difference.theirs += theirs[QLatin1String("mean")].toDouble();
                // Our forests vary as theirs do.
                difference.variance += theirs[QLatin1String("variance")].toDouble() *
                                       (1.0 / forests + 1.0 / static_cast<double>(number("forests")));
            }
        }
        QCOMPARE(differences.size(), settings.extra ? 5U : 7U);
        for (const auto& [what, difference] : differences) {
            const double error = std::sqrt(difference.variance);
            const QString told = QStringLiteral("%1: %2 from a sum of %3, standard error %4")
                                     .arg(what)
                                     .arg(difference.sum)
                                     .arg(difference.theirs)
                                     .arg(error);
            QVERIFY2(std::abs(difference.sum) <= tooFar * error, qPrintable(told));
            qInfo("%s", qPrintable(told));
        }
    }
};

QTEST_APPLESS_MAIN(ForestParityTest)
#include "forest_parity_test.moc"
