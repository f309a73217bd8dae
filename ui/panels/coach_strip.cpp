// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/coach_strip.h"

#include "ui/panels/icons.h"
#include "ui/plots/colours.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>

namespace flowscent::ui {

CoachStrip::CoachStrip(QWidget* parent)
    : QFrame(parent)
    , m_choose(new QPushButton(tr("Choose three"), this))
{
    setObjectName(QStringLiteral("coachStrip"));
    setAccessibleName(tr("First hunt in four steps"));
    const std::array<QString, steps> words{
        tr("1  Choose three beacon flows, press M"), tr("2  Watch the scores of the others"),
        tr("3  Press N: what to label next?"), tr("4  Compare with another try: Alt+2")};
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(10, 5, 10, 5);
    layout->setSpacing(6);
    for (std::size_t i = 0; i < steps; ++i) {
        m_icons[i] = new QLabel(this);
        m_texts[i] = new QLabel(words[i], this);
        m_texts[i]->setObjectName(QStringLiteral("coachStep%1").arg(i + 1));
        m_texts[i]->setWordWrap(true);
        layout->addWidget(m_icons[i]);
        layout->addWidget(m_texts[i], 1);
        if (i == 0)
            layout->addWidget(m_choose);
    }
    m_choose->setObjectName(QStringLiteral("coachChoose"));
    m_choose->setToolTip(tr("Chooses three flows that the sample's labels call a beacon"));
    auto* close = new QPushButton(tr("Close"), this);
    close->setObjectName(QStringLiteral("coachClose"));
    close->setToolTip(tr("Help > First hunt brings it back"));
    layout->addWidget(close);
    connect(m_choose, &QPushButton::clicked, this, &CoachStrip::examplesAsked);
    connect(close, &QPushButton::clicked, this, &QWidget::hide);
    dress();
    hide();
}

void CoachStrip::restart()
{
    m_done.fill(false);
    dress();
    show();
}

void CoachStrip::setDone(Step step)
{
    bool& done = m_done[static_cast<std::size_t>(step)];
    if (std::exchange(done, true))
        return;
    dress();
}

/// What is done has a tick and says so to screen readers; the step to take now stands in full contrast.
void CoachStrip::dress()
{
    const Colours colours = Colours::of(palette());
    bool now = true;
    for (std::size_t i = 0; i < steps; ++i) {
        const bool next = now && !m_done[i];
        now = now && m_done[i];
        m_icons[i]->setPixmap(iconPixmap(m_done[i] ? QStringLiteral("normal") : QStringLiteral("info"),
                                         m_done[i] ? colours.notThreat
                                         : next    ? colours.accent
                                                   : colours.quiet,
                                         16, devicePixelRatioF()));
        QPalette words = palette();
        words.setColor(QPalette::WindowText, next ? colours.text : colours.muted);
        m_texts[i]->setPalette(words);
        m_texts[i]->setAccessibleName(m_done[i] ? tr("%1: done").arg(m_texts[i]->text()) : m_texts[i]->text());
    }
    m_choose->setVisible(!m_done[0]);
}

void CoachStrip::changeEvent(QEvent* event)
{
    QFrame::changeEvent(event);
    if (event->type() == QEvent::PaletteChange)
        dress();
}

} // namespace flowscent::ui
