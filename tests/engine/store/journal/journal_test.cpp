// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTemporaryDir>
#include <QTest>

#include "engine/hunt/label_history.h"
#include "engine/store/journal/journal.h"
#include "tests/support/packet_builder.h"

#include <chrono>
#include <csignal>
#include <fstream>

#include <sys/wait.h>
#include <unistd.h>

using namespace flowscent;
using flow::FlowId;
using hunt::Label;

namespace {

/// Flow i from 10.0.0.(i+1):4000, i seconds after 1970.
flow::FlowTable tableOf(std::uint32_t flows, std::uint32_t first = 0)
{
    flow::FlowTable table;
    for (std::uint32_t i = first; i < first + flows; ++i) {
        flow::FlowRecord record;
        record.key = {test::endpoint("10.0.0." + std::to_string(i + 1), 4000), test::endpoint("192.0.2.1", 443), 6};
        record.start = i * base::nanosecondsPerSecond;
        table.append(record);
    }
    return table;
}

store::CapturePrint printOf(const std::string& digest)
{
    return {.files = {{.path = "/captures/" + digest, .size = 7, .digest = digest}}, .digest = digest};
}

struct Hunt {
    hunt::LabelHistory history;
    std::string program;
    std::uint64_t number = 0;

    explicit Hunt(std::string name)
        : program(std::move(name))
    {
        history.setProgram(program);
    }
    hunt::ActContext now(std::string reason = {}) const
    {
        return {static_cast<base::Nanoseconds>(number + 1) * 10 * base::nanosecondsPerSecond, "ann", std::move(reason),
                7};
    }
    store::JournalEntry entry(store::Verb verb, std::shared_ptr<const hunt::LabelAct> act)
    {
        ++number;
        return {verb,  std::move(act), static_cast<base::Nanoseconds>(number) * 10 * base::nanosecondsPerSecond,
                "ann", program,        number};
    }
};

} // namespace

class JournalTest : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;
    [[nodiscard]] std::filesystem::path file(const char* name) const
    {
        return m_folder.filePath(QLatin1String(name)).toStdString();
    }
    static store::Journal opened(const std::filesystem::path& file)
    {
        auto journal = store::Journal::open(file);
        if (!journal)
            qFatal("%s", journal.error().sentence().c_str());
        return std::move(*journal);
    }

