// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QString>
#include <QStringList>

#include <memory>
#include <vector>

#include "engine/base/lane.h"
#include "engine/store/library/library.h"
#include "engine/store/library/retro_hunt.h"
#include "ui/session/scores.h"

namespace flowscent::ui {

/// What a detector found in captures that are not the one it comes from.
struct RetroFindings {
    QString detector;
    std::uint32_t version = 0;
    store::RetroReport report;
};

/// Keeps detectors in the threat library and sends each new one through other captures. Belongs to the GUI thread; the
/// work happens on a lane of its own.
class LibraryDesk : public QObject {
    Q_OBJECT

public:
    /// `folder` empty for the user's library.
    explicit LibraryDesk(const QString& folder = {}, QObject* parent = nullptr);

    /// Why a detector cannot be called so; empty when it can.
    [[nodiscard]] static QString nameFault(const QString& name);

    /// Saves the adaptation as the next version of the name, with its examples, and answers by `saved`; then looks
    /// through the other captures in the background and answers by `huntFinished`, unless there are none. `files` are
    /// those of the adaptation's table.
    void save(std::shared_ptr<const Adaptation> adaptation, const QStringList& files, const QString& name,
              const QString& why, const QStringList& otherCaptures);
    /// Ends the hunt; what was found until then is told.
    void cancel();
    [[nodiscard]] bool hunting() const { return m_hunting; }

Q_SIGNALS:
    void saved(const QString& name, std::uint32_t version);
    void huntProgressed(const QString& what, double fraction);
    void huntFinished(std::shared_ptr<const RetroFindings> findings);
    void failed(const base::Error& error);

private:
    struct Order;
    void run(const Order& order, const std::stop_token& stop);
    void hunt(const Order& order, std::uint32_t version, const std::stop_token& stop);
    template <class Function>
    void onGuiThread(Function function);

    store::Library m_library;
    bool m_hunting = false;
    base::Lane m_lane{"library"}; // last: ends before what its jobs use
};

} // namespace flowscent::ui
