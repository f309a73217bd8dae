// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/filter_bar.h"

#include "ui/models/filter_memory.h"
#include "ui/models/flow_text.h"
#include "ui/panels/elided_label.h"
#include "ui/panels/filter_chips.h"
#include "ui/panels/filter_edit.h"
#include "ui/panels/filter_help.h"
#include "ui/panels/filter_menu.h"
#include "ui/panels/icons.h"
#include "ui/plots/colours.h"
#include "ui/session/flow_query.h"
#include "ui/session/session.h"
#include "ui/session/value_counter.h"

#include <QApplication>
#include <QEvent>
#include <QHBoxLayout>
#include <QPushButton>
#include <QRegularExpression>
#include <QToolButton>
#include <QToolTip>

#include <tuple>
#include <utility>

namespace flowscent::ui {

namespace {

const QRegularExpression& meantPattern()
{
    static const QRegularExpression pattern(QStringLiteral("; did you mean '([^']+)'\\?"));
    return pattern;
}

/// The language tells in words what was probably meant.
std::optional<QString> meantBy(const QString& error)
{
    const auto found = meantPattern().match(error);
    return found.hasMatch() ? std::optional(found.captured(1)) : std::nullopt;
}

} // namespace

FilterBar::FilterBar(Session& session, FlowQuery& query, QWidget* parent)
    : QWidget(parent)
    , m_query(query)
    , m_memory(new FilterMemory(this))
    , m_counter(new ValueCounter(session, this))
    , m_edit(new FilterEdit(this))
    , m_menu(new FilterMenu(session, query, *m_memory, this))
    , m_icon(new QLabel(this))
    , m_state(new ElidedLabel(this))
    , m_counts(new ElidedLabel(this))
    , m_hint(new QPushButton(this))
    , m_resort(new QPushButton(tr("Order is stale – sort again (R)"), this))
    , m_star(makeButton("filterStar", tr("Save this filter")))
    , m_more(makeButton("filterMore", tr("Earlier and saved filters, copy as, fields")))
    , m_chips(new FilterChips(query, this))
{
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(makeLine());
    layout->addWidget(m_chips);

    connectEdit();
    connect(m_hint, &QPushButton::clicked, this, &FilterBar::takeHint);
    connect(m_resort, &QPushButton::clicked, this, &FilterBar::resortAsked);
    connect(m_star, &QToolButton::clicked, m_menu, &FilterMenu::askForName);
    connect(m_menu, &FilterMenu::textChosen, this, &FilterBar::setFilterText);
    connect(m_menu, &FilterMenu::fieldsAsked, this, &FilterBar::showHelp);
    connect(m_menu, &FilterMenu::told, this, &FilterBar::told);
    connect(m_menu, &FilterMenu::refused, this, &FilterBar::refused);
    connect(m_memory, &FilterMemory::savedChanged, this, &FilterBar::showStar);
    connect(&m_query, &FlowQuery::changed, this, [this] {
        m_sinceChange.start();
        if (m_query.text() != m_applied)
            showApplied();
        else
            judge(); // a condition beside it: what is being typed stays
        showStar();
    });
    m_dark = Colours::of(QApplication::palette()).dark;
    judge();
    showStar();
}

QToolButton* FilterBar::makeButton(const char* name, const QString& meaning)
{
    auto* button = new QToolButton(this);
    button->setObjectName(QLatin1String(name));
    button->setAccessibleName(meaning);
    button->setToolTip(meaning);
    button->setAutoRaise(true);
    button->setFocusPolicy(Qt::StrongFocus);
    return button;
}

QWidget* FilterBar::makeLine()
{
    m_edit->setObjectName(QStringLiteral("filterEdit"));
    m_edit->setAccessibleName(tr("Filter of flows"));
    m_edit->setPlaceholderText(
        tr("Filter: ip.addr == 10.0.0.5 && bytes > 10k, or words such as 10.0.0.0/8, :443, dns   (Ctrl+L)"));
    m_edit->setToolTip(tr("Enter applies, Alt+Enter highlights, Esc brings back what is applied, ↑ and ↓ go through "
                          "earlier filters, Ctrl+Space offers what could come next"));
    m_edit->setMinimumWidth(fontMetrics().horizontalAdvance(QLatin1Char('x')) * 24);
    m_edit->setComplete([this](std::string_view expression, std::size_t cursor) {
        return hunt::complete(expression, cursor, m_counter->values());
    });
    m_resort->setObjectName(QStringLiteral("resortButton"));
    m_resort->hide();
    m_more->setMenu(m_menu);
    m_more->setPopupMode(QToolButton::InstantPopup);
    m_more->setStyleSheet(QStringLiteral("QToolButton::menu-indicator { image: none; }")); // the icon is one

    auto* line = new QWidget(this);
    auto* layout = new QHBoxLayout(line);
    layout->setContentsMargins(8, 6, 8, 6);
    layout->setSpacing(6);
    layout->addWidget(m_edit, 1);
    layout->addWidget(makeStatus(), 1);
    layout->addWidget(m_resort);
    layout->addWidget(m_star);
    layout->addWidget(m_more);
    return line;
}

/// Always as wide as the line leaves it, so that the edit does not change its width while somebody types in it.
QWidget* FilterBar::makeStatus()
{
    m_state->setObjectName(QStringLiteral("filterState"));
    m_counts->setObjectName(QStringLiteral("filterCounts"));
    m_counts->setAccessibleName(tr("Flows that pass the filter"));
    m_hint->setObjectName(QStringLiteral("filterHint"));
    m_hint->setFocusPolicy(Qt::NoFocus); // Tab takes it without leaving the edit
    m_hint->hide();
    auto* status = new QWidget(this);
    status->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    auto* layout = new QHBoxLayout(status);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(6);
    layout->addWidget(m_icon);
    layout->addWidget(m_state, 1);
    layout->addWidget(m_counts, 1);
    layout->addWidget(m_hint);
    return status;
}

void FilterBar::connectEdit()
{
    connect(m_edit, &QLineEdit::textChanged, this, &FilterBar::judge);
    connect(m_edit, &QLineEdit::textEdited, this, [this] { m_walked = -1; });
    connect(m_edit, &FilterEdit::applyAsked, this, &FilterBar::apply);
    connect(m_edit, &FilterEdit::highlightAsked, this, &FilterBar::highlight);
    connect(m_edit, &FilterEdit::restoreAsked, this, &FilterBar::showApplied);
    connect(m_edit, &FilterEdit::olderAsked, this, [this] { walk(Step::Older); });
    connect(m_edit, &FilterEdit::newerAsked, this, [this] { walk(Step::Newer); });
    connect(m_edit, &FilterEdit::hintAsked, this, &FilterBar::takeHint);
    connect(m_edit, &FilterEdit::backspacedWhenEmpty, this, &FilterBar::removeLastChip);
    connect(m_edit, &FilterEdit::typing, m_counter, &ValueCounter::want);
    connect(m_counter, &ValueCounter::counted, m_edit, &FilterEdit::offerAgain);
}

void FilterBar::focusEdit()
{
    m_edit->setFocus(Qt::ShortcutFocusReason);
    m_edit->selectAll();
}

void FilterBar::setFilterText(const QString& text)
{
    m_edit->setText(text);
    apply();
}

void FilterBar::setCounts(std::size_t shown, std::size_t total)
{
    QString text = shown == total ? flowsText(total) : tr("%1 of %2").arg(countText(shown), flowsText(total));
    if (m_sinceChange.isValid())
        text += tr(" · %1 ms").arg(countText(static_cast<std::uint64_t>(m_sinceChange.elapsed())));
    m_sinceChange.invalidate();
    m_counts->setText(text);
}

void FilterBar::setHighlighted(std::optional<std::size_t> flows)
{
    m_chips->setHighlighted(flows);
}

void FilterBar::setOrderStale(bool stale)
{
    m_resort->setVisible(stale);
}

void FilterBar::judge()
{
    m_meant.reset();
    m_wrongLength = 0;
    const QString text = m_edit->text();
    const auto filter = hunt::Filter::parse(text.toStdString());
    if (!filter)
        judgeWrong(filter.error());
    else if (text.trimmed() == m_query.text())
        say(State::Applied, text.trimmed().isEmpty() ? tr("no filter") : tr("applied"));
    else
        say(State::Ready, tr("a filter – Enter applies, Alt+Enter highlights"));
    m_edit->underline(m_wrongFrom, m_wrongLength);
    m_hint->setVisible(m_meant.has_value());
    m_edit->setTabTakesHint(m_meant.has_value());
}

void FilterBar::judgeWrong(const base::Error& error)
{
    if (const auto place = hunt::filterErrorPlace(m_edit->text().toStdString(), error)) {
        m_wrongFrom = place->column - 1;
        m_wrongLength = place->length;
    }
    QString sentence = toQString(error.sentence());
    m_meant = meantBy(sentence);
    if (m_meant) {
        m_hint->setText(tr("%1 (Tab)").arg(*m_meant));
        m_hint->setAccessibleName(tr("Put %1 there").arg(*m_meant));
        m_hint->setToolTip(tr("Put “%1” there").arg(*m_meant).toHtmlEscaped());
        sentence.remove(meantPattern()); // the button says it
    }
    say(State::Wrong, sentence);
}

void FilterBar::apply()
{
    if (const auto set = m_query.setText(m_edit->text()); !set) {
        showWhyNot(set.error()); // what is applied stays
        return;
    }
    m_memory->remember(m_query.text());
    m_walked = -1;
    judge();
}

void FilterBar::highlight()
{
    if (const auto set = m_query.setHighlight(m_edit->text()); !set) {
        showWhyNot(set.error());
        return;
    }
    m_memory->remember(m_edit->text());
    m_walked = -1;
}

/// Says in full what the line may have no room for, and puts the cursor where it is.
void FilterBar::showWhyNot(const base::Error& error)
{
    judgeWrong(error);
    if (m_wrongLength > 0)
        m_edit->setCursorByte(m_wrongFrom);
    QToolTip::showText(m_edit->mapToGlobal(QPoint(0, m_edit->height())), m_state->text().toHtmlEscaped(), m_edit);
}

void FilterBar::showApplied()
{
    m_edit->closeOffers();
    m_walked = -1;
    m_applied = m_query.text();
    m_edit->setText(m_applied);
    judge();
}

/// What was being typed comes last, as in a shell.
void FilterBar::walk(Step step)
{
    const QStringList& applied = m_memory->applied();
    qsizetype to = m_walked + (step == Step::Older ? 1 : -1);
    // What stands in the edit is no step back.
    if (step == Step::Older && m_walked < 0 && !applied.isEmpty() && applied.front() == m_edit->text().trimmed())
        ++to;
    if (to < -1 || to >= applied.size())
        return;
    if (m_walked < 0)
        m_typed = m_edit->text();
    m_walked = to;
    m_edit->setText(to < 0 ? m_typed : applied[to]);
}

void FilterBar::takeHint()
{
    if (!m_meant)
        return;
    const QString meant = *m_meant; // judged anew by then
    m_edit->replace(m_wrongFrom, m_wrongFrom + m_wrongLength, meant);
    m_edit->closeOffers();
    m_edit->setFocus();
}

void FilterBar::removeLastChip()
{
    if (!m_query.chips().isEmpty())
        m_query.removeChip(m_query.chips().back().name);
    else
        static_cast<void>(m_query.setHighlight({}));
}

void FilterBar::showStar()
{
    const QString name = m_memory->nameOf(m_query.text());
    const Colours colours = Colours::of(QApplication::palette());
    m_star->setIcon(name.isEmpty() ? icon(QStringLiteral("star"), colours.text)
                                   : icon(QStringLiteral("star-set"), colours.unsure));
    m_star->setEnabled(!m_query.text().isEmpty());
    const QString meaning = name.isEmpty() ? tr("Save the applied filter under a name")
                                           : tr("Saved as “%1”; save it under another name").arg(name);
    m_star->setToolTip(meaning.toHtmlEscaped());
    m_star->setAccessibleName(meaning);
}

void FilterBar::showHelp()
{
    if (!m_help) {
        m_help = new FilterHelp(this);
        connect(m_help, &FilterHelp::fieldTaken, this, [this](const QString& field) {
            m_edit->deselect();
            m_edit->insert(field + QLatin1Char(' '));
            m_edit->closeOffers();
            m_edit->window()->activateWindow();
            m_edit->setFocus();
        });
    }
    m_help->show();
    m_help->raise();
}

void FilterBar::say(State state, const QString& text)
{
    m_shown = state;
    m_state->setText(text);
    m_state->setAccessibleName(text);
    m_state->setVisible(state != State::Applied);
    m_counts->setVisible(state == State::Applied);
    dress();
}

void FilterBar::dress()
{
    const Colours colours = Colours::of(QApplication::palette());
    const bool plain = m_shown == State::Applied && m_query.text().isEmpty();
    const auto [name, colour, look] = [&]() -> std::tuple<QString, QColor, FilterEdit::State> {
        switch (m_shown) {
        case State::Ready:
            return {QStringLiteral("edit"), colours.unsure, FilterEdit::State::Ready};
        case State::Wrong:
            return {QStringLiteral("error"), colours.threat, FilterEdit::State::Wrong};
        case State::Applied:
            break;
        }
        return plain ? std::tuple(QStringLiteral("filter"), colours.muted, FilterEdit::State::Plain)
                     : std::tuple(QStringLiteral("normal"), colours.notThreat, FilterEdit::State::Applied);
    }();
    m_edit->setState(look, m_state->text());
    const int size = fontMetrics().height();
    m_icon->setPixmap(iconPixmap(name, colour, size, devicePixelRatioF()));
    QPalette coloured = QApplication::palette();
    coloured.setColor(QPalette::WindowText, colour);
    m_state->setPalette(coloured);
    m_more->setIcon(icon(QStringLiteral("more"), colours.text));
}

/// Queued: while a theme is being changed, style sheet, style and palette do not yet agree. Asked for more often than
/// needed, for what it does itself ends in such events as well.
void FilterBar::changeEvent(QEvent* event)
{
    QWidget::changeEvent(event);
    if (event->type() != QEvent::PaletteChange)
        return;
    QMetaObject::invokeMethod(
        this,
        [this] {
            const bool dark = Colours::of(QApplication::palette()).dark;
            if (std::exchange(m_dark, dark) == dark)
                return;
            m_edit->dress();
            m_chips->rebuild();
            dress();
            showStar();
        },
        Qt::QueuedConnection);
}

} // namespace flowscent::ui
