// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/session/journal_desk.h"

#include "ui/session/file_paths.h"
#include "ui/session/session.h"

#include <QStandardPaths>

namespace flowscent::ui {

using base::Error;
using base::Result;

namespace {

store::Verb stored(ActVerb verb)
{
    return verb == ActVerb::Done ? store::Verb::Do : verb == ActVerb::Undone ? store::Verb::Undo : store::Verb::Redo;
}

} // namespace

JournalDesk::JournalDesk(Session& session, std::filesystem::path file, QObject* parent)
    : QObject(parent)
    , m_session(session)
    , m_desk(std::make_shared<Desk>(Desk{.file = std::move(file), .journal = {}, .capture = {}}))
{
    connect(&m_session, &Session::captureChanged, this, &JournalDesk::openCapture);
    connect(&m_session, &Session::readFinished, this, &JournalDesk::restore);
    connect(&m_session.book(), &LabelBook::acted, this, &JournalDesk::write);
}

JournalDesk::~JournalDesk()
{
    m_lane.drain(); // a few acts at most; who closes the window wants them kept
}

std::filesystem::path JournalDesk::usualFile()
{
    return std::filesystem::path(QStandardPaths::writableLocation(QStandardPaths::AppLocalDataLocation).toStdString()) /
           "journal.db";
}

template <class Function>
void JournalDesk::onGuiThread(Function function)
{
    QMetaObject::invokeMethod(this, std::move(function), Qt::QueuedConnection);
}

void JournalDesk::openCapture()
{
    ++m_capture;
    m_actsBefore = m_latestAct;
    m_told.clear();
    m_lane.post([this, files = filePaths(m_session.files()), desk = m_desk](const std::stop_token&) {
        desk->capture.reset();
        auto print = store::capturePrint(files);
        if (print)
            desk->capture = std::move(*print);
        else
            onGuiThread([this, error = print.error()] { tellFailure(error); });
    });
}

/// On the lane. A journal that could not be used is tried again with the next act: the disk may have room by then.
Result<void> JournalDesk::ensureOpen(Desk& desk)
{
    if (desk.journal)
        return {};
    auto journal = store::Journal::open(desk.file);
    if (!journal)
        return base::failure(journal.error());
    desk.journal.emplace(std::move(*journal));
    return {};
}

void JournalDesk::restore()
{
    m_lane.post([this, capture = m_capture, table = m_session.table(), desk = m_desk](const std::stop_token& stop) {
        if (!desk->capture)
            return;
        const bool fresh = !desk->journal;
        if (const auto open = ensureOpen(*desk); !open) {
            onGuiThread([this, error = open.error()] { tellFailure(error); });
            return;
        }
        if (fresh && desk->journal->putAside())
            onGuiThread([this, aside = QString::fromStdString(desk->journal->putAside()->string())] {
                Q_EMIT putAside(aside);
            });
        auto found = desk->journal->read(*desk->capture, *table, stop);
        onGuiThread([this, capture, found = std::move(found)] {
            if (capture != m_capture)
                return;
            if (!found) {
                if (found.error().code != Error::Code::Cancelled)
                    tellFailure(found.error());
                return;
            }
            if (found->acts.empty())
                return;
            // What was marked while the capture was read is in the journal already, and known here.
            std::vector<hunt::LabelAct> acts = found->acts;
            std::erase_if(acts, [this](const hunt::LabelAct& act) {
                return act.name.program == m_session.book().program().toStdString() && act.name.first > m_actsBefore;
            });
            if (acts.empty())
                return;
            m_session.book().restore(acts);
            const hunt::Marks& marks = m_session.labels().marks();
            if (const std::size_t marked = marks.marked().size(); marked > 0)
                Q_EMIT restored({marks.labelled(), marked, found->lost, found->latest});
        });
    });
}

void JournalDesk::write(std::shared_ptr<const hunt::LabelAct> act, ActVerb verb)
{
    if (!m_session.table())
        return;
    if (verb == ActVerb::Done)
        m_latestAct = act->name.last;
    ++m_waiting;
    const store::JournalEntry entry{.verb = stored(verb),
                                    .act = std::move(act),
                                    .time = LabelBook::now(),
                                    .user = LabelBook::user(),
                                    .program = m_session.book().program().toStdString(),
                                    .number = ++m_number};
    m_lane.post([this, entry, table = m_session.table(), desk = m_desk](const std::stop_token&) {
        Result<void> done;
        if (desk->capture) {
            done = ensureOpen(*desk);
            if (done)
                done = desk->journal->append(*desk->capture, *table, entry);
            if (!done && done.error().code == Error::Code::Format)
                desk->journal.reset(); // damaged under our hands: opened anew, it is put aside
        }
        onGuiThread([this, done] {
            --m_waiting;
            if (!done)
                tellFailure(done.error());
            else if (m_waiting == 0)
                Q_EMIT written();
        });
    });
}

void JournalDesk::tellFailure(const Error& error)
{
    const QString sentence = QString::fromStdString(error.sentence());
    if (sentence == m_told)
        return;
    m_told = sentence;
    Q_EMIT failed(error);
}

} // namespace flowscent::ui
