// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/window/library_errands.h"

#include "ui/models/retro_text.h"
#include "ui/panels/message_bar.h"
#include "ui/panels/save_detector.h"
#include "ui/session/library_desk.h"
#include "ui/session/session.h"
#include "ui/window/messages.h"
#include "ui/window/recent_files.h"
#include "ui/window/status_strip.h"

#include <QFileInfo>

#include <algorithm>

namespace flowscent::ui {

LibraryErrands::LibraryErrands(Session& session, MessageBar& messages, StatusStrip& status, QWidget& window)
    : QObject(&window)
    , m_session(session)
    , m_messages(messages)
    , m_status(status)
    , m_window(window)
    , m_desk(new LibraryDesk({}, this))
{
    connect(m_desk, &LibraryDesk::saved, this, [this](const QString& name, std::uint32_t version) {
        m_messages.tell(
            MessageBar::Kind::Note,
            tr("%1 is in the library as version %2, with its examples. Other captures can be looked through "
               "by it, and it can be made anew when the base model changes.")
                .arg(name)
                .arg(version));
    });
    connect(m_desk, &LibraryDesk::huntProgressed, this, [this](const QString& what, double fraction) {
        m_status.showWork(tr("Other captures: %1").arg(what), fraction);
    });
    connect(m_desk, &LibraryDesk::huntFinished, this, [this](const std::shared_ptr<const RetroFindings>& findings) {
        m_status.showText({});
        m_messages.tell(MessageBar::Kind::Note, retroText(*findings));
    });
    connect(m_desk, &LibraryDesk::failed, this, [this](const base::Error& error) {
        m_status.showText({});
        m_messages.tell(MessageBar::Kind::Failure, failureMessage(error, m_session.table() != nullptr));
    });
}

/// What was opened lately and is not the capture at hand: there is no project yet to say which belong together.
QStringList LibraryErrands::otherCaptures() const
{
    QStringList others;
    for (const QString& file : recentFiles()) {
        const QFileInfo info(file);
        const bool open =
            std::ranges::any_of(m_session.files(), [&info](const QString& at) { return QFileInfo(at) == info; });
        if (info.isFile() && !open)
            others << file;
    }
    return others;
}

void LibraryErrands::askForName()
{
    const auto scores = m_session.scores();
    if (!scores || !scores->complete() || !m_session.scoresCurrent()) {
        m_status.showText(tr("There is no detector to save yet: mark flows of the threat with M and let it adapt."));
        return;
    }
    auto* question =
        new SaveDetector(QString::fromStdString(scores->detector().threatName), otherCaptures().size(), &m_window);
    connect(question, &SaveDetector::saveAsked, this,
            [this, adaptation = scores->adaptation, files = m_session.files()](const QString& name, const QString& why,
                                                                               bool hunt) {
                m_desk->save(adaptation, files, name, why, hunt ? otherCaptures() : QStringList());
            });
    question->show();
}

void LibraryErrands::cancel()
{
    if (m_desk->hunting())
        m_desk->cancel();
}

} // namespace flowscent::ui
