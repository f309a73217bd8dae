// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include <optional>
#include <vector>

#include "engine/detect/evidence/evidence.h"
#include "engine/flow/flow_record.h"

class QLabel;
class QPushButton;
class QVBoxLayout;

namespace flowscent::ui {

class FeatureBar;
class PacketShapePair;

/// One of the evidence's three blocks: a heading, a flow to compare with, sentences, and features as bars. What it has
/// nothing of takes no room.
class EvidenceBlock : public QWidget {
    Q_OBJECT

public:
    EvidenceBlock(const QString& heading, QWidget* parent = nullptr);

    /// A flow beside the explained one, and how it is called on the button that leads to it.
    void setNeighbour(flow::FlowId flow, const QString& name, const detect::PacketShape& explained,
                      const detect::PacketShape& neighbour);
    void clearNeighbour();
    void setText(const QString& above, const QString& below = {});
    /// In this order; `reach` is the axis of all bars, see FeatureBar.
    void setFeatures(const std::vector<detect::FeatureEvidence>& features, double reach);
    [[nodiscard]] std::vector<FeatureBar*> bars() const; ///< those that are shown

Q_SIGNALS:
    void flowAsked(flow::FlowId flow);
    void featureAsked(detect::FeatureIndex feature);

private:
    QPushButton* m_neighbour;
    PacketShapePair* m_shapes;
    QLabel* m_above;
    QLabel* m_below;
    QVBoxLayout* m_bars;
    std::vector<FeatureBar*> m_made; ///< kept for the next flow, so that the keyboard's place is not lost
    std::vector<detect::FeatureIndex> m_features;
    flow::FlowId m_flow{0};
};

} // namespace flowscent::ui
