// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/filter_help.h"

#include "engine/hunt/filter.h"
#include "ui/models/flow_text.h"

#include <QDialogButtonBox>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QTreeWidget>
#include <QVBoxLayout>

namespace flowscent::ui {

FilterHelp::FilterHelp(QWidget* parent)
    : QDialog(parent)
    , m_search(new QLineEdit(this))
    , m_fields(new QTreeWidget(this))
{
    setObjectName(QStringLiteral("filterHelp"));
    setAttribute(Qt::WA_DeleteOnClose);
    setWindowTitle(tr("Fields of the filter"));
    auto* language = new QLabel(
        tr("<table>"
           "<tr><td><code>ip.addr == 10.0.0.5 &amp;&amp; bytes &gt; 10k&nbsp;&nbsp;</code></td>"
           "<td>a field, a comparison, a value; <code>&amp;&amp;</code> and, <code>||</code> or, <code>!</code> not, "
           "brackets</td></tr>"
           "<tr><td><code>port.dst in {80, 443}</code></td><td>one of several</td></tr>"
           "<tr><td><code>host contains \"example\"</code></td><td>a part of a text; <code>matches</code> takes a "
           "regular expression</td></tr>"
           "<tr><td><code>10.0.0.0/8</code>, <code>:443</code>, <code>dns</code></td><td>a word alone is looked for in "
           "every field that it may be in</td></tr>"
           "</table>"),
        this);
    language->setTextFormat(Qt::RichText);
    language->setWordWrap(true);
    m_search->setObjectName(QStringLiteral("filterHelpSearch"));
    m_search->setAccessibleName(tr("Search the fields"));
    m_search->setPlaceholderText(tr("Search the fields"));
    m_search->setClearButtonEnabled(true);
    m_fields->setObjectName(QStringLiteral("filterHelpFields"));
    m_fields->setAccessibleName(tr("Fields"));
    m_fields->setRootIsDecorated(false);
    m_fields->setUniformRowHeights(true);
    m_fields->setAlternatingRowColors(true);
    m_fields->setHeaderLabels({tr("Field"), tr("Meaning")});
    for (const hunt::Filter::Field& field : hunt::Filter::fields()) {
        auto* row = new QTreeWidgetItem(m_fields, {toQString(field.name), toQString(field.description)});
        row->setToolTip(1, toQString(field.description).toHtmlEscaped());
    }
    m_fields->resizeColumnToContents(0);
    auto* hint = new QLabel(tr("Enter or a double click takes a field over into the filter."), this);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close, this);
    buttons->button(QDialogButtonBox::Close)->setAutoDefault(false); // Enter belongs to the list
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::close);
    connect(m_search, &QLineEdit::textChanged, this, &FilterHelp::search);
    connect(m_fields, &QTreeWidget::itemActivated, this,
            [this](const QTreeWidgetItem* item) { Q_EMIT fieldTaken(item->text(0)); });

    auto* layout = new QVBoxLayout(this);
    layout->addWidget(language);
    layout->addWidget(m_search);
    layout->addWidget(m_fields, 1);
    layout->addWidget(hint);
    layout->addWidget(buttons);
    const int letter = fontMetrics().horizontalAdvance(QLatin1Char('x'));
    resize(letter * 110, fontMetrics().height() * 32);
}

void FilterHelp::search(const QString& words)
{
    for (int row = 0; row < m_fields->topLevelItemCount(); ++row) {
        QTreeWidgetItem* item = m_fields->topLevelItem(row);
        const bool found = item->text(0).contains(words.trimmed(), Qt::CaseInsensitive) ||
                           item->text(1).contains(words.trimmed(), Qt::CaseInsensitive);
        item->setHidden(!found);
    }
}

} // namespace flowscent::ui
