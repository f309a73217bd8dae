// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <optional>

#include "ui/models/hex_text.h"
#include "ui/panels/line_view.h"
#include "ui/session/stream_lines.h"

namespace flowscent::ui {

/// A stream's lines: who speaks as an arrow and a colour in the margin, with the time where a side begins to speak.
/// Bytes are shown as they are and never as what they might mean. Dragging chooses bytes.
class StreamText : public LineView {
    Q_OBJECT

public:
    explicit StreamText(QWidget* parent = nullptr);

    void setStreamLines(std::shared_ptr<const StreamLines> lines); ///< null empties the view
    void setHits(std::shared_ptr<const StreamHits> hits, std::optional<std::size_t> current);
    /// "→    0.012  GET / HTTP/1.1", as painted.
    [[nodiscard]] QString lineText(qsizetype line) const;
    [[nodiscard]] QString copied(BytesAs as) const; ///< what is chosen; empty for nothing

protected:
    void paintLine(QPainter& painter, qsizetype line, QPointF at) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void contextMenuEvent(QContextMenuEvent* event) override;

private:
    [[nodiscard]] QString margin(const StreamLine& line) const;
    [[nodiscard]] QString content(const StreamLine& line) const;
    [[nodiscard]] int contentColumn() const;
    [[nodiscard]] std::optional<std::uint32_t> byteAt(QPoint point) const;
    void fill(QPainter& painter, const StreamLine& line, std::uint32_t begin, std::uint32_t end, QPointF at,
              const QColor& colour, bool framed) const;
    void copy(BytesAs as) const;

    std::shared_ptr<const StreamLines> m_lines;
    std::shared_ptr<const StreamHits> m_hits;
    std::optional<std::size_t> m_current;
    std::optional<std::uint32_t> m_anchor;
    std::uint32_t m_chosenBegin = 0;
    std::uint32_t m_chosenEnd = 0;
};

} // namespace flowscent::ui
