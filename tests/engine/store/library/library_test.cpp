// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include <QTemporaryDir>

#include "engine/base/atomic_file.h"
#include "engine/store/library/library.h"
#include "tests/engine/store/library/toy_bundle.h"

#include <filesystem>
#include <set>
#include <thread>

#include <sys/wait.h>
#include <unistd.h>

using namespace flowscent;
using store::Library;
using store::LibraryEntry;
using test::bytesOf;
using test::toyBundle;
namespace fs = std::filesystem;

class LibraryTest : public QObject {
    Q_OBJECT

    std::unique_ptr<QTemporaryDir> m_folder;

    fs::path root() const { return m_folder->path().toStdString() + "/library"; }
    Library library() const { return Library(root()); }
    std::vector<LibraryEntry> listed() const
    {
        auto entries = library().list();
        return entries ? std::move(*entries) : std::vector<LibraryEntry>();
    }
    std::uint32_t added(const store::Bundle& bundle) const { return library().add(bundle).value_or(0); }
    std::vector<float> scores(const std::string& name, std::uint32_t version) const
    {
        const auto bundle = library().load(name, version);
        return bundle ? test::toyScores(bundle->detector) : std::vector<float>();
    }

private Q_SLOTS:
    void init() { m_folder = std::make_unique<QTemporaryDir>(); }

    void aFolderThatIsNotThereIsEmpty()
    {
        QVERIFY(library().list());
        QVERIFY(listed().empty());
        QVERIFY(!library().history("beacon"));
        QVERIFY(!library().load("beacon", {}));
        QVERIFY(!fs::exists(root()));
    }

    void versionsCountUpByName()
    {
        QCOMPARE(added(toyBundle("beacon")), 1U);
        QCOMPARE(added(toyBundle("beacon", 4)), 2U);
        QCOMPARE(added(toyBundle("C2 over DNS")), 1U);
        const auto entries = listed();
        QCOMPARE(entries.size(), std::size_t(3));
        QCOMPARE(entries[0].name, std::string("C2 over DNS"));
        QCOMPARE(entries[1].name, std::string("beacon"));
        QCOMPARE(entries[2].version, 2U);
        QCOMPARE(entries[2].summary->threats, 4U);
        QCOMPARE(entries[1].summary->provenance.why, toyBundle().provenance.why);
        QVERIFY(fs::exists(root() / "C2%20over%20DNS" / "1.detector"));
        QCOMPARE(library().load("beacon", {})->version, 2U);
        QCOMPARE(library().load("beacon", 1)->version, 1U);
        QVERIFY(!library().load("beacon", 3));
    }

    void whatCannotBeANameIsRefused()
    {
        for (const char* name : {"../x", "", "a/b", ".."}) {
            QVERIFY(!library().add(toyBundle(name)));
            QVERIFY(!library().load(name, {}));
            QVERIFY(!library().history(name));
            QVERIFY(!library().remove(name, 1));
            QVERIFY(!library().removeAll(name));
            QVERIFY(!library().rename("beacon", name));
        }
        QVERIFY(!fs::exists(root()));
    }

    /// What the library is for: the others never change.
    void addingAndRemovingOthersLeavesEveryBitOfAScore()
    {
        added(toyBundle("beacon", 3, 1));
        added(toyBundle("exfiltration", 4, 2));
        const auto before = scores("beacon", 1);
        const std::string bytes = bytesOf(root() / "beacon" / "1.detector");
        QCOMPARE(before.size(), std::size_t(300));
        for (std::uint64_t seed = 3; seed < 9; ++seed)
            added(toyBundle("other " + std::to_string(seed), 3, seed));
        added(toyBundle("beacon", 5, 9));
        QVERIFY(scores("beacon", 1) == before);
        QVERIFY(scores("beacon", 2) != before);
        QVERIFY(library().remove("exfiltration", 1));
        QVERIFY(library().removeAll("other 4"));
        QVERIFY(library().remove("beacon", 2));
        QVERIFY(library().rename("other 5", "another"));
        QVERIFY(scores("beacon", 1) == before);
        QCOMPARE(bytesOf(root() / "beacon" / "1.detector"), bytes);
    }

