// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/ui/support/layout_audit.h"

#include "tests/ui/support/workbench.h"
#include "ui/window/theme.h"

#include <QAbstractButton>
#include <QAbstractScrollArea>
#include <QCheckBox>
#include <QComboBox>
#include <QDockWidget>
#include <QLabel>
#include <QLayout>
#include <QLineEdit>
#include <QMainWindow>
#include <QMenuBar>
#include <QPushButton>
#include <QRubberBand>
#include <QScrollBar>
#include <QSizeGrip>
#include <QSplitterHandle>
#include <QStackedWidget>
#include <QTabBar>
#include <QTest>
#include <QToolButton>

#include <algorithm>

namespace flowscent::test {

namespace {

/// "supportPanel > methodBox (QComboBox)"
QString nameOf(const QWidget& widget)
{
    QStringList names;
    for (const QWidget* at = &widget; at != nullptr && names.size() < 3; at = at->parentWidget()) {
        if (!at->objectName().isEmpty() && !at->objectName().startsWith(QLatin1String("qt_")))
            names.prepend(at->objectName());
    }
    const QRect at = widget.geometry();
    return QStringLiteral("%1 (%2 at %3,%4 %5x%6)")
        .arg(names.join(QStringLiteral(" > ")), QLatin1String(widget.metaObject()->className()))
        .arg(at.x())
        .arg(at.y())
        .arg(at.width())
        .arg(at.height());
}

bool scrolled(const QWidget& widget)
{
    for (const QWidget* at = widget.parentWidget(); at != nullptr && !at->isWindow(); at = at->parentWidget()) {
        if (qobject_cast<const QAbstractScrollArea*>(at->parentWidget()) != nullptr)
            return true;
    }
    return false;
}

QString wordsOf(const QWidget& widget)
{
    if (const auto* label = qobject_cast<const QLabel*>(&widget))
        return label->text();
    if (const auto* button = qobject_cast<const QAbstractButton*>(&widget))
        return button->text();
    if (const auto* box = qobject_cast<const QComboBox*>(&widget))
        return box->currentText();
    return {};
}

/// Labels that wrap need the height that their width asks for, others their hint.
bool wordsFit(const QWidget& widget)
{
    constexpr int tolerance = 1;
    const auto* label = qobject_cast<const QLabel*>(&widget);
    if (label != nullptr && label->wordWrap())
        return label->heightForWidth(label->width()) <= label->height() + tolerance;
    if (label != nullptr && label->sizePolicy().horizontalPolicy() == QSizePolicy::Ignored)
        return true; // elides on purpose, the whole text is in its tool tip
    const QSize wanted =
        qobject_cast<const QComboBox*>(&widget) != nullptr ? widget.minimumSizeHint() : widget.sizeHint();
    return wanted.width() <= widget.width() + tolerance && wanted.height() <= widget.height() + tolerance;
}

bool blank(const QWidget& widget)
{
    const QImage picture = const_cast<QWidget&>(widget).grab().toImage(); // grab() only paints
    const QRgb first = picture.pixel(picture.width() / 2, picture.height() / 2);
    for (int y = 2; y < picture.height() - 2; y += 2) {
        for (int x = 2; x < picture.width() - 2; x += 2) {
            if (picture.pixel(x, y) != first)
                return false;
        }
    }
    return true;
}

bool isPane(const QWidget& widget)
{
    return qobject_cast<const QAbstractScrollArea*>(&widget) != nullptr || widget.inherits("QCustomPlot");
}

/// What one takes hold of between two panes reaches into both.
bool isHandle(const QWidget& widget)
{
    constexpr int thickest = 6;
    return std::min(widget.width(), widget.height()) <= thickest;
}

/// Whether two siblings lie over each other on purpose: pages of a stack, handles, what floats.
bool mayOverlap(const QWidget& widget)
{
    return qobject_cast<const QStackedWidget*>(widget.parentWidget()) != nullptr ||
           qobject_cast<const QAbstractScrollArea*>(widget.parentWidget()) != nullptr || widget.isWindow() ||
           qobject_cast<const QSplitterHandle*>(&widget) != nullptr ||
           qobject_cast<const QRubberBand*>(&widget) != nullptr || qobject_cast<const QSizeGrip*>(&widget) != nullptr ||
           qobject_cast<const QLineEdit*>(widget.parentWidget()) != nullptr ||
           qobject_cast<const QComboBox*>(widget.parentWidget()) != nullptr ||
           qobject_cast<const QTabBar*>(widget.parentWidget()) != nullptr ||
           (qobject_cast<const QDockWidget*>(&widget) != nullptr &&
            widget.visibleRegion().isEmpty()) || // behind another tab: Qt moves it out of sight
           widget.property("floats").toBool();   // toasts and the like
}

void lookAtSiblings(const QWidget& parent, QStringList& faults)
{
    QList<const QWidget*> shown;
    for (const QObject* child : parent.children()) {
        const auto* widget = qobject_cast<const QWidget*>(child);
        if (widget != nullptr && widget->isVisible() && !mayOverlap(*widget) && !isHandle(*widget))
            shown << widget;
    }
    for (qsizetype i = 0; i < shown.size(); ++i) {
        for (qsizetype k = i + 1; k < shown.size(); ++k) {
            const QRect shared = shown[i]->geometry() & shown[k]->geometry();
            if (shared.width() > 1 && shared.height() > 1)
                faults << QStringLiteral("%1 lies over %2").arg(nameOf(*shown[i]), nameOf(*shown[k]));
        }
    }
}

void lookAt(const QWidget& widget, QStringList& faults)
{
    const QString words = wordsOf(widget);
    if (!words.isEmpty() && !wordsFit(widget))
        faults << QStringLiteral("%1 is too small for \"%2\": %3 x %4 of %5 x %6")
                      .arg(nameOf(widget), words)
                      .arg(widget.width())
                      .arg(widget.height())
                      .arg(widget.sizeHint().width())
                      .arg(widget.sizeHint().height());
    const QWidget* parent = widget.parentWidget();
    if (parent != nullptr && !scrolled(widget) && !mayOverlap(widget) &&
        !parent->rect().adjusted(-1, -1, 1, 1).contains(widget.geometry()) && !widget.geometry().isEmpty() &&
        !isHandle(widget))
        faults << QStringLiteral("%1 reaches beyond its parent").arg(nameOf(widget));
    if (isPane(widget) && !scrolled(widget) && widget.width() > 60 && widget.height() > 40 && blank(widget))
        faults << QStringLiteral("%1 is blank").arg(nameOf(widget));
    const bool focusable = (widget.focusPolicy() & Qt::TabFocus) != 0 && widget.isEnabled() &&
                           qobject_cast<const QScrollBar*>(&widget) == nullptr;
    const bool ours = !widget.objectName().startsWith(QLatin1String("qt_")) &&
                      qobject_cast<const QTabBar*>(&widget) == nullptr &&
                      qobject_cast<const QMenuBar*>(&widget) == nullptr;
    if (focusable && ours && widget.accessibleName().isEmpty() && words.isEmpty())
        faults << QStringLiteral("%1 takes the focus and has no accessible name").arg(nameOf(widget));
    lookAtSiblings(widget, faults);
}

} // namespace

QStringList layoutFaults(const QWidget& window)
{
    QStringList faults;
    lookAt(window, faults);
    for (const QWidget* widget : window.findChildren<QWidget*>()) {
        if (widget->isVisible() && widget->window() == &window)
            lookAt(*widget, faults);
    }
    return faults;
}

QString keepPictures(QWidget& window, const QString& name)
{
    const QSize before = window.size();
    const ui::Theme theme = ui::chosenTheme();
    QStringList faults;
    for (const auto& [shown, word] : {std::pair(ui::Theme::Light, "light"), std::pair(ui::Theme::Dark, "dark")}) {
        ui::applyTheme(shown);
        for (const QSize size : {QSize(1280, 800), QSize(1920, 1080)}) {
            window.resize(size);
            QTest::qWait(150); // plots repaint queued, panels lay out what has come
            const QString picture =
                QStringLiteral("%1-%2x%3-%4").arg(name).arg(size.width()).arg(size.height()).arg(QLatin1String(word));
            keepPicture(window, picture);
            if (window.size() != size)
                faults << QStringLiteral("%1: the window does not get smaller than %2 x %3")
                              .arg(picture)
                              .arg(window.width())
                              .arg(window.height());
            for (const QString& fault : layoutFaults(window)) {
                faults << picture + QStringLiteral(": ") + fault;
                qWarning("%s", qPrintable(faults.back())); // QCOMPARE shows the first words only
            }
        }
    }
    ui::applyTheme(theme);
    window.resize(before);
    return faults.join(QLatin1Char('\n'));
}

} // namespace flowscent::test
