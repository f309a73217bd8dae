// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

class QListWidget;
class QPushButton;

namespace flowscent::ui {

/// What is seen before a capture is open: three ways to begin, the files opened lately, and what leaves the computer.
class StartPage : public QWidget {
    Q_OBJECT

public:
    explicit StartPage(QWidget* parent = nullptr);

    /// Missing files are shown, but cannot be opened.
    void setRecentFiles(const QStringList& files);
    void setSampleAvailable(bool available);

Q_SIGNALS:
    void openAsked();
    void sampleAsked();
    void fileAsked(const QString& file);

private:
    QPushButton* m_sample;
    QListWidget* m_recent;
};

} // namespace flowscent::ui
