// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/colours.h"

namespace flowscent::ui {

namespace {

struct Shades {
    QRgb window, base, alternate, text, muted, border, button, highlight, highlightedText, accent;
};

QPalette palette(const Shades& shades)
{
    QPalette made;
    const auto set = [&made](QPalette::ColorRole role, QRgb colour) { made.setColor(role, QColor(colour)); };
    set(QPalette::Window, shades.window);
    set(QPalette::Base, shades.base);
    set(QPalette::AlternateBase, shades.alternate);
    set(QPalette::ToolTipBase, shades.base);
    set(QPalette::ToolTipText, shades.text);
    set(QPalette::WindowText, shades.text);
    set(QPalette::Text, shades.text);
    set(QPalette::ButtonText, shades.text);
    set(QPalette::BrightText, shades.highlightedText);
    set(QPalette::PlaceholderText, shades.muted);
    set(QPalette::Button, shades.button);
    set(QPalette::Mid, shades.border);
    set(QPalette::Highlight, shades.highlight);
    set(QPalette::HighlightedText, shades.highlightedText);
    set(QPalette::Link, shades.accent);
    set(QPalette::LinkVisited, shades.accent);
    made.setColor(QPalette::Light, QColor(shades.base).lighter(105));
    made.setColor(QPalette::Midlight, QColor(shades.window));
    made.setColor(QPalette::Dark, QColor(shades.border).darker(115));
    made.setColor(QPalette::Shadow, QColor(shades.border).darker(140));
    for (const auto role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText, QPalette::HighlightedText}) {
        QColor faint(shades.muted);
        faint.setAlphaF(0.65F);
        made.setColor(QPalette::Disabled, role, faint);
    }
    return made;
}

} // namespace

QPalette lightPalette()
{
    return palette({.window = 0xFFF4F5F7,
                    .base = 0xFFFFFFFF,
                    .alternate = 0xFFF8F9FB,
                    .text = 0xFF1A222D,
                    .muted = 0xFF5A6573,
                    .border = 0xFFD5DAE1,
                    .button = 0xFFFBFCFD,
                    .highlight = 0xFFD3DEFA,
                    .highlightedText = 0xFF101828,
                    .accent = 0xFF3453C6});
}

QPalette darkPalette()
{
    return palette({.window = 0xFF171B21,
                    .base = 0xFF1D222A,
                    .alternate = 0xFF20262E,
                    .text = 0xFFE2E7ED,
                    .muted = 0xFF9BA7B5,
                    .border = 0xFF363F4A,
                    .button = 0xFF262D36,
                    .highlight = 0xFF2D437A,
                    .highlightedText = 0xFFF4F7FB,
                    .accent = 0xFF93A9FF});
}

Colours Colours::of(const QPalette& palette)
{
    Colours colours;
    colours.dark = palette.color(QPalette::Base).lightness() < 128;
    colours.text = palette.color(QPalette::Active, QPalette::Text);
    colours.muted = palette.color(QPalette::Active, QPalette::PlaceholderText);
    colours.border = palette.color(QPalette::Active, QPalette::Mid);
    colours.accent = palette.color(QPalette::Active, QPalette::Link);
    colours.threat = QColor(colours.dark ? 0xFFFF8E6B : 0xFFB8360F);
    colours.notThreat = QColor(colours.dark ? 0xFF4CC5B0 : 0xFF00705F);
    colours.unsure = QColor(colours.dark ? 0xFFE2B33F : 0xFF805900);
    colours.quiet = QColor(colours.dark ? 0xFF6F8099 : 0xFF93A1B5);
    return colours;
}

QColor Colours::of(hunt::Label label) const
{
    switch (label) {
    case hunt::Label::Threat:
        return threat;
    case hunt::Label::NotThreat:
        return notThreat;
    case hunt::Label::Unsure:
        return unsure;
    case hunt::Label::None:
        break;
    }
    return quiet;
}

} // namespace flowscent::ui
