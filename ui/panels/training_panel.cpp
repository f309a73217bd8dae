// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/training_panel.h"

#include "ui/models/flow_text.h"
#include "ui/plots/curve_plot.h"

#include <QFontDatabase>
#include <QHeaderView>
#include <QJsonDocument>
#include <QJsonObject>
#include <QLabel>
#include <QSplitter>
#include <QStackedWidget>
#include <QTreeWidget>
#include <QVBoxLayout>

namespace flowscent::ui {

namespace {

QTreeWidgetItem* group(QTreeWidget& tree, const QString& name)
{
    auto* item = new QTreeWidgetItem(&tree, {name});
    QFont bold = tree.font();
    bold.setWeight(QFont::DemiBold);
    item->setFont(0, bold);
    item->setFirstColumnSpanned(true);
    return item;
}

void add(QTreeWidgetItem& parent, const QString& name, const QString& value)
{
    auto* item = new QTreeWidgetItem(&parent, {name, value});
    item->setToolTip(0, name);
    item->setToolTip(1, value);
}

void addConfiguration(QTreeWidgetItem& parent, const std::string& json)
{
    const QJsonObject settings = QJsonDocument::fromJson(QByteArray::fromStdString(json)).object();
    for (auto setting = settings.begin(); setting != settings.end(); ++setting)
        add(parent, setting.key(), setting.value().toVariant().toString());
}

} // namespace

TrainingPanel::TrainingPanel(QWidget* parent)
    : QWidget(parent)
    , m_pages(new QStackedWidget(this))
    , m_trouble(new QLabel(tr("The base model is being loaded."), this))
    , m_curves(new CurvePlot(this))
    , m_record(new QTreeWidget(this))
{
    setObjectName(QStringLiteral("trainingPanel"));
    m_trouble->setAlignment(Qt::AlignCenter);
    m_trouble->setWordWrap(true);
    m_trouble->setMargin(40);
    m_record->setObjectName(QStringLiteral("trainingRecord"));
    m_record->setAccessibleName(tr("Record of the base model"));
    m_record->setColumnCount(2);
    m_record->setHeaderHidden(true);
    m_record->setFrameShape(QFrame::NoFrame);
    m_record->setIndentation(12);
    m_record->setUniformRowHeights(true);
    m_record->setRootIsDecorated(false);
    m_record->setSelectionMode(QAbstractItemView::NoSelection);
    m_record->setMinimumWidth(300);

    auto* split = new QSplitter(this);
    split->setChildrenCollapsible(false);
    split->addWidget(m_curves);
    split->addWidget(m_record);
    split->setStretchFactor(0, 1);
    split->setSizes({900, 380});
    m_pages->addWidget(m_trouble);
    m_pages->addWidget(split);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_pages);
}

void TrainingPanel::setModel(const std::shared_ptr<const learn::BaseModel>& model)
{
    m_curves->setCurve(model->training.curve);
    showRecord(*model);
    m_pages->setCurrentIndex(1);
}

void TrainingPanel::setTrouble(const QString& text)
{
    m_trouble->setText(text);
    m_pages->setCurrentIndex(0);
}

void TrainingPanel::showRecord(const learn::BaseModel& model)
{
    m_record->clear();
    auto* about = group(*m_record, tr("Base model"));
    add(*about, tr("encoder"), QString::fromStdString(model.encoder));
    add(*about, tr("embedding"), tr("%1 numbers a flow").arg(model.embeddingSize));
    add(*about, tr("identity"), QString::fromStdString(model.identity()));
    add(*about, tr("data (SHA-256)"), QString::fromStdString(model.training.corpusHash));
    auto* metrics = group(*m_record, tr("Metrics"));
    for (const auto& [name, value] : model.training.metrics)
        add(*metrics, QString::fromStdString(name), QString::number(value, 'g', 4));
    auto* sources = group(*m_record, tr("Sources of the training traffic"));
    for (const std::string& source : model.training.sources) {
        auto* item = new QTreeWidgetItem(sources, {QString::fromStdString(source)});
        item->setFirstColumnSpanned(true);
    }
    addConfiguration(*group(*m_record, tr("Configuration")), model.training.configuration);
    m_record->expandAll();
    m_record->resizeColumnToContents(0);
    m_record->setColumnWidth(0, std::min(m_record->columnWidth(0), 220));
}

} // namespace flowscent::ui
