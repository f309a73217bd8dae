// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>

#include "ui/panels/flow_page.h"

class QGridLayout;
class QScrollArea;

namespace flowscent::ui {

class FieldGrid;
class Session;

/// Everything that the table knows about one flow, as fields.
class FieldsPage : public FlowPage {
    Q_OBJECT

public:
    /// The session outlives the page.
    explicit FieldsPage(Session& session, QWidget* parent = nullptr);

    /// At once, and for rows of logs too: the table is at hand.
    void show(std::optional<flow::FlowId> flow);

    void forget(const QString& why) override;
    void read(flow::FlowId flow) override { show(flow); }
    [[nodiscard]] bool answered() const override { return true; }
    [[nodiscard]] QWidget& content() override;

protected:
    void resizeEvent(QResizeEvent* event) override;

private:
    void arrange(int columns);

    Session& m_session;
    QScrollArea* m_scroll;
    QGridLayout* m_layout;
    int m_columns = 0;
    FieldGrid* m_ends;
    FieldGrid* m_volume;
    FieldGrid* m_course;
    FieldGrid* m_identity;
};

} // namespace flowscent::ui
