// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/identify/applications.h"

#include <array>
#include <limits>
#include <mutex>
#include <unordered_map>

#include <ndpi/ndpi_api.h>

namespace flowscent::identify {

namespace {

constexpr std::uint8_t mostPackets = 10; ///< with payload; ntop's own default to tell all but the rarest protocols

ndpi_flow_struct* stateOf(void* state)
{
    return static_cast<ndpi_flow_struct*>(state);
}

struct Close {
    void operator()(ndpi_detection_module_struct* module) const noexcept { ndpi_exit_detection_module(module); }
};
using Module = std::unique_ptr<ndpi_detection_module_struct, Close>;

/// nDPI's initialisation writes to globals.
Module openModule()
{
    static std::mutex mutex;
    const std::scoped_lock lock(mutex);
    Module module(ndpi_init_detection_module(ndpi_no_prefs));
    if (!module)
        return nullptr;
    NDPI_PROTOCOL_BITMASK all;
    NDPI_BITMASK_SET_ALL(all);
    ndpi_set_protocol_detection_bitmask2(module.get(), &all);
    ndpi_finalize_initialization(module.get());
    return module;
}

Confidence confidenceOf(ndpi_confidence_t confidence)
{
    switch (confidence) {
    case NDPI_CONFIDENCE_MATCH_BY_PORT:
        return Confidence::Port;
    case NDPI_CONFIDENCE_MATCH_BY_IP:
        return Confidence::Address;
    case NDPI_CONFIDENCE_DPI_CACHE:
        return Confidence::Cache;
    case NDPI_CONFIDENCE_DPI:
        return Confidence::Payload;
    default:
        return Confidence::None;
    }
}

bool isKnown(const ndpi_protocol& protocol)
{
    return protocol.app_protocol != NDPI_PROTOCOL_UNKNOWN || protocol.master_protocol != NDPI_PROTOCOL_UNKNOWN;
}

} // namespace

/// Flows are many, applications few: a text is made and looked up once.
struct Applications::Engine {
    Module module;
    std::shared_ptr<Names> names;
    std::unordered_map<std::uint32_t, NameId> applications; ///< "TLS.YouTube", by both protocols
    std::unordered_map<std::uint32_t, NameId> categories;

    NameId application(const ndpi_protocol& protocol)
    {
        NameId& known = applications[std::uint32_t{protocol.master_protocol} << 16 | protocol.app_protocol];
        if (known == NameId{}) {
            std::array<char, 128> buffer{};
            known = names->add(ndpi_protocol2name(module.get(), protocol, buffer.data(), buffer.size()));
        }
        return known;
    }

    NameId category(ndpi_protocol_category_t category)
    {
        NameId& known = categories[static_cast<std::uint32_t>(category)];
        if (known == NameId{})
            known = names->add(ndpi_category_get_name(module.get(), category));
        return known;
    }
};

Applications::Applications(std::shared_ptr<Names> names)
{
    if (!available())
        return;
    if (Module module = openModule())
        m_engine = std::make_unique<Engine>(Engine{std::move(module), std::move(names), {}, {}});
}

Applications::~Applications() = default;

bool Applications::available()
{
    return ndpi_get_api_version() == NDPI_API_VERSION;
}

Applications::Flow::~Flow()
{
    if (m_state != nullptr)
        ndpi_free_flow(stateOf(m_state)); // and what hangs on it
}

void Applications::Flow::reset()
{
    if (m_packets > 0) {
        ndpi_free_flow_data(stateOf(m_state));
        *stateOf(m_state) = {};
    }
    m_packets = 0;
    m_settled = false;
}

bool Applications::take(Flow& flow, const FlowPacket& packet)
{
    if (!m_engine || flow.m_settled || packet.ip.size() > std::numeric_limits<unsigned short>::max())
        return false;
    if (flow.m_state == nullptr) {
        flow.m_state = ndpi_flow_malloc(SIZEOF_FLOW_STRUCT);
        if (flow.m_state == nullptr)
            return false;
        *stateOf(flow.m_state) = {};
    }
    ndpi_flow_struct* state = stateOf(flow.m_state);
    ++flow.m_packets;
    ndpi_detection_module_struct* module = m_engine->module.get();
    const ndpi_protocol found =
        ndpi_detection_process_packet(module, state, packet.ip.data(), static_cast<unsigned short>(packet.ip.size()),
                                      static_cast<std::uint64_t>(packet.time / 1'000'000));
    flow.m_settled =
        flow.m_packets >= mostPackets || (isKnown(found) && ndpi_extra_dissection_possible(module, state) == 0);
    return !flow.m_settled;
}

void Applications::tell(Flow& flow, Identity& identity)
{
    if (!m_engine || flow.m_packets == 0)
        return;
    ndpi_flow_struct* state = stateOf(flow.m_state);
    ndpi_protocol found{state->detected_protocol_stack[1], state->detected_protocol_stack[0], state->category};
    if (found.app_protocol == NDPI_PROTOCOL_UNKNOWN) {
        std::uint8_t guessed = 0;
        found = ndpi_detection_giveup(m_engine->module.get(), state, 1, &guessed);
    }
    identity.risks = state->risk;
    if (state->http.url != nullptr) // nDPI leaves this one to whoever asks, as its own ndpiReader does
        identity.risks |= std::uint64_t{1} << ndpi_validate_url(state->http.url);
    identity.risks &= ~std::uint64_t{1}; // "no risk"
    if (!isKnown(found))
        return;
    identity.application = m_engine->application(found);
    if (found.category == NDPI_PROTOCOL_CATEGORY_UNSPECIFIED)
        found.category = ndpi_get_proto_category(m_engine->module.get(), found);
    if (found.category != NDPI_PROTOCOL_CATEGORY_UNSPECIFIED)
        identity.category = m_engine->category(found.category);
    identity.confidence = confidenceOf(state->confidence);
}

std::string_view riskText(unsigned bit)
{
    return bit > NDPI_NO_RISK && bit < NDPI_MAX_RISK ? ndpi_risk2str(static_cast<ndpi_risk_enum>(bit)) : "";
}

} // namespace flowscent::identify