private Q_SLOTS:
    void whatWasDoneIsThereAgain()
    {
        const auto table = tableOf(20);
        Hunt hunt("one");
        {
            store::Journal journal = opened(file("again.db"));
            const auto write = [&](store::Verb verb, const std::shared_ptr<const hunt::LabelAct>& act) {
                QVERIFY(journal.append(printOf("a"), table, hunt.entry(verb, act)));
            };
            hunt.history.assign(std::vector{FlowId(3), FlowId(4)}, Label::Threat, hunt.now("same host as yesterday"));
            write(store::Verb::Do, hunt.history.latest());
            hunt.history.renameThreat(1, "Beacon-A", hunt.now());
            write(store::Verb::Do, hunt.history.latest());
            hunt.history.assign(std::vector{FlowId(5)}, Label::Unsure, hunt.now());
            write(store::Verb::Do, hunt.history.latest());
            write(store::Verb::Undo, hunt.history.toUndo());
            hunt.history.undo();
            hunt.history.assignThreat(std::vector{FlowId(6)}, 3, hunt.now());
            write(store::Verb::Do, hunt.history.latest());
            hunt.history.bookmark(std::vector{FlowId(4), FlowId(7)}, true, hunt.now());
            write(store::Verb::Do, hunt.history.latest());
            hunt.history.note(std::vector{FlowId(8)}, "ask \"Bob\" about '; DROP TABLE entry; --", hunt.now());
            write(store::Verb::Do, hunt.history.latest());
            hunt.history.setBackground(std::make_shared<const flow::FlowSet>(flow::FlowSet(std::vector{FlowId(9)})),
                                       hunt.now());
            write(store::Verb::Do, hunt.history.latest());
            write(store::Verb::Undo, hunt.history.toUndo());
            write(store::Verb::Redo, hunt.history.toUndo());
        }
        store::Journal journal = opened(file("again.db"));
        QVERIFY(!journal.putAside());
        const auto found = journal.read(printOf("a"), table);
        QVERIFY(found);
        QCOMPARE(found->lost, std::size_t(0));
        QCOMPARE(found->acts.front().context.reason, std::string("same host as yesterday"));
        QCOMPARE(found->acts.front().context.user, std::string("ann"));
        QVERIFY(found->acts.front().context.revision == 7);
        hunt::LabelHistory again;
        again.restore(found->acts);
        QVERIFY(again.support() == hunt.history.support());
        QVERIFY(again.marks().threats() == hunt.history.marks().threats());
        for (std::uint32_t row = 0; row < 20; ++row) {
            QVERIFY(again.marks().mark(FlowId(row)) == hunt.history.marks().mark(FlowId(row)));
            QCOMPARE(again.marks().note(FlowId(row)), hunt.history.marks().note(FlowId(row)));
        }
        QVERIFY(*again.marks().background() == *hunt.history.marks().background());
        QVERIFY(again.undo() && again.undo() && again.undo() && again.undo());
        QVERIFY(again.marks().mark(FlowId(6)).label == Label::None);
        QVERIFY(journal.read(printOf("b"), table)->acts.empty());
    }

    void flowsAreFoundInOtherRowsAndTheLostAreCounted()
    {
        Hunt hunt("rows");
        const auto table = tableOf(20);
        store::Journal journal = opened(file("rows.db"));
        hunt.history.assign(std::vector{FlowId(3), FlowId(15)}, Label::Threat, hunt.now());
        QVERIFY(journal.append(printOf("a"), table, hunt.entry(store::Verb::Do, hunt.history.latest())));
        const auto found = journal.read(printOf("a"), tableOf(10, 10)); // flow 15 is row 5 now, flow 3 is gone
        QVERIFY(found);
        QCOMPARE(found->acts.front().marks.size(), std::size_t(1));
        QVERIFY(found->acts.front().marks.front().flow == FlowId(5));
        QCOMPARE(found->lost, std::size_t(1));
    }

    /// A program is killed at any moment while it writes: every act that it was told of is there.
    void killingTheProgramLosesNothing()
    {
        const auto table = tableOf(100);
        for (int round = 0; round < 3; ++round) {
            const auto where = file(("killed" + std::to_string(round) + ".db").c_str());
            int told[2];
            QCOMPARE(pipe(told), 0);
            const pid_t child = fork();
            if (child == 0) {
                Hunt hunt("child");
                auto journal = store::Journal::open(where);
                for (std::uint32_t row = 0; journal && row < 100; ++row) {
                    hunt.history.assign(std::vector{FlowId(row)}, Label::Threat, hunt.now());
                    if (!journal->append(printOf("a"), table, hunt.entry(store::Verb::Do, hunt.history.latest())))
                        break;
                    const auto count = static_cast<std::uint8_t>(row + 1);
                    if (write(told[1], &count, 1) != 1)
                        break;
                }
                _exit(0);
            }
            close(told[1]);
            std::uint8_t count = 0;
            while (count < 20 + 10 * round && read(told[0], &count, 1) == 1) {
            }
            QVERIFY(count >= 20);
            kill(child, SIGKILL);
            waitpid(child, nullptr, 0);
            while (read(told[0], &count, 1) == 1) { // what it said before the end
            }
            close(told[0]);
            store::Journal journal = opened(where);
            QVERIFY(!journal.putAside());
            const auto found = journal.read(printOf("a"), table);
            QVERIFY(found);
            QVERIFY2(found->acts.size() >= count, qPrintable(QString::number(found->acts.size())));
            for (std::uint32_t row = 0; row < count; ++row)
                QVERIFY(found->acts[row].marks.front().flow == FlowId(row));
        }
    }

    void aDamagedFileIsPutAsideUnchanged()
    {
        const auto table = tableOf(20);
        const auto where = file("damaged.db");
        {
            Hunt hunt("before");
            store::Journal journal = opened(where);
            hunt.history.assign(std::vector{FlowId(3)}, Label::Threat, hunt.now());
            QVERIFY(journal.append(printOf("a"), table, hunt.entry(store::Verb::Do, hunt.history.latest())));
        }
        std::filesystem::resize_file(where, std::filesystem::file_size(where) / 2 + 100);
        const auto size = std::filesystem::file_size(where);
        Hunt hunt("after");
        store::Journal journal = opened(where);
        QVERIFY(journal.putAside());
        QCOMPARE(std::filesystem::file_size(*journal.putAside()), size);
        hunt.history.assign(std::vector{FlowId(4)}, Label::Threat, hunt.now());
        QVERIFY(journal.append(printOf("a"), table, hunt.entry(store::Verb::Do, hunt.history.latest())));
        QCOMPARE(journal.read(printOf("a"), table)->acts.size(), std::size_t(1));
    }

    void whatIsNoDatabaseIsPutAsideToo()
    {
        const auto where = file("words.db");
        std::ofstream(where) << std::string(5000, 'x');
        QVERIFY(opened(where).putAside());
        std::ofstream(file("empty.db")).flush();
        QVERIFY(!opened(file("empty.db")).putAside());
    }

    void aFileOfANewerProgramOrAnotherIsLeftAlone()
    {
        const auto where = file("newer.db");
        std::ignore = opened(where);
        {
            std::fstream raw(where, std::ios::binary | std::ios::in | std::ios::out);
            raw.seekp(60 + 3); // user_version, https://www.sqlite.org/fileformat2.html#the_database_header
            raw.put(9);
        }
        const auto newer = store::Journal::open(where);
        QVERIFY(!newer);
        QVERIFY2(newer.error().sentence().find("newer Flowscent") != std::string::npos, newer.error().what.c_str());
        {
            std::fstream raw(where, std::ios::binary | std::ios::in | std::ios::out);
            raw.seekp(68); // application_id
            raw.put(1);
        }
        const auto other = store::Journal::open(where);
        QVERIFY(!other && other.error().code == base::Error::Code::Unavailable);
        QVERIFY(std::filesystem::exists(where));
    }

    void aFolderThatCannotBeWrittenIsAReason()
    {
        const auto journal = store::Journal::open("/proc/flowscent/journal.db");
        QVERIFY(!journal);
        QVERIFY(journal.error().code == base::Error::Code::Io);
        QVERIFY(journal.error().sentence().find("/proc/flowscent") != std::string::npos);
    }

    /// Made anew each time, since making the file is what two programs come together at.
    void twoProgramsWriteAtOnce_data()
    {
        QTest::addColumn<int>("round");
        for (int round = 0; round < 20; ++round)
            QTest::addRow("%d", round) << round;
    }
    void twoProgramsWriteAtOnce()
    {
        QFETCH(int, round);
        const auto table = tableOf(100);
        const auto where = file(("two-" + std::to_string(round) + ".db").c_str());
        std::vector<pid_t> children;
        for (const std::uint32_t half : {0U, 50U}) {
            const pid_t child = fork();
            if (child == 0) {
                Hunt hunt("program" + std::to_string(half));
                auto journal = store::Journal::open(where);
                bool good = journal.has_value();
                for (std::uint32_t row = half; good && row < half + 50; ++row) {
                    hunt.history.assign(std::vector{FlowId(row)}, Label::Threat, hunt.now());
                    good = journal->append(printOf("a"), table, hunt.entry(store::Verb::Do, hunt.history.latest()))
                               .has_value();
                }
                _exit(good ? 0 : 1);
            }
            children.push_back(child);
        }
        for (const pid_t child : children) {
            int status = 1;
            waitpid(child, &status, 0);
            QCOMPARE(status, 0);
        }
        store::Journal journal = opened(where);
        hunt::LabelHistory all;
        all.restore(journal.read(printOf("a"), table)->acts);
        QCOMPARE(all.support().count(Label::Threat), std::size_t(100));
    }

    void capturesAreToldApartByContentWhereverTheyLie()
    {
        const auto write = [this](const char* name, std::size_t size, std::size_t differs) {
            std::string bytes(size, 'a');
            if (differs < size)
                bytes[differs] = 'b';
            std::ofstream(file(name), std::ios::binary) << bytes;
            const auto print = store::capturePrint({file(name)});
            return print ? print->digest : std::string();
        };
        const std::string small = write("small.pcap", 5000, 5000);
        QVERIFY(!small.empty());
        QCOMPARE(write("moved.pcap", 5000, 5000), small);
        QVERIFY(write("other.pcap", 5000, 2500) != small);
        QVERIFY(write("longer.pcap", 5001, 5001) != small);
        constexpr std::size_t large = 4'000'000;
        const std::string whole = write("large.pcap", large, large);
        QVERIFY(write("head.pcap", large, 0) != whole);
        QVERIFY(write("tail.pcap", large, large - 1) != whole);
        QCOMPARE(store::capturePrint({file("small.pcap"), file("other.pcap")})->digest,
                 store::capturePrint({file("moved.pcap"), file("other.pcap")})->digest);
        QVERIFY(!store::capturePrint({"/dev/null"}));
        QVERIFY(!store::capturePrint({file("missing.pcap")}));
    }
};

QTEST_GUILESS_MAIN(JournalTest)
#include "journal_test.moc"
