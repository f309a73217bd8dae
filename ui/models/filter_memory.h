// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QList>
#include <QObject>
#include <QStringList>

namespace flowscent::ui {

/// A filter that somebody gave a name.
struct SavedFilter {
    QString name;
    QString text;

    friend bool operator==(const SavedFilter&, const SavedFilter&) = default;
};

/// The filters that were applied last and those that were saved, kept in the settings from one start to the next.
/// Whatever the settings hold is taken as text only: whether it is a filter shows when it is applied.
class FilterMemory : public QObject {
    Q_OBJECT

public:
    static constexpr qsizetype mostApplied = 50;
    static constexpr qsizetype longestName = 80;

    explicit FilterMemory(QObject* parent = nullptr);

    [[nodiscard]] const QStringList& applied() const { return m_applied; } ///< latest first, each once
    void remember(const QString& text);                                    ///< as the latest; an empty one is not kept

    [[nodiscard]] const QList<SavedFilter>& saved() const { return m_saved; } ///< by name
    /// Name of the saved filter with this text; empty without one.
    [[nodiscard]] QString nameOf(const QString& text) const;
    /// Takes the place of one of that name. Nothing happens without a name or a text.
    void save(const QString& name, const QString& text);
    void rename(const QString& before, const QString& after);
    void remove(const QString& name);

Q_SIGNALS:
    void savedChanged();

private:
    void keepSaved();

    QStringList m_applied;
    QList<SavedFilter> m_saved;
};

} // namespace flowscent::ui
