// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QMimeData>

#include <memory>
#include <optional>
#include <vector>

#include "engine/flow/flow_record.h"

/// Flows that are dragged from one panel to another.
namespace flowscent::ui {

[[nodiscard]] QString flowMimeType();
[[nodiscard]] std::unique_ptr<QMimeData> flowMime(const std::vector<flow::FlowId>& flows);
/// Nothing unless they were dragged within this very process: elsewhere the same ids are other flows.
[[nodiscard]] std::optional<std::vector<flow::FlowId>> flowsOf(const QMimeData& data);

} // namespace flowscent::ui
