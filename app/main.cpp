// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/store/model_file.h"
#include "ui/session/journal_desk.h"
#include "ui/session/session.h"
#include "ui/window/main_window.h"
#include "ui/window/theme.h"
#include "ui/window/zoom.h"

#include <QApplication>
#include <QCommandLineParser>
#include <QEvent>

#include <functional>
#include <utility>

namespace {

/// The learning engine takes half a second to load, and its threads the processor: the first window does not wait for
/// it.
class AfterFirstPaint : public QObject {
public:
    AfterFirstPaint(QWidget& window, std::function<void()> then)
        : m_then(std::move(then))
    {
        window.installEventFilter(this);
    }
    bool eventFilter(QObject* window, QEvent* event) override
    {
        if (event->type() == QEvent::Paint) {
            window->removeEventFilter(this);
            QMetaObject::invokeMethod(this, m_then,
                                      Qt::QueuedConnection); // the painting itself comes after this filter
        }
        return false;
    }

private:
    std::function<void()> m_then;
};

} // namespace

int main(int argc, char** argv)
{
    using namespace flowscent;

    QApplication application(argc, argv);
    QApplication::setOrganizationName(QStringLiteral("flowscent"));
    QApplication::setApplicationName(QStringLiteral("flowscent"));
    QApplication::setApplicationDisplayName(QStringLiteral("Flowscent"));
    QApplication::setApplicationVersion(QStringLiteral(FLOWSCENT_VERSION));

    QCommandLineParser parser;
    parser.setApplicationDescription(QStringLiteral("Few-shot network threat hunting workbench"));
    parser.addHelpOption();
    parser.addVersionOption();
    const QCommandLineOption sample(QStringLiteral("sample"), QStringLiteral("Open the bundled sample capture."));
    parser.addOption(sample);
    parser.addPositionalArgument(QStringLiteral("CAPTURE"),
                                 QStringLiteral("pcap or pcapng files, also packed, read as one capture."),
                                 QStringLiteral("[CAPTURE...]"));
    parser.process(application);

    ui::applyZoom(ui::chosenZoom());
    ui::applyTheme(ui::chosenTheme());
    ui::Session session;
    ui::JournalDesk journal(session, ui::JournalDesk::usualFile());
    ui::MainWindow window(session);
    window.tellOf(journal);
    AfterFirstPaint engine(window, [&session] { session.prepareEngine(); });
    window.show();
    if (parser.isSet(sample))
        window.openSample();
    else if (!parser.positionalArguments().isEmpty())
        window.openCaptures(parser.positionalArguments());
    return QApplication::exec();
}
