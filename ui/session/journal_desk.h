// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QString>

#include <filesystem>
#include <memory>
#include <optional>

#include "engine/base/error.h"
#include "engine/base/lane.h"
#include "engine/store/journal/journal.h"
#include "ui/session/label_book.h"

namespace flowscent::ui {

class Session;

/// What came back with a capture that was hunted in before.
struct RestoredMarks {
    std::size_t labels = 0;       ///< flows with a label
    std::size_t marks = 0;        ///< flows with a label, a bookmark or a note
    std::size_t lost = 0;         ///< changes whose flow was not found again
    base::Nanoseconds latest = 0; ///< when the hunter did the last of it; since 1970, UTC
};

/// Writes every act to the journal as soon as it is done, and brings back what was done to a capture when it is opened
/// again, from wherever. Files are touched on a lane of its own. When the journal cannot be used, the hunt goes on
/// without, and it says so once for each reason. Belongs to the GUI thread.
class JournalDesk : public QObject {
    Q_OBJECT

public:
    /// The session outlives it; make it before captures are opened.
    JournalDesk(Session& session, std::filesystem::path file, QObject* parent = nullptr);
    /// Waits for acts that are still to be written.
    ~JournalDesk() override;

    /// <data folder of the user>/journal.db
    [[nodiscard]] static std::filesystem::path usualFile();
    /// Whether every act so far is on the disk.
    [[nodiscard]] bool settled() const { return m_waiting == 0; }

Q_SIGNALS:
    void restored(const RestoredMarks& marks);
    void putAside(const QString& file);    ///< the journal was damaged; a new one was begun, the old one lies there
    void failed(const base::Error& error); ///< nothing is written down; the hunt goes on
    void written();                        ///< everything so far

private:
    /// What belongs to the lane.
    struct Desk {
        std::filesystem::path file;
        std::optional<store::Journal> journal;
        std::optional<store::CapturePrint> capture; ///< none when it cannot be told apart
    };

    void openCapture();
    void restore();
    void write(std::shared_ptr<const hunt::LabelAct> act, ActVerb verb);
    void tellFailure(const base::Error& error);
    template <class Function>
    void onGuiThread(Function function);
    static base::Result<void> ensureOpen(Desk& desk);

    Session& m_session;
    std::uint64_t m_capture = 0; ///< counts captures: answers about an earlier one are dropped
    std::uint64_t m_number = 0;
    std::uint64_t m_latestAct = 0;  ///< of this program
    std::uint64_t m_actsBefore = 0; ///< ... that were done before the capture at hand
    std::size_t m_waiting = 0;
    QString m_told;
    std::shared_ptr<Desk> m_desk;
    base::Lane m_lane{"journal"}; ///< last: ends before what its jobs use
};

} // namespace flowscent::ui
