// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/session/sample_guide.h"

#include "engine/store/label_file.h"
#include "engine/store/model_file.h"

namespace flowscent::ui {

namespace {

std::filesystem::path sampleFile(const char* name)
{
    return store::resourceFolder() / "samples" / name;
}

base::Result<std::vector<flow::FlowId>> beacon(const flow::FlowTable& table, std::size_t most)
{
    const auto rows = store::readLabels(sampleFile("first-hunt.labels.csv"));
    if (!rows)
        return base::failure(rows.error());
    std::vector<flow::FlowId> flows;
    for (const store::LabelMatch& match : store::matchLabels(table, *rows).matched) {
        if ((*rows)[match.row].label == "beacon" && flows.size() < most)
            flows.push_back(match.flow);
    }
    return flows;
}

} // namespace

QString SampleGuide::capture()
{
    return QString::fromStdString(sampleFile("first-hunt.pcap").string());
}

void SampleGuide::findExamples(std::shared_ptr<const flow::FlowTable> table, std::size_t most)
{
    m_lane.replace([this, request = ++m_request, table = std::move(table), most](const std::stop_token& /*stop*/) {
        auto flows = beacon(*table, most);
        QMetaObject::invokeMethod(
            this,
            [this, request, flows = std::move(flows)] {
                if (request != m_request)
                    return;
                if (flows)
                    Q_EMIT examplesFound(*flows);
                else
                    Q_EMIT failed(flows.error());
            },
            Qt::QueuedConnection);
    });
}

} // namespace flowscent::ui
