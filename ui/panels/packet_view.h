// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <optional>

#include "ui/panels/flow_page.h"
#include "ui/session/packet_reader.h"

class QSplitter;
class QTableView;
class QTreeWidget;
class QTreeWidgetItem;

namespace flowscent::ui {

class ByteView;
class NoteStrip;
class PacketDesk;
class PacketModel;
class Session;

/// The packets of a flow; of the one chosen, its header fields and its bytes. Field and bytes are linked both ways:
/// choosing a field marks its bytes, pressing a byte chooses its field, and the pointer shows either. Reads the first
/// 2000 packets, and more when asked.
class PacketView : public FlowPage {
    Q_OBJECT

public:
    /// Session and desk outlive the view.
    PacketView(Session& session, PacketDesk& desk, QWidget* parent = nullptr);

    void forget(const QString& why) override;
    void read(flow::FlowId flow) override;
    [[nodiscard]] bool answered() const override { return m_shown.has_value(); }
    [[nodiscard]] QWidget& content() override;

    /// Marks packets of the flow by their place in it, and goes to the first of them; also before they are read. Gone
    /// with the flow.
    void highlightPackets(std::vector<std::uint32_t> packets);

protected:
    void changeEvent(QEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    void takePackets(flow::FlowId flow, const std::shared_ptr<const FetchedPackets>& packets);
    void tellState();
    void showPacket(int row);
    void chooseFieldAt(std::size_t byte);
    [[nodiscard]] QTreeWidgetItem* fieldAt(std::size_t byte) const;
    void measure();
    void goToHighlight();

    Session& m_session;
    PacketDesk& m_desk;
    PacketModel* m_model;
    QTableView* m_list;
    QTreeWidget* m_fields;
    QSplitter* m_packet; ///< fields and bytes
    ByteView* m_bytes;
    NoteStrip* m_note;
    std::optional<flow::FlowId> m_asked; ///< an answer is awaited
    std::optional<flow::FlowId> m_shown;
    std::vector<std::uint32_t> m_highlight;
    std::size_t m_total = 0;
    bool m_arranged = false; ///< fields and bytes beside or above each other
    std::optional<base::Error> m_trouble;
};

} // namespace flowscent::ui
