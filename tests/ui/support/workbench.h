// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QTemporaryDir>

#include <functional>

#include "ui/session/session.h"
#include "ui/window/main_window.h"

namespace flowscent::test {

/// Settings in a folder of their own: call before anything asks for them.
void useOwnSettings();

/// The sample that ships with the program, and the flows in it that its labels call a beacon.
[[nodiscard]] QString sampleCapture();
[[nodiscard]] std::vector<flow::FlowId> sampleBeacon(const flow::FlowTable& table);

/// A session and a window as the program makes them.
struct Workbench {
    ui::Session session;
    ui::MainWindow window{session};

    Workbench();
    /// Finds a widget by its name; the test fails when there is none.
    template <class Widget>
    [[nodiscard]] Widget& widget(const char* name)
    {
        auto* found = window.findChild<Widget*>(QLatin1String(name));
        if (found == nullptr)
            qFatal("there is no widget called %s", name);
        return *found;
    }
    /// Chooses one row of the flow table, as a click does.
    void choose(int row);
    /// Opens files and waits until they are read.
    bool open(const QStringList& files);
    /// Marks flows and waits for the scores of all flows.
    bool mark(const std::vector<flow::FlowId>& flows, hunt::Label label);
    bool waitForScores();
};

/// Runs the event loop as the program does until something holds; false after a minute. (QTest's own waiting sleeps
/// between two looks, which a probe of the event loop would see.)
bool runUntil(const std::function<bool()>& holds);

/// Keeps a picture of the window under build/screenshots.
void keepPicture(QWidget& widget, const QString& name);
/// Whether a picture shows something: more than a few colours in it.
[[nodiscard]] bool showsSomething(QWidget& widget);

} // namespace flowscent::test
