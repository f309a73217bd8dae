// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/start_page.h"

#include "ui/panels/icons.h"
#include "ui/plots/colours.h"

#include <QEvent>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QLabel>
#include <QListWidget>
#include <QLocale>
#include <QPushButton>
#include <QVBoxLayout>

namespace flowscent::ui {

namespace {

/// A large button: a drawing, what it does, and a line about it.
class Card : public QPushButton {
public:
    Card(const QString& drawing, const QString& title, const QString& text, QWidget* parent)
        : QPushButton(parent)
        , m_drawing(drawing)
        , m_icon(new QLabel(this))
        , m_title(new QLabel(title, this))
        , m_text(new QLabel(text, this))
    {
        setAccessibleName(title);
        setAccessibleDescription(text);
        QFont larger = font();
        larger.setPointSizeF(larger.pointSizeF() * 1.2);
        larger.setWeight(QFont::DemiBold);
        m_title->setFont(larger);
        m_text->setWordWrap(true);
        for (QLabel* label : {m_icon, m_title, m_text})
            label->setAttribute(Qt::WA_TransparentForMouseEvents);
        auto* words = new QVBoxLayout;
        words->setSpacing(3);
        words->addWidget(m_title);
        words->addWidget(m_text);
        auto* layout = new QHBoxLayout(this);
        layout->setContentsMargins(18, 14, 18, 14);
        layout->setSpacing(16);
        layout->addWidget(m_icon);
        layout->addLayout(words, 1);
        setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
        dress();
    }

    void setText(const QString& text)
    {
        m_text->setText(text);
        setAccessibleDescription(text);
    }

    [[nodiscard]] QSize sizeHint() const override { return {520, 82}; }

protected:
    void changeEvent(QEvent* event) override
    {
        QPushButton::changeEvent(event);
        if (event->type() == QEvent::PaletteChange || event->type() == QEvent::EnabledChange)
            dress();
    }

private:
    void dress()
    {
        const Colours colours = Colours::of(palette());
        m_icon->setPixmap(iconPixmap(m_drawing, isEnabled() ? colours.accent : colours.quiet, 32, devicePixelRatioF()));
        QPalette words = palette();
        words.setColor(QPalette::WindowText, isEnabled() ? colours.text : colours.muted);
        m_title->setPalette(words);
        words.setColor(QPalette::WindowText, colours.muted);
        m_text->setPalette(words);
    }

    QString m_drawing;
    QLabel* m_icon;
    QLabel* m_title;
    QLabel* m_text;
};

QLabel* heading(const QString& text, QWidget* parent)
{
    auto* label = new QLabel(text, parent);
    QFont bold = label->font();
    bold.setWeight(QFont::DemiBold);
    label->setFont(bold);
    return label;
}

} // namespace

StartPage::StartPage(QWidget* parent)
    : QWidget(parent)
    , m_recent(new QListWidget(this))
{
    setObjectName(QStringLiteral("startPage"));
    auto* title = new QLabel(tr("Flowscent"), this);
    QFont large = font();
    large.setPointSizeF(large.pointSizeF() * 2);
    large.setWeight(QFont::DemiBold);
    title->setFont(large);
    auto* tagline = new QLabel(tr("Show it a few flows of a threat, and it finds the others."), this);

    auto* open =
        new Card(QStringLiteral("open"), tr("Open a capture…"),
                 tr("pcap or pcapng, also packed or several as one; or drop files anywhere in the window."), this);
    open->setObjectName(QStringLiteral("openCard"));
    m_sample = new Card(QStringLiteral("sample"), tr("Try the sample"),
                        tr("A small network, a beacon hidden in its traffic; three minutes."), this);
    m_sample->setObjectName(QStringLiteral("sampleCard"));
    auto* live = new Card(QStringLiteral("capture"), tr("Capture live…"),
                          tr("Not in this window yet: flowscent-cli detect --interface watches the wire."), this);
    live->setObjectName(QStringLiteral("captureCard"));
    live->setEnabled(false);
    connect(open, &QPushButton::clicked, this, &StartPage::openAsked);
    connect(m_sample, &QPushButton::clicked, this, &StartPage::sampleAsked);

    m_recent->setObjectName(QStringLiteral("recentList"));
    m_recent->setAccessibleName(tr("Recent files"));
    m_recent->setFrameShape(QFrame::NoFrame);
    m_recent->setTextElideMode(Qt::ElideMiddle);
    m_recent->setMaximumHeight(190);
    m_recent->viewport()->setAutoFillBackground(false);
    connect(m_recent, &QListWidget::itemActivated, this,
            [this](const QListWidgetItem* item) { Q_EMIT fileAsked(item->data(Qt::UserRole).toString()); });

    auto* column = new QVBoxLayout;
    column->setSpacing(10);
    column->addStretch(2);
    column->addWidget(title);
    column->addWidget(tagline);
    column->addSpacing(14);
    column->addWidget(open);
    column->addWidget(m_sample);
    column->addWidget(live);
    column->addSpacing(14);
    column->addWidget(heading(tr("Recent files"), this));
    column->addWidget(m_recent);
    column->addSpacing(6);
    column->addWidget(new QLabel(tr("What leaves this computer: nothing."), this));
    column->addStretch(3);
    auto* frame = new QWidget(this);
    frame->setMaximumWidth(600);
    frame->setLayout(column);
    auto* layout = new QHBoxLayout(this);
    layout->addStretch();
    layout->addWidget(frame, 1000);
    layout->addStretch();
    setRecentFiles({});
}

void StartPage::setRecentFiles(const QStringList& files)
{
    m_recent->clear();
    for (const QString& file : files) {
        const QFileInfo info(file);
        const QString about = info.exists() ? QLocale::c().formattedDataSize(info.size()) : tr("missing");
        auto* item = new QListWidgetItem(tr("%1   –   %2, %3").arg(info.fileName(), about, info.path()), m_recent);
        item->setData(Qt::UserRole, file);
        item->setToolTip(file);
        if (!info.exists())
            item->setFlags(Qt::NoItemFlags);
    }
    if (files.isEmpty()) {
        auto* item = new QListWidgetItem(tr("None yet."), m_recent);
        item->setFlags(Qt::NoItemFlags);
    }
}

void StartPage::setSampleAvailable(bool available)
{
    m_sample->setEnabled(available);
    if (!available)
        static_cast<Card*>(m_sample)->setText(tr("The sample is not installed."));
}

} // namespace flowscent::ui
