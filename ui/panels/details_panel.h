// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include "ui/session/session.h"

class QLabel;
class QTimer;

namespace flowscent::ui {

class FieldGrid;
class FlowSelection;
class PacketView;

/// Everything about the current flow: its fields, its packets and their bytes. Follows the selection's current flow.
class DetailsPanel : public QWidget {
    Q_OBJECT

public:
    /// Session and selection outlive the panel.
    DetailsPanel(Session& session, FlowSelection& selection, QWidget* parent = nullptr);

private:
    void showFlow();
    void showFields(flow::FlowId flow);
    void showPackets(flow::FlowId flow, const std::shared_ptr<const FetchedPackets>& packets);

    Session& m_session;
    FlowSelection& m_selection;
    QLabel* m_heading;
    FieldGrid* m_ends;
    FieldGrid* m_volume;
    FieldGrid* m_course;
    FieldGrid* m_identity;
    PacketView* m_packets;
    QTimer* m_patience; ///< until a flow that is only passed over with the arrow keys is read
};

} // namespace flowscent::ui
