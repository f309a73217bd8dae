// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/threat_chooser.h"

#include "ui/models/flow_text.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLineEdit>
#include <QPushButton>
#include <QSignalBlocker>
#include <QStackedWidget>

namespace flowscent::ui {

ThreatChooser::ThreatChooser(Session& session, QWidget* parent)
    : QWidget(parent)
    , m_session(session)
    , m_pages(new QStackedWidget(this))
    , m_choice(new QComboBox(m_pages))
    , m_name(new QLineEdit(m_pages))
    , m_rename(new QPushButton(tr("Rename"), this))
    , m_add(new QPushButton(tr("Add"), this))
{
    m_choice->setObjectName(QStringLiteral("threatBox"));
    m_choice->setAccessibleName(tr("Threat"));
    m_choice->setToolTip(tr("The threat that M marks and that scores are about. Examples of the others are "
                            "counter-examples of this one."));
    m_choice->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    m_choice->setMinimumContentsLength(8);
    m_name->setObjectName(QStringLiteral("threatName"));
    m_name->setAccessibleName(tr("Name of the threat"));
    m_name->setPlaceholderText(tr("Name, then Enter"));
    m_name->setMaxLength(static_cast<int>(hunt::longestName));
    m_rename->setObjectName(QStringLiteral("renameThreat"));
    m_rename->setToolTip(tr("Gives this threat another name"));
    m_add->setObjectName(QStringLiteral("addThreat"));
    m_add->setToolTip(tr("Adds a threat and goes on with it"));
    m_pages->addWidget(m_choice);
    m_pages->addWidget(m_name);
    m_pages->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(4);
    layout->addWidget(m_pages, 1);
    layout->addWidget(m_rename);
    layout->addWidget(m_add);

    connect(m_choice, &QComboBox::activated, this,
            [this](int index) { m_session.book().chooseThreat(static_cast<hunt::ThreatNumber>(index + 1)); });
    connect(m_rename, &QPushButton::clicked, this, [this] { edit(false); });
    connect(m_add, &QPushButton::clicked, this, [this] { edit(true); });
    connect(m_name, &QLineEdit::returnPressed, this, &ThreatChooser::accept);
    connect(&m_session.book(), &LabelBook::changed, this, &ThreatChooser::fill);
    fill();
}

void ThreatChooser::fill()
{
    const QSignalBlocker quiet(m_choice);
    const hunt::Threats& threats = m_session.labels().marks().threats();
    m_choice->clear();
    for (std::size_t i = 0; i < threats.names.size(); ++i) {
        const QString name = toQString(threats.names[i]);
        m_choice->addItem(i < 9 ? tr("%1  (key %2)").arg(name).arg(i + 1) : name);
    }
    m_choice->setCurrentIndex(threats.active - 1);
    m_add->setEnabled(threats.names.size() < hunt::mostThreats);
}

void ThreatChooser::edit(bool fresh)
{
    m_fresh = fresh;
    const hunt::Threats& threats = m_session.labels().marks().threats();
    m_name->setText(fresh ? QString() : toQString(threats.name(threats.active)));
    m_pages->setCurrentWidget(m_name);
    m_name->setFocus(Qt::OtherFocusReason);
    m_name->selectAll();
}

/// A name that is empty or taken is not accepted; the words stay, to be changed.
void ThreatChooser::accept()
{
    LabelBook& book = m_session.book();
    const hunt::Threats& threats = book.marks().threats();
    const std::string name = hunt::tidied(m_name->text().toStdString(), hunt::longestName);
    const bool same = !m_fresh && name == threats.name(threats.active);
    if (same || (m_fresh ? book.addThreat(m_name->text()) : book.renameThreat(threats.active, m_name->text())))
        leave();
    else
        m_name->setPlaceholderText(tr("This name is taken or empty"));
}

void ThreatChooser::leave()
{
    m_pages->setCurrentWidget(m_choice);
    m_choice->setFocus(Qt::OtherFocusReason);
    m_name->setPlaceholderText(tr("Name, then Enter"));
}

void ThreatChooser::keyPressEvent(QKeyEvent* event)
{
    if (event->key() == Qt::Key_Escape && m_pages->currentWidget() == m_name)
        leave();
    else
        QWidget::keyPressEvent(event);
}

} // namespace flowscent::ui
