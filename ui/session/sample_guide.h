// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QString>

#include <vector>

#include "engine/base/error.h"
#include "engine/base/lane.h"
#include "engine/flow/flow_table.h"

namespace flowscent::ui {

/// Knows which flows of the sample that ships with the program are its beacon, from the sample's label file. Belongs to
/// the GUI thread.
class SampleGuide : public QObject {
    Q_OBJECT

public:
    using QObject::QObject;

    [[nodiscard]] static QString capture(); ///< path of the sample; may not be installed

    /// Looks the first flows of the beacon up in a table of the sample; answered by `examplesFound` or `failed`.
    void findExamples(std::shared_ptr<const flow::FlowTable> table, std::size_t most);

Q_SIGNALS:
    void examplesFound(const std::vector<flow::FlowId>& flows);
    void failed(const base::Error& error);

private:
    std::uint64_t m_request = 0;
    base::Lane m_lane{"sample"}; // last: ends before what its jobs use
};

} // namespace flowscent::ui
