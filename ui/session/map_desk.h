// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QString>

#include <array>
#include <memory>

#include "engine/base/lane.h"
#include "engine/learn/projection/place.h"
#include "ui/session/map_classes.h"

namespace flowscent::ui {

class Session;

/// Where the flows of one table stand. Never changed; any thread may read it.
struct MapLayout {
    enum class Kind : std::uint8_t { Principal, Umap };

    Kind kind = Kind::Principal;
    learn::Places places;              ///< per flow; flows without packets have none
    std::array<double, 2> explained{}; ///< Principal: share of the variance along each axis
    std::size_t laidOut = 0;           ///< Umap: flows that were laid out themselves
    std::size_t beside = 0;            ///< Umap: flows that stand beside their nearest
    bool settled = true;               ///< Umap: false on the way
};

/// Makes maps of the capture at hand: the principal plane as soon as its flows have been looked at, a refined layout
/// when asked for, and the classes that colour them. Keeps both layouts until another capture comes. Belongs to the GUI
/// thread; the work is done on lanes.
class MapDesk : public QObject {
    Q_OBJECT

public:
    /// The session outlives the desk.
    explicit MapDesk(Session& session, QObject* parent = nullptr);
    ~MapDesk() override;

    [[nodiscard]] std::shared_ptr<const MapLayout> layout(MapLayout::Kind kind) const; ///< null while there is none
    [[nodiscard]] bool refining() const { return m_refining; }
    /// Asks for the refined layout: answered by `layoutsChanged` as it takes shape, and by `refineEnded`. Nothing
    /// happens before the principal plane is there.
    void refine();
    /// Stops it; what a refined layout looked like before stays.
    void stopRefining();
    /// Answered by `classified`; latest request wins.
    void classify(MapColouring by);
    /// Different flows that are laid out at most; for tests and machines of little strength.
    void setMost(std::size_t flows) { m_most = flows; }

Q_SIGNALS:
    void layoutsChanged(); ///< new ones, or gone
    void refineProgressed(const QString& what, double fraction);
    void refineEnded(); ///< laid out, stopped or failed
    void failed(const QString& sentence);
    void classified(std::shared_ptr<const flowscent::ui::MapClasses> classes);

private:
    void forget();
    void layOut();
    void settle(std::uint64_t request, std::shared_ptr<const MapLayout> layout);
    void endRefining(std::uint64_t request, const QString& error);
    [[nodiscard]] std::vector<std::uint32_t> rowsToKeep() const;
    template <class Function>
    void onGuiThread(Function function);

    Session& m_session;
    std::shared_ptr<const MapLayout> m_principal;
    std::shared_ptr<const MapLayout> m_umap;
    std::shared_ptr<const MapLayout> m_umapBefore; ///< shown again when refining is stopped
    std::uint64_t m_request = 0;
    std::uint64_t m_classRequest = 0;
    std::size_t m_most = 60'000;
    bool m_refining = false;

    // Last: lanes end before what their jobs use.
    base::Lane m_classLane{"map colours"};
    base::Lane m_layoutLane{"map layout"};
};

} // namespace flowscent::ui
