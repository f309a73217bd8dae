// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

class QCPAxisRect;
class QCPLegend;
class QCustomPlot;

namespace flowscent::ui {

struct Colours;

/// Dresses plots in the palette's colours: hairline axes, faint grid, no frame.
void styleAxes(QCPAxisRect& rect, const Colours& colours);
void styleLegend(QCPLegend& legend, const Colours& colours);
void styleBackground(QCustomPlot& plot);

} // namespace flowscent::ui
