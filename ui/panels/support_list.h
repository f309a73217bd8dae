// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include <map>
#include <memory>
#include <vector>

#include "engine/flow/flow_table.h"
#include "engine/hunt/support_set.h"

class QLabel;
class QListView;

namespace flowscent::ui {

class Keycap;
class SupportModel;

/// The flows of one label: heading with icon and count, the flows, and a sentence where there are none.
class SupportList : public QWidget {
    Q_OBJECT

public:
    /// `key` is the one that marks flows so, shown as a picture beside the sentence; none where it is empty.
    SupportList(hunt::Label label, const QString& heading, const QString& emptyText, const QString& key = {},
                QWidget* parent = nullptr);

    void setHeading(const QString& heading);
    void setFlows(const std::shared_ptr<const flow::FlowTable>& table, std::vector<flow::FlowId> flows);
    void setRemarks(std::map<flow::FlowId, QString> remarks); ///< as of SupportModel
    [[nodiscard]] QListView& list() { return *m_list; }

Q_SIGNALS:
    void flowChosen(flow::FlowId flow);
    void clearAsked(const std::vector<flow::FlowId>& flows);
    void flowsDropped(const std::vector<flow::FlowId>& flows); ///< dragged here to get this list's label

protected:
    void changeEvent(QEvent* event) override;
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dragLeaveEvent(QDragLeaveEvent* event) override;
    void dropEvent(QDropEvent* event) override;
    void paintEvent(QPaintEvent* event) override;

private:
    void dress();
    void fit();
    [[nodiscard]] std::vector<flow::FlowId> chosen() const;

    hunt::Label m_label;
    QLabel* m_icon;
    QLabel* m_heading;
    QLabel* m_count;
    QLabel* m_empty;
    Keycap* m_key; ///< may be null
    QListView* m_list;
    SupportModel* m_model;
    bool m_offered = false; ///< flows hover above
};

} // namespace flowscent::ui