    void aRemovedNumberIsNeverGivenAgain()
    {
        added(toyBundle());
        added(toyBundle());
        QVERIFY(library().remove("beacon", 2));
        QVERIFY(!library().remove("beacon", 2));
        QCOMPARE(listed().size(), std::size_t(1));
        QCOMPARE(added(toyBundle()), 3U);
        const auto history = library().history("beacon");
        QVERIFY(history);
        QCOMPARE(history->size(), std::size_t(3));
        QVERIFY(!(*history)[0].removed && (*history)[1].removed && !(*history)[2].removed);
        QCOMPARE((*history)[1].version, 2U);
        QCOMPARE(*library().removeAll("beacon"), std::size_t(2));
        QVERIFY(!fs::exists(root() / "beacon"));
    }

    void renamingMovesAllVersionsAndNeverOntoOthers()
    {
        added(toyBundle("beacon", 3, 1));
        added(toyBundle("beacon", 3, 2));
        added(toyBundle("lamp", 3, 3));
        const auto before = scores("beacon", 2);
        const auto refused = library().rename("beacon", "lamp");
        QVERIFY(!refused);
        QCOMPARE(refused.error().code, base::Error::Code::Argument);
        QVERIFY(!library().rename("nobody", "somebody"));
        QVERIFY(library().rename("beacon", "маяк"));
        QVERIFY(!library().load("beacon", {}));
        QVERIFY(scores("маяк", 2) == before);
        QCOMPARE(library().load("маяк", 2)->name, std::string("маяк"));
        QCOMPARE(added(toyBundle("маяк")), 3U);
    }

    void aDamagedBundleIsListedWithItsReasonAndStays()
    {
        added(toyBundle("beacon"));
        added(toyBundle("beacon"));
        added(toyBundle("lamp"));
        const fs::path file = root() / "beacon" / "1.detector";
        const std::string whole = bytesOf(file);
        const auto fault = [this] {
            const auto entries = listed();
            return entries.size() == 3 && entries[0].fault && !entries[0].summary ? entries[0].fault->sentence()
                                                                                  : std::string();
        };
        for (const std::string& bad :
             {std::string(), whole.substr(0, 7), whole.substr(0, whole.size() / 2), whole + "x",
              std::string("\xff\xff\xff\xff\xff\xff\xff\x7f{}", 10), std::string("no detector at all, just words")}) {
            QVERIFY(base::writeAtomically(file, bad));
            QVERIFY2(fault().find("1.detector") != std::string::npos, fault().c_str());
            QCOMPARE(bytesOf(file), bad);
            QVERIFY(!library().load("beacon", 1));
        }
        std::string flipped = whole;
        const std::size_t at = whole.find("ticket 7");
        QVERIFY(at != std::string::npos);
        flipped[at] = 'T';
        QVERIFY(base::writeAtomically(file, flipped));
        QVERIFY(fault().find("is damaged") != std::string::npos);
        QVERIFY(listed()[1].usable() && listed()[2].usable());
        QCOMPARE(added(toyBundle("beacon")), 3U);

        fs::remove(file);
        fs::create_directory(file);
        QVERIFY(!listed()[0].usable());
        fs::remove(file);
        fs::copy_file(root() / "beacon" / "2.detector", file); // under another's number
        QVERIFY(fault().empty() && listed()[0].fault->what.find("says that it is version 2") != std::string::npos);
    }

    /// Numbers behind the header are not read by a list; whoever loads them notices.
    void aFlippedWeightIsFoundByLoading()
    {
        added(toyBundle());
        const fs::path file = root() / "beacon" / "1.detector";
        std::string bytes = bytesOf(file);
        bytes.back() = static_cast<char>(bytes.back() ^ 1);
        QVERIFY(base::writeAtomically(file, bytes));
        QVERIFY(listed()[0].usable());
        const auto loaded = library().load("beacon", {});
        QVERIFY(!loaded && loaded.error().where == file.string());
    }

