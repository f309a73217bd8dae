// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/budget_control.h"

#include "ui/models/flow_selection.h"
#include "ui/models/flow_text.h"
#include "ui/models/judgement_text.h"
#include "ui/panels/icons.h"
#include "ui/plots/colours.h"
#include "ui/session/session.h"

#include <QComboBox>
#include <QDoubleSpinBox>
#include <QEvent>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QVBoxLayout>

namespace flowscent::ui {

namespace {

using detect::AlarmBudget;

/// Items of the budget's box, in order.
enum Budget { OwnLine, In100, In1000, In10000, OneInMany, PerHour };
enum Normal { HalfOfAll, Chosen };

QLabel* wrapped(const char* name, QWidget* parent)
{
    auto* label = new QLabel(parent);
    label->setObjectName(QLatin1String(name));
    label->setTextFormat(Qt::PlainText);
    label->setWordWrap(true);
    return label;
}

} // namespace

BudgetControl::BudgetControl(Session& session, FlowSelection& selection, QWidget* parent)
    : QWidget(parent)
    , m_session(session)
    , m_selection(selection)
    , m_budget(new QComboBox(this))
    , m_amount(new QDoubleSpinBox(this))
    , m_baseline(new QComboBox(this))
    , m_icon(new QLabel(this))
    , m_promise(wrapped("budgetPromise", this))
    , m_note(wrapped("budgetNote", this))
    , m_unsure(wrapped("unsureText", this))
{
    setObjectName(QStringLiteral("budgetControl"));
    auto* title = new QLabel(tr("False alarms"), this);
    QFont bold = font();
    bold.setWeight(QFont::DemiBold);
    title->setFont(bold);
    m_budget->setObjectName(QStringLiteral("budgetBox"));
    m_budget->setAccessibleName(tr("False-alarm budget"));
    m_budget->addItems({tr("As the detector draws it"), tr("1 in 100 normal flows"), tr("1 in 1 000 normal flows"),
                        tr("1 in 10 000 normal flows"), tr("1 in so many flows…"), tr("So many an hour…")});
    m_budget->setToolTip(tr("Where alarms begin: so many of normal flows may lie above the line"));
    m_amount->setObjectName(QStringLiteral("budgetAmount"));
    m_amount->setAccessibleName(tr("Amount of the budget"));
    m_amount->setKeyboardTracking(false);
    m_amount->hide();
    m_baseline->setObjectName(QStringLiteral("baselineBox"));
    m_baseline->setAccessibleName(tr("What is taken for normal"));
    m_baseline->addItems({tr("Half of the unlabelled flows"), tr("The flows I have chosen now")});
    m_baseline->setToolTip(tr("What the line is drawn by. Choose flows of a quiet time or of a host that you trust, "
                              "then pick the second: flows that you marked or that were learnt from are left out."));
    for (QComboBox* box : {m_budget, m_baseline}) {
        box->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
        box->setMinimumContentsLength(12);
    }
    auto* budgetLabel = new QLabel(tr("Budget"), this);
    budgetLabel->setBuddy(m_budget);
    auto* normalLabel = new QLabel(tr("Normal"), this);
    normalLabel->setBuddy(m_baseline);

    auto* grid = new QGridLayout;
    grid->setColumnStretch(1, 1);
    grid->setVerticalSpacing(6);
    grid->addWidget(budgetLabel, 0, 0);
    grid->addWidget(m_budget, 0, 1);
    grid->addWidget(m_amount, 1, 1);
    grid->addWidget(normalLabel, 2, 0);
    grid->addWidget(m_baseline, 2, 1);
    auto* promise = new QHBoxLayout;
    promise->setSpacing(6);
    promise->addWidget(m_icon, 0, Qt::AlignTop);
    promise->addWidget(m_promise, 1);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(6);
    layout->addWidget(title);
    layout->addLayout(grid);
    layout->addLayout(promise);
    layout->addWidget(m_note);
    layout->addWidget(m_unsure);

    connect(m_budget, &QComboBox::activated, this, &BudgetControl::chooseBudget);
    connect(m_amount, &QDoubleSpinBox::valueChanged, this, &BudgetControl::chooseBudget);
    connect(m_baseline, &QComboBox::activated, this, &BudgetControl::chooseBaseline);
    connect(&m_session, &Session::captureChanged, this, &BudgetControl::adoptBudget);
    connect(&m_session, &Session::judgementsChanged, this, &BudgetControl::showJudgements);
    showJudgements();
}

void BudgetControl::chooseBudget()
{
    const int chosen = m_budget->currentIndex();
    const bool own = chosen == OneInMany || chosen == PerHour;
    if (own) { // the same box for both: a range that does not fit would change the number by itself
        const QSignalBlocker quiet(m_amount);
        m_amount->setDecimals(chosen == PerHour ? 1 : 0);
        m_amount->setRange(chosen == PerHour ? 0.1 : 2, 1e9);
        const QString suffix = chosen == PerHour ? tr(" an hour") : tr(" flows");
        if (m_amount->suffix() != suffix)
            m_amount->setValue(chosen == PerHour ? 5 : 5000);
        m_amount->setSuffix(suffix);
        m_amount->setPrefix(chosen == PerHour ? QString() : tr("1 in "));
    }
    m_amount->setVisible(own);
    BudgetChoice choice = m_session.budget();
    switch (chosen) {
    case In100:
        choice.budget = AlarmBudget::oneIn(100);
        break;
    case In1000:
        choice.budget = AlarmBudget::oneIn(1000);
        break;
    case In10000:
        choice.budget = AlarmBudget::oneIn(10'000);
        break;
    case OneInMany:
        choice.budget = AlarmBudget::oneIn(m_amount->value());
        break;
    case PerHour:
        choice.budget = AlarmBudget::perHour(m_amount->value());
        break;
    default:
        choice.budget.reset();
    }
    m_session.setBudget(choice);
}

void BudgetControl::chooseBaseline()
{
    BudgetChoice choice = m_session.budget();
    const bool before = choice.baseline != nullptr;
    choice.baseline = nullptr;
    if (m_baseline->currentIndex() == Chosen) {
        if (m_selection.count() < detect::Baseline::leastGroup) {
            m_baseline->setCurrentIndex(before ? Chosen : HalfOfAll);
            m_note->show();
            m_note->setText(tr("Choose at least %1 flows in the table first; nothing was changed.")
                                .arg(detect::Baseline::leastGroup));
            return;
        }
        choice.baseline = std::make_shared<const flow::FlowSet>(m_selection.set());
    }
    m_session.setBudget(choice);
}

void BudgetControl::adoptBudget()
{
    m_baseline->setCurrentIndex(m_session.budget().baseline ? Chosen : HalfOfAll);
}

void BudgetControl::showJudgements()
{
    const auto judgements = m_session.judgements();
    for (QWidget* part :
         {static_cast<QWidget*>(m_icon), static_cast<QWidget*>(m_note), static_cast<QWidget*>(m_unsure)})
        part->setVisible(judgements != nullptr);
    if (!judgements) {
        m_promise->setText(tr("What it promises and what was seen follow with the scores."));
        return;
    }
    const Colours colours = Colours::of(palette());
    const Promise promise = promiseOf(*judgements);
    const QString name = promise == Promise::Kept     ? QStringLiteral("normal")
                         : promise == Promise::Broken ? QStringLiteral("threat")
                                                      : QStringLiteral("unsure");
    m_icon->setPixmap(iconPixmap(name, promise == Promise::Kept ? colours.notThreat : colours.unsure,
                                 fontMetrics().height(), devicePixelRatioF()));
    QString text = promiseText(*judgements);
    text[0] = text[0].toUpper();
    m_promise->setText(text + QLatin1Char('.') +
                       (promise == Promise::Broken
                            ? tr(" Traffic is not like what was taken for normal, or it holds the threat.")
                            : QString()));
    m_promise->setToolTip(
        tr("Counted over %1 that are neither marked nor taken for normal").arg(flowsText(judgements->realised.flows)));
    m_note->setText(baselineText(*judgements));
    const QString unsure = unsureText(*judgements);
    m_unsure->setText(unsure);
    m_unsure->setVisible(!unsure.isEmpty());
}

void BudgetControl::changeEvent(QEvent* event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange)
        showJudgements();
}

} // namespace flowscent::ui
