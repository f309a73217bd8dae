// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/ui/support/workbench.h"

#include "engine/store/label_file.h"
#include "engine/store/model_file.h"
#include "ui/models/flow_selection.h"
#include "ui/models/flow_table_model.h"

#include <QApplication>
#include <QDir>
#include <QEventLoop>
#include <QSet>
#include <QSettings>
#include <QTableView>
#include <QTest>
#include <QTimer>

namespace flowscent::test {

namespace {

constexpr int patience = 60'000; ///< ms; far beyond what is ever needed, since timing decides nothing here

std::filesystem::path sample(const char* file)
{
    return store::resourceFolder() / "samples" / file;
}

} // namespace

void useOwnSettings()
{
    static const QTemporaryDir folder;
    QCoreApplication::setOrganizationName(QStringLiteral("flowscent-test"));
    QCoreApplication::setApplicationName(QStringLiteral("flowscent-test"));
    QSettings::setDefaultFormat(QSettings::IniFormat);
    QSettings::setPath(QSettings::IniFormat, QSettings::UserScope, folder.path());
    QSettings().clear();
}

QString sampleCapture()
{
    return QString::fromStdString(sample("first-hunt.pcap").string());
}

std::vector<flow::FlowId> sampleBeacon(const flow::FlowTable& table)
{
    const auto rows = store::readLabels(sample("first-hunt.labels.csv"));
    if (!rows)
        qFatal("%s", rows.error().sentence().c_str());
    std::vector<flow::FlowId> beacon;
    for (const store::LabelMatch& match : store::matchLabels(table, *rows).matched) {
        if ((*rows)[match.row].label == "beacon")
            beacon.push_back(match.flow);
    }
    return beacon;
}

Workbench::Workbench()
{
    window.show();
    QApplication::setActiveWindow(&window); // a bare X server has no window manager that would give it the focus
    session.prepareEngine();
}

void Workbench::choose(int row)
{
    const flow::FlowId flow(
        widget<QTableView>("flowTable").model()->index(row, 0).data(ui::FlowTableModel::FlowRole).toUInt());
    window.selection().setCurrent(flow);
    window.selection().select({flow});
}

bool Workbench::open(const QStringList& files)
{
    window.openCaptures(files);
    return QTest::qWaitFor([this] { return !session.reading(); }, patience);
}

bool Workbench::mark(const std::vector<flow::FlowId>& flows, hunt::Label label)
{
    session.assign(flows, label);
    return waitForScores();
}

bool Workbench::waitForScores()
{
    return QTest::qWaitFor([this] { return session.scoresCurrent() && session.scores()->complete(); }, patience);
}

bool runUntil(const std::function<bool()>& holds)
{
    QEventLoop loop;
    QTimer look;
    QObject::connect(&look, &QTimer::timeout, &loop, [&] {
        if (holds())
            loop.quit();
    });
    look.start(1);
    QTimer::singleShot(patience, &loop, &QEventLoop::quit);
    loop.exec();
    return holds();
}

void keepPicture(QWidget& widget, const QString& name)
{
    QTest::qWait(50); // queued repaints of the plots
    const QDir folder(QStringLiteral(FLOWSCENT_BINARY_DIR "/screenshots"));
    folder.mkpath(QStringLiteral("."));
    widget.grab().save(folder.filePath(name + QStringLiteral(".png")));
}

bool showsSomething(QWidget& widget)
{
    const QImage picture = widget.grab().toImage();
    QSet<QRgb> colours;
    for (int y = 0; y < picture.height(); y += 2) {
        for (int x = 0; x < picture.width(); x += 2)
            colours.insert(picture.pixel(x, y));
    }
    return colours.size() > 8;
}

} // namespace flowscent::test