    void whatOthersPutThereIsNeitherHiddenNorInTheWay()
    {
        added(toyBundle());
        fs::create_directories(root() / "a b");
        fs::copy_file(root() / "beacon" / "1.detector", root() / "a b" / "1.detector");
        QVERIFY(base::writeAtomically(root() / "notes.txt", "mine"));
        QVERIFY(base::writeAtomically(root() / "beacon" / "01.detector", "mine"));
        QVERIFY(base::writeAtomically(root() / "beacon" / "4294967297.detector", "mine"));
        const auto entries = listed();
        QCOMPARE(entries.size(), std::size_t(2));
        QCOMPARE(entries[0].name, std::string("a b"));
        QVERIFY(entries[0].fault);
        QVERIFY(entries[1].usable());
        QCOMPARE(added(toyBundle()), 2U);
    }

    void programsThatAddAtTheSameTimeLoseNothing()
    {
        constexpr int programs = 4;
        constexpr int each = 6;
        const store::Bundle bundle = toyBundle();
        std::vector<pid_t> children;
        for (int i = 0; i < programs; ++i) {
            const pid_t child = ::fork();
            QVERIFY(child >= 0);
            if (child == 0) {
                bool good = true;
                for (int j = 0; j < each; ++j)
                    good = good && library().add(bundle).has_value();
                ::_exit(good ? 0 : 1);
            }
            children.push_back(child);
        }
        for (const pid_t child : children) {
            int status = 0;
            QCOMPARE(::waitpid(child, &status, 0), child);
            QVERIFY(WIFEXITED(status) && WEXITSTATUS(status) == 0);
        }
        QCOMPARE(listed().size(), std::size_t(programs * each));
        for (const LibraryEntry& entry : listed())
            QVERIFY(entry.usable() && library().load(entry.name, entry.version));
        QCOMPARE(listed().back().version, std::uint32_t(programs * each));
        for (const auto& left : fs::directory_iterator(root() / "beacon"))
            QVERIFY(left.path().extension() == ".detector"); // nothing half-written stays
    }

    void threadsThatAddAtTheSameTimeLoseNothing()
    {
        const store::Bundle bundle = toyBundle();
        std::vector<std::uint32_t> given(12);
        {
            std::vector<std::jthread> threads;
            for (std::size_t i = 0; i < given.size(); ++i)
                threads.emplace_back([&, i] { given[i] = added(bundle); });
        }
        QCOMPARE(std::set<std::uint32_t>(given.begin(), given.end()).size(), given.size());
        QVERIFY(!std::ranges::binary_search(given, 0U));
        QCOMPARE(listed().size(), given.size());
    }

    void anotherBaseModelMarksForReadapting()
    {
        const store::BundleSummary own = store::summaryOf(toyBundle());
        QVERIFY(store::stateOf(own, test::toyBase().identity()) == store::BundleState::Ready);
        const std::string other = test::toyBase(0.5F).identity();
        QVERIFY(store::stateOf(own, other) == store::BundleState::NeedsReadapt);
        QCOMPARE(store::text(store::BundleState::NeedsReadapt), std::string_view("re-adapt"));
        store::Bundle alone = toyBundle();
        alone.examples = {};
        QVERIFY(store::stateOf(store::summaryOf(alone), other) == store::BundleState::OnlyItsOwn);
    }

    void theDefaultFolderIsTheOneOfTheSpecification()
    {
        qputenv("XDG_DATA_HOME", "/data/of/mine");
        QCOMPARE(Library::defaultFolder(), fs::path("/data/of/mine/flowscent/library"));
        qputenv("XDG_DATA_HOME", "relative");
        qputenv("HOME", "/home/grace");
        QCOMPARE(Library::defaultFolder(), fs::path("/home/grace/.local/share/flowscent/library"));
        qunsetenv("XDG_DATA_HOME");
        QCOMPARE(Library::defaultFolder(), fs::path("/home/grace/.local/share/flowscent/library"));
    }
};

QTEST_GUILESS_MAIN(LibraryTest)
#include "library_test.moc"
