// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>

namespace flowscent::ui {

class LibraryDesk;
class MessageBar;
class Session;
class StatusStrip;

/// From "save the detector" to what it found elsewhere: asks for the name, and tells how it went. All that is named
/// outlives it.
class LibraryErrands : public QObject {
    Q_OBJECT

public:
    LibraryErrands(Session& session, MessageBar& messages, StatusStrip& status, QWidget& window);

    /// Opens the question. Without complete scores it says what is missing.
    void askForName();
    void cancel();

private:
    [[nodiscard]] QStringList otherCaptures() const;

    Session& m_session;
    MessageBar& m_messages;
    StatusStrip& m_status;
    QWidget& m_window;
    LibraryDesk* m_desk;
};

} // namespace flowscent::ui
