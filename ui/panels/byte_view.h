// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <vector>

#include "ui/models/hex_text.h"
#include "ui/panels/line_view.h"

namespace flowscent::ui {

/// Some bytes, one after the other.
struct ByteRange {
    std::size_t begin = 0;
    std::size_t length = 0;

    [[nodiscard]] bool contains(std::size_t byte) const { return byte >= begin && byte - begin < length; }
    friend bool operator==(const ByteRange&, const ByteRange&) = default;
};

/// The bytes of a packet as hex and text. A range can be marked (filled and framed), another pointed at (framed).
/// Dragging chooses bytes; Ctrl+C copies them, or the marked ones, or all.
class ByteView : public LineView {
    Q_OBJECT

public:
    explicit ByteView(QWidget* parent = nullptr);

    /// Those before `strong` are painted faint: headers.
    void setBytes(std::vector<std::uint8_t> bytes, std::size_t strong);
    [[nodiscard]] const std::vector<std::uint8_t>& bytes() const { return m_bytes; }
    void mark(ByteRange range);
    void pointAt(ByteRange range);
    [[nodiscard]] ByteRange marked() const { return m_marked; }
    [[nodiscard]] ByteRange pointedAt() const { return m_pointed; }
    /// What is chosen, else what is marked, else everything.
    [[nodiscard]] QString copied(BytesAs as) const;

Q_SIGNALS:
    void pressed(std::size_t byte);
    void hovered(std::optional<std::size_t> byte); ///< nothing when the pointer leaves

protected:
    void paintLine(QPainter& painter, qsizetype line, QPointF at) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void contextMenuEvent(QContextMenuEvent* event) override;
    bool viewportEvent(QEvent* event) override;

private:
    [[nodiscard]] std::optional<std::size_t> byteAt(QPoint point) const;
    [[nodiscard]] std::vector<QRectF> boxes(ByteRange range, std::size_t line, QPointF at) const;
    void copy(BytesAs as) const;

    std::vector<std::uint8_t> m_bytes;
    std::size_t m_strong = 0;
    ByteRange m_marked;
    ByteRange m_pointed;
    ByteRange m_chosen;
    std::optional<std::size_t> m_anchor; ///< where a drag began
};

} // namespace flowscent::ui
