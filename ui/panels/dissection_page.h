// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <optional>

#include "ui/panels/flow_page.h"
#include "ui/session/dissection.h"

class QModelIndex;
class QTreeView;

namespace flowscent::ui {

class ByteView;
class DissectionModel;
class Dissector;
class NoteStrip;
class PacketDesk;

/// A flow's packets as tshark takes them apart, linked with their bytes both ways. The first 200 packets, more when
/// asked. Says why where tshark is missing.
class DissectionPage : public FlowPage {
    Q_OBJECT

public:
    /// The desk outlives the page.
    explicit DissectionPage(PacketDesk& desk, QWidget* parent = nullptr);

    void forget(const QString& why) override;
    void read(flow::FlowId flow) override;
    [[nodiscard]] bool answered() const override { return m_answered; }
    [[nodiscard]] QWidget& content() override;

private:
    void dissect(std::size_t count);
    void take(const std::shared_ptr<const Dissection>& dissection);
    void showNode(const QModelIndex& index);
    void chooseAt(std::size_t byte);

    PacketDesk& m_desk;
    Dissector* m_dissector;
    DissectionModel* m_model;
    QTreeView* m_tree;
    ByteView* m_bytes;
    NoteStrip* m_note;
    std::optional<flow::FlowId> m_asked;
    std::shared_ptr<const FetchedPackets> m_packets;
    std::optional<std::uint32_t> m_shown; ///< packet whose bytes are shown
    bool m_answered = false;
};

} // namespace flowscent::ui
