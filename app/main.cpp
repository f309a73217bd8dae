// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/store/model_file.h"
#include "ui/session/session.h"
#include "ui/window/main_window.h"
#include "ui/window/theme.h"

#include <QApplication>
#include <QCommandLineParser>
#include <QTimer>

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
                                 QStringLiteral("pcap or pcapng files, read as one capture."),
                                 QStringLiteral("[CAPTURE...]"));
    parser.process(application);

    ui::applyTheme(ui::chosenTheme());
    ui::Session session;
    ui::MainWindow window(session);
    window.show();
    // The learning engine takes half a second to load: the first window does not wait for it.
    QTimer::singleShot(0, &session, &ui::Session::prepareEngine);
    if (parser.isSet(sample))
        window.openSample();
    else if (!parser.positionalArguments().isEmpty())
        window.openCaptures(parser.positionalArguments());
    return QApplication::exec();
}
