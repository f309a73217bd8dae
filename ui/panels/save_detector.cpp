// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/save_detector.h"

#include "ui/session/library_desk.h"

#include <QCheckBox>
#include <QDialogButtonBox>
#include <QFormLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>

namespace flowscent::ui {

SaveDetector::SaveDetector(const QString& suggestedName, qsizetype captures, QWidget* parent)
    : QDialog(parent)
    , m_name(new QLineEdit(suggestedName, this))
    , m_why(new QLineEdit(this))
    , m_hunt(new QCheckBox(this))
    , m_fault(new QLabel(this))
{
    setObjectName(QStringLiteral("saveDetector"));
    setAttribute(Qt::WA_DeleteOnClose);
    setWindowTitle(tr("Save the detector in the library"));
    m_name->setObjectName(QStringLiteral("detectorName"));
    m_name->setAccessibleName(tr("Name of the detector"));
    m_why->setObjectName(QStringLiteral("detectorWhy"));
    m_why->setAccessibleName(tr("What it is for"));
    m_why->setPlaceholderText(tr("for whoever finds it later"));
    m_hunt->setObjectName(QStringLiteral("detectorHunt"));
    m_hunt->setText(captures == 0 ? tr("No other recent capture to look through")
                                  : tr("Look through %1 other recent captures").arg(captures));
    m_hunt->setEnabled(captures > 0);
    m_hunt->setChecked(captures > 0);
    m_fault->setObjectName(QStringLiteral("detectorFault"));
    m_fault->setWordWrap(true);

    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Save | QDialogButtonBox::Cancel, this);
    m_save = buttons->button(QDialogButtonBox::Save);
    m_save->setObjectName(QStringLiteral("detectorSave"));
    auto* form = new QFormLayout(this);
    form->addRow(tr("&Name"), m_name);
    form->addRow(tr("&What it is for"), m_why);
    form->addRow(m_hunt);
    form->addRow(m_fault);
    form->addRow(buttons);
    setMinimumWidth(fontMetrics().averageCharWidth() * 64);

    connect(m_name, &QLineEdit::textChanged, this, &SaveDetector::judge);
    connect(m_why, &QLineEdit::textChanged, this, &SaveDetector::judge);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::close);
    connect(buttons, &QDialogButtonBox::accepted, this, [this] {
        Q_EMIT saveAsked(m_name->text(), m_why->text().trimmed(), m_hunt->isChecked());
        close();
    });
    judge();
    m_name->selectAll();
}

void SaveDetector::judge()
{
    QString fault = LibraryDesk::nameFault(m_name->text());
    if (fault.isEmpty() && m_why->text().trimmed().isEmpty())
        fault = tr("Say what it is for: a name alone tells nobody next year.");
    m_fault->setText(fault);
    m_save->setEnabled(fault.isEmpty());
}

} // namespace flowscent::ui
