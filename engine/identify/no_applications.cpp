// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/identify/applications.h"

/// What a build without nDPI has instead: our own parsers have to do.
namespace flowscent::identify {

struct Applications::Engine {};

Applications::Applications(std::shared_ptr<Names>) {}
Applications::~Applications() = default;

Applications::Flow::~Flow() = default;
void Applications::Flow::reset() {}

bool Applications::take(Flow&, const FlowPacket&)
{
    return false;
}

void Applications::tell(Flow&, Identity&) {}

bool Applications::available()
{
    return false;
}

std::string_view riskText(unsigned)
{
    return {};
}

} // namespace flowscent::identify
