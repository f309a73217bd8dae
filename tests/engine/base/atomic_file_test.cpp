// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTemporaryDir>
#include <QTest>

#include "engine/base/atomic_file.h"
#include "engine/base/create_file.h"

#include <fstream>

using namespace flowscent::base;
namespace fs = std::filesystem;

class AtomicFileTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init() { QVERIFY(m_folder.isValid()); }

    void writesWhatItWasGiven()
    {
        QVERIFY(writeAtomically(path("new"), "hello"));
        QCOMPARE(content("new"), std::string("hello"));
    }

    void replacesTheOldFileAsAWhole()
    {
        QVERIFY(writeAtomically(path("replaced"), "a long first version"));
        QVERIFY(writeAtomically(path("replaced"), "short"));
        QCOMPARE(content("replaced"), std::string("short"));
    }

    void keepsTheOldFileAndLeavesNothingBehindWhenWritingFails()
    {
        QVERIFY(writeAtomically(path("kept"), "precious"));
        const auto outcome = writeAtomically(path("kept"), [](std::ostream& out) -> Result<void> {
            out << "half of it";
            return failure(Error::Code::Cancelled, "stopped");
        });
        QVERIFY(!outcome);
        QCOMPARE(outcome.error().code, Error::Code::Cancelled);
        QCOMPARE(content("kept"), std::string("precious"));
        for (const auto& entry : fs::directory_iterator(folder()))
            QVERIFY(entry.path().string().find(".part-") == std::string::npos);
    }

    void createsWhatIsNotThereAndKeepsWhatIs()
    {
        QVERIFY(createAtomically(path("created"), "first") == true);
        QVERIFY(createAtomically(path("created"), "second") == false);
        QCOMPARE(content("created"), std::string("first"));
        QVERIFY(fs::create_directory(path("taken")));
        QVERIFY(createAtomically(path("taken"), "x") == false);
        const auto nowhere = createAtomically(path("nowhere/file"), "x");
        QVERIFY(!nowhere);
        QVERIFY(nowhere.error().sentence().find("No such file") != std::string::npos);
        for (const auto& entry : fs::directory_iterator(folder()))
            QVERIFY(entry.path().string().find(".part-") == std::string::npos);
    }

    void refusesADirectory()
    {
        const auto outcome = writeAtomically(folder(), "x");
        QVERIFY(!outcome);
        QCOMPARE(outcome.error().code, Error::Code::Io);
        QVERIFY(fs::is_directory(folder()));
    }

    void saysWhyAFolderThatDoesNotExistCannotHoldAFile()
    {
        const auto outcome = writeAtomically(path("nowhere/file"), "x");
        QVERIFY(!outcome);
        QVERIFY(outcome.error().sentence().find("No such file") != std::string::npos);
    }

    void noticesAFullDisk()
    {
        if (!fs::exists("/dev/full"))
            QSKIP("this system has no /dev/full");
        const auto outcome = writeAtomically("/dev/full", std::string(1 << 20, 'x'));
        QVERIFY(!outcome);
        QVERIFY(fs::is_character_file("/dev/full"));
    }

    void readsAWholeFileUpToItsLimit()
    {
        QVERIFY(writeAtomically(path("read"), "12345"));
        const auto whole = readWhole(path("read"), 5);
        QVERIFY(whole);
        QCOMPARE(whole->size(), std::size_t(5));
        QCOMPARE(readWhole(path("read"), 4).error().code, Error::Code::Format);
        QCOMPARE(readWhole(folder(), 100).error().code, Error::Code::Io);
        QCOMPARE(readWhole(path("missing"), 100).error().code, Error::Code::Io);
    }

    void anEndlessDeviceMeetsTheLimit() { QCOMPARE(readWhole("/dev/zero", 1 << 20).error().code, Error::Code::Format); }

private:
    [[nodiscard]] fs::path folder() const { return m_folder.path().toStdString(); }
    [[nodiscard]] fs::path path(const char* name) const { return folder() / name; }
    [[nodiscard]] std::string content(const char* name) const
    {
        std::ifstream stream(path(name));
        return {std::istreambuf_iterator<char>(stream), {}};
    }

    QTemporaryDir m_folder;
};

QTEST_GUILESS_MAIN(AtomicFileTest)
#include "atomic_file_test.moc"
