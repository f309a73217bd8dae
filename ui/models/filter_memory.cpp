// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/filter_memory.h"

#include <QSettings>

#include <algorithm>

namespace flowscent::ui {

namespace {

const QString appliedKey = QStringLiteral("filters/applied");
const QString savedKey = QStringLiteral("filters/saved");
const QString nameKey = QStringLiteral("name");
const QString textKey = QStringLiteral("text");

/// One line without control characters, as it stands in a menu.
QString asName(const QString& typed)
{
    QString name = typed.simplified();
    name.removeIf([](QChar letter) { return letter.category() == QChar::Other_Control; });
    return name.left(FilterMemory::longestName);
}

} // namespace

FilterMemory::FilterMemory(QObject* parent)
    : QObject(parent)
{
    QSettings settings;
    m_applied = settings.value(appliedKey).toStringList().mid(0, mostApplied);
    const int count = settings.beginReadArray(savedKey);
    for (int i = 0; i < count; ++i) {
        settings.setArrayIndex(i);
        SavedFilter filter{asName(settings.value(nameKey).toString()), settings.value(textKey).toString().trimmed()};
        if (!filter.name.isEmpty() && !filter.text.isEmpty())
            m_saved.push_back(std::move(filter));
    }
    settings.endArray();
}

void FilterMemory::remember(const QString& text)
{
    const QString kept = text.trimmed();
    if (kept.isEmpty())
        return;
    m_applied.removeAll(kept);
    m_applied.prepend(kept);
    m_applied = m_applied.mid(0, mostApplied);
    QSettings().setValue(appliedKey, m_applied);
}

QString FilterMemory::nameOf(const QString& text) const
{
    const auto found = std::ranges::find(m_saved, text, &SavedFilter::text);
    return found == m_saved.end() ? QString() : found->name;
}

void FilterMemory::save(const QString& name, const QString& text)
{
    SavedFilter filter{asName(name), text.trimmed()};
    if (filter.name.isEmpty() || filter.text.isEmpty())
        return;
    m_saved.removeIf([&filter](const SavedFilter& known) { return known.name == filter.name; });
    m_saved.push_back(std::move(filter));
    std::ranges::sort(m_saved, [](const SavedFilter& a, const SavedFilter& b) {
        return QString::localeAwareCompare(a.name, b.name) < 0;
    });
    keepSaved();
}

void FilterMemory::rename(const QString& before, const QString& after)
{
    const auto found = std::ranges::find(m_saved, before, &SavedFilter::name);
    if (found == m_saved.end() || asName(after).isEmpty())
        return;
    const QString text = found->text;
    m_saved.erase(found);
    save(after, text);
}

void FilterMemory::remove(const QString& name)
{
    if (m_saved.removeIf([&name](const SavedFilter& known) { return known.name == name; }) > 0)
        keepSaved();
}

void FilterMemory::keepSaved()
{
    QSettings settings;
    settings.remove(savedKey);
    settings.beginWriteArray(savedKey, static_cast<int>(m_saved.size()));
    for (qsizetype i = 0; i < m_saved.size(); ++i) {
        settings.setArrayIndex(static_cast<int>(i));
        settings.setValue(nameKey, m_saved[i].name);
        settings.setValue(textKey, m_saved[i].text);
    }
    settings.endArray();
    Q_EMIT savedChanged();
}

} // namespace flowscent::ui
