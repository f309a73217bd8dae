// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <optional>

#include "ui/panels/flow_page.h"
#include "ui/session/stream_lines.h"

class QComboBox;
class QLabel;
class QLineEdit;
class QPushButton;
class QTimer;
class QToolButton;

namespace flowscent::ui {

class NoteStrip;
class PacketDesk;
class StreamDesk;
class StreamText;

/// What a flow's two sides said, in order: TCP put together, datagrams as they came. As text or hex, of one side or
/// both, with a search (Ctrl+F; F3 or Ctrl+N the next hit, Shift+F3 or Ctrl+B the one before).
class StreamPage : public FlowPage {
    Q_OBJECT

public:
    /// The desk outlives the page.
    explicit StreamPage(PacketDesk& desk, QWidget* parent = nullptr);

    void forget(const QString& why) override;
    void read(flow::FlowId flow) override;
    [[nodiscard]] bool answered() const override { return m_stream != nullptr; }
    [[nodiscard]] QWidget& content() override;

    void save(const QString& file); ///< the bytes of the sides that are shown

private:
    [[nodiscard]] QWidget* makeTools();
    void makeKeys();
    void lay();
    void find();
    void takeHits(const std::shared_ptr<const StreamHits>& hits);
    void go(bool forward);
    void tellHits();
    void tellState();
    void askForFile();
    [[nodiscard]] StreamMode mode() const;
    [[nodiscard]] StreamSides sides() const;

    PacketDesk& m_packets;
    StreamDesk* m_desk;
    QComboBox* m_mode;
    QComboBox* m_sides;
    QLineEdit* m_needle;
    QComboBox* m_needleKind;
    QToolButton* m_previous;
    QToolButton* m_next;
    QLabel* m_count;
    QPushButton* m_save;
    StreamText* m_text;
    NoteStrip* m_note;
    QTimer* m_typing; ///< until a search is worth its while
    std::optional<flow::FlowId> m_asked;
    std::shared_ptr<const FlowStream> m_stream;
    std::shared_ptr<const StreamHits> m_hits;
    std::size_t m_hit = 0;
};

} // namespace flowscent::ui
