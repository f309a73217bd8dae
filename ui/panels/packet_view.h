// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include "ui/session/session.h"

class QLabel;
class QPlainTextEdit;
class QTableView;

namespace flowscent::ui {

class PacketModel;

/// The packets of a flow and, beside them, the bytes of the one chosen: headers faint, payload strong.
class PacketView : public QWidget {
    Q_OBJECT

public:
    explicit PacketView(QWidget* parent = nullptr);

    /// Null empties the view.
    void setPackets(const std::shared_ptr<const FetchedPackets>& packets, const packet::Endpoint& client);
    /// Says why there are no packets.
    void setNote(const QString& note);

protected:
    void changeEvent(QEvent* event) override;

private:
    void showBytes(int row);
    void measure();

    PacketModel* m_model;
    QTableView* m_list;
    QPlainTextEdit* m_bytes;
    QLabel* m_note;
};

} // namespace flowscent::ui
