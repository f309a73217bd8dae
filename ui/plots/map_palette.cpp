// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/map_palette.h"

#include "ui/plots/colours.h"

#include <QCoreApplication>

#include <array>

namespace flowscent::ui {

namespace {

using Shape = QCPScatterStyle::ScatterShape;

constexpr std::array<QRgb, MapClasses::categories> onLight{0xFF0072B2, 0xFFD55E00, 0xFF009E73, 0xFFA8478A,
                                                           0xFF56A0D3, 0xFFC98A00, 0xFF1A222D, 0xFF8C6D1F};
constexpr std::array<QRgb, MapClasses::categories> onDark{0xFF4FA8E0, 0xFFFF8A3D, 0xFF2BC79B, 0xFFE08BC4,
                                                          0xFF9AD4FA, 0xFFF0C040, 0xFFE8ECF2, 0xFFF0E442};
constexpr std::array<Shape, MapClasses::categories> shapes{QCPScatterStyle::ssDisc,
                                                           QCPScatterStyle::ssSquare,
                                                           QCPScatterStyle::ssDiamond,
                                                           QCPScatterStyle::ssTriangle,
                                                           QCPScatterStyle::ssTriangleInverted,
                                                           QCPScatterStyle::ssPlus,
                                                           QCPScatterStyle::ssCross,
                                                           QCPScatterStyle::ssStar};

QColor between(const QColor& a, const QColor& b, double share)
{
    const auto mix = [share](double from, double to) { return static_cast<float>(from + share * (to - from)); };
    return QColor::fromRgbF(mix(a.redF(), b.redF()), mix(a.greenF(), b.greenF()), mix(a.blueF(), b.blueF()));
}

PointLayer::Kind kindOf(const MapClasses::Class& group, const Colours& colours)
{
    switch (group.tone) {
    case MapTone::Quiet:
        break;
    case MapTone::Normal:
        return {.colour = colours.notThreat, .shape = QCPScatterStyle::ssDisc};
    case MapTone::NotThreat:
        return {.colour = colours.notThreat, .shape = QCPScatterStyle::ssSquare};
    case MapTone::Unsure:
        return {.colour = colours.unsure, .shape = QCPScatterStyle::ssDiamond};
    case MapTone::Threat:
        return {.colour = colours.threat, .shape = QCPScatterStyle::ssTriangle};
    case MapTone::Scale:
        return {.colour = between(colours.dark ? QColor(0xFF3F6FB0) : QColor(0xFF9DBDE6), colours.threat,
                                  group.place / double(MapClasses::scaleSteps - 1)),
                .shape = shapes[group.place]};
    case MapTone::Category:
        return {.colour = QColor(colours.dark ? onDark[group.place] : onLight[group.place]),
                .shape = shapes[group.place]};
    }
    return {.colour = colours.quiet, .shape = QCPScatterStyle::ssCircle};
}

QString tr(const char* text)
{
    return QCoreApplication::translate("MapPalette", text);
}

} // namespace

std::vector<PointLayer::Kind> kindsOf(const MapClasses& classes, const QPalette& palette)
{
    const Colours colours = Colours::of(palette);
    std::vector<PointLayer::Kind> kinds;
    for (const MapClasses::Class& group : classes.classes)
        kinds.push_back(kindOf(group, colours));
    return kinds;
}

QString className(const MapClasses& classes, std::size_t index)
{
    const MapClasses::Class& group = classes.classes[index];
    switch (group.tone) {
    case MapTone::Normal:
        return tr(QT_TRANSLATE_NOOP("MapPalette", "normal"));
    case MapTone::NotThreat:
        return tr(QT_TRANSLATE_NOOP("MapPalette", "not this"));
    case MapTone::Unsure:
        return tr(QT_TRANSLATE_NOOP("MapPalette", "unsure"));
    case MapTone::Threat:
        return tr(QT_TRANSLATE_NOOP("MapPalette", "threat"));
    case MapTone::Scale:
    case MapTone::Category:
        return QString::fromStdString(group.name);
    case MapTone::Quiet:
        break;
    }
    if (classes.by == MapColouring::Label)
        return tr(QT_TRANSLATE_NOOP("MapPalette", "no label"));
    if (classes.by == MapColouring::Application)
        return tr(QT_TRANSLATE_NOOP("MapPalette", "other or unknown"));
    return tr(QT_TRANSLATE_NOOP("MapPalette", "no score"));
}

QPixmap markPixmap(const PointLayer::Kind& kind, int size, qreal ratio)
{
    QPixmap pixmap(QSize(size, size) * ratio);
    pixmap.setDevicePixelRatio(ratio);
    pixmap.fill(Qt::transparent);
    QCPPainter painter(&pixmap);
    painter.setAntialiasing(true);
    PointLayer::drawMark(painter, kind, QPointF(size / 2.0, size / 2.0), size * 0.3);
    return pixmap;
}

} // namespace flowscent::ui
