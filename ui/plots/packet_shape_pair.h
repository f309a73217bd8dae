// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include <array>

#include "engine/detect/evidence/evidence.h"

namespace flowscent::ui {

/// The first packets of two flows, one above the other on the same axes: a bar a packet, up from the client and down
/// from the server, as long as the logarithm of its payload; below it, in grey, the gap before it likewise.
class PacketShapePair : public QWidget {
    Q_OBJECT

public:
    explicit PacketShapePair(QWidget* parent = nullptr);

    /// Each with the words that stand above it.
    void setShapes(const QString& nameAbove, const detect::PacketShape& above, const QString& nameBelow,
                   const detect::PacketShape& below);
    [[nodiscard]] const detect::PacketShape& above() const { return m_shapes[0]; }
    [[nodiscard]] const detect::PacketShape& below() const { return m_shapes[1]; }

    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    void paintShape(QPainter& painter, const QRectF& area, const detect::PacketShape& shape) const;

    std::array<QString, 2> m_names;
    std::array<detect::PacketShape, 2> m_shapes;
};

} // namespace flowscent::ui
