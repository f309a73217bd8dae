// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/evidence_block.h"

#include "ui/models/evidence_text.h"
#include "ui/plots/feature_bar.h"
#include "ui/plots/packet_shape_pair.h"

#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

namespace flowscent::ui {

namespace {

FeatureBar::Content contentOf(const detect::FeatureEvidence& feature)
{
    return {.name = featureName(feature),
            .value = featureValue(feature),
            .normal = featureNormal(feature),
            .sentence = featureSentence(feature),
            .number = double{feature.value},
            .lower = double{feature.normal.lower},
            .median = double{feature.normal.median},
            .upper = double{feature.normal.upper},
            .raises = feature.attribution > 0,
            .atEdge = feature.atEdge};
}

void say(QLabel& label, const QString& text)
{
    label.setText(text);
    label.setVisible(!text.isEmpty());
}

} // namespace

EvidenceBlock::EvidenceBlock(const QString& heading, QWidget* parent)
    : QWidget(parent)
    , m_neighbour(new QPushButton(this))
    , m_shapes(new PacketShapePair(this))
    , m_above(new QLabel(this))
    , m_below(new QLabel(this))
    , m_bars(new QVBoxLayout)
{
    auto* title = new QLabel(heading, this);
    QFont bold = font();
    bold.setWeight(QFont::DemiBold);
    title->setFont(bold);
    for (QLabel* label : {m_above, m_below}) {
        label->setTextFormat(Qt::PlainText);
        label->setWordWrap(true);
        label->setTextInteractionFlags(Qt::TextSelectableByMouse);
        label->hide();
    }
    m_bars->setSpacing(0);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(4);
    layout->addWidget(title);
    layout->addWidget(m_shapes);
    layout->addWidget(m_above);
    layout->addWidget(m_neighbour, 0, Qt::AlignLeft);
    layout->addLayout(m_bars);
    layout->addWidget(m_below);
    layout->addStretch(1);
    connect(m_neighbour, &QPushButton::clicked, this, [this] { Q_EMIT flowAsked(m_flow); });
    clearNeighbour();
}

void EvidenceBlock::setNeighbour(flow::FlowId flow, const QString& name, const detect::PacketShape& explained,
                                 const detect::PacketShape& neighbour)
{
    m_flow = flow;
    m_neighbour->setText(tr("Go to %1").arg(QString::fromStdString(numberText(flow)))); // the name may be long
    m_neighbour->setObjectName(objectName() + QStringLiteral("Neighbour"));
    m_neighbour->setAccessibleName(tr("Go to %1").arg(name));
    m_neighbour->setToolTip(name);
    m_shapes->setObjectName(objectName() + QStringLiteral("Shapes"));
    m_shapes->setShapes(tr("This flow"), explained, name, neighbour);
    m_neighbour->show();
    m_shapes->show();
}

void EvidenceBlock::clearNeighbour()
{
    m_neighbour->hide();
    m_shapes->hide();
}

void EvidenceBlock::setText(const QString& above, const QString& below)
{
    m_above->setObjectName(objectName() + QStringLiteral("Text"));
    m_below->setObjectName(objectName() + QStringLiteral("Note"));
    say(*m_above, above);
    say(*m_below, below);
}

void EvidenceBlock::setFeatures(const std::vector<detect::FeatureEvidence>& features, double reach)
{
    m_features.clear();
    for (const detect::FeatureEvidence& feature : features)
        m_features.push_back(feature.feature);
    while (m_made.size() < features.size()) {
        auto* bar = new FeatureBar(this);
        const std::size_t place = m_made.size();
        bar->setObjectName(objectName() + QStringLiteral("Bar%1").arg(place + 1));
        connect(bar, &QAbstractButton::clicked, this, [this, place] {
            if (place < m_features.size())
                Q_EMIT featureAsked(m_features[place]);
        });
        m_bars->addWidget(bar);
        m_made.push_back(bar);
    }
    for (std::size_t place = 0; place < m_made.size(); ++place) {
        m_made[place]->setVisible(place < features.size());
        if (place < features.size())
            m_made[place]->setContent(contentOf(features[place]), reach);
    }
}

std::vector<FeatureBar*> EvidenceBlock::bars() const
{
    return {m_made.begin(), m_made.begin() + static_cast<std::ptrdiff_t>(m_features.size())};
}

} // namespace flowscent::ui
