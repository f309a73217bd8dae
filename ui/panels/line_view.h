// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAbstractScrollArea>

namespace flowscent::ui {

/// Lines of signs of equal width, of which only those on the screen are ever painted: a hundred million lines cost as
/// much as ten. What a line holds is said by the class that inherits it.
class LineView : public QAbstractScrollArea {
    Q_OBJECT

public:
    explicit LineView(QWidget* parent = nullptr);

    [[nodiscard]] qsizetype lines() const { return m_lines; }
    /// Scrolls no farther than needed.
    void reveal(qsizetype line);
    /// Said while there are no lines.
    void setPlaceholderText(const QString& text);

protected:
    void setLines(qsizetype lines, int columns);
    /// Paints one line whose top left is at that point.
    virtual void paintLine(QPainter& painter, qsizetype line, QPointF at) = 0;

    [[nodiscard]] qreal signWidth() const { return m_signWidth; }
    [[nodiscard]] int lineHeight() const { return m_lineHeight; }
    [[nodiscard]] int ascent() const { return m_ascent; }
    /// The line under a point of the viewport, -1 for none; its column, which may lie beyond the line.
    [[nodiscard]] qsizetype lineAt(QPoint point) const;
    [[nodiscard]] int columnAt(QPoint point) const;
    [[nodiscard]] int visibleLines() const;

    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void changeEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    void takeFont();
    void measure();
    void setBars();

    QString m_placeholder;
    qsizetype m_lines = 0;
    int m_columns = 0;
    qreal m_signWidth = 1;
    int m_lineHeight = 1;
    int m_ascent = 1;
};

} // namespace flowscent::ui
