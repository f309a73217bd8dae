// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QPalette>
#include <QPixmap>
#include <QString>

#include <vector>

#include "ui/plots/point_layer.h"
#include "ui/session/map_classes.h"

namespace flowscent::ui {

/// How each class of a map is drawn: colours told apart by the common kinds of colour blindness (Okabe and Ito, "Color
/// universal design", 2008, darkened or lightened for the background; a scale by rising contrast), and a shape for each
/// where points are few enough to have one.
[[nodiscard]] std::vector<PointLayer::Kind> kindsOf(const MapClasses& classes, const QPalette& palette);
/// "not this", "0.2 – 0.4", "TLS.Google"
[[nodiscard]] QString className(const MapClasses& classes, std::size_t index);
/// The mark of a kind, for a legend.
[[nodiscard]] QPixmap markPixmap(const PointLayer::Kind& kind, int size, qreal ratio);

} // namespace flowscent::ui
