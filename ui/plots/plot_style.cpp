// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/plot_style.h"

#include "ui/plots/colours.h"
#include "ui/plots/qcustomplot.h"

namespace flowscent::ui {

void styleAxes(QCPAxisRect& rect, const Colours& colours)
{
    QColor faint = colours.border;
    faint.setAlphaF(0.6F);
    for (QCPAxis* axis : rect.axes()) {
        axis->setBasePen(QPen(colours.border));
        axis->setTickPen(QPen(colours.border));
        axis->setSubTickPen(Qt::NoPen);
        axis->setTickLabelColor(colours.muted);
        axis->setLabelColor(colours.text);
        axis->setTickLengthIn(0);
        axis->setTickLengthOut(4);
        axis->grid()->setPen(QPen(faint));
        axis->grid()->setZeroLinePen(QPen(faint));
    }
}

void styleLegend(QCPLegend& legend, const Colours& colours)
{
    legend.setTextColor(colours.text);
    legend.setBorderPen(Qt::NoPen);
    legend.setBrush(Qt::NoBrush);
    legend.setRowSpacing(-2);
    legend.setMargins({8, 2, 8, 2});
}

void styleBackground(QCustomPlot& plot)
{
    plot.setBackground(plot.palette().color(QPalette::Base));
}

} // namespace flowscent::ui
