// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <string_view>

#include "engine/hunt/filter_completion.h"
#include "engine/hunt/filter_translation.h"
#include "tests/fuzz/check.h"

using namespace flowscent;

namespace {

/// Two flows with hostile texts, so that completions have to quote and columns are read.
struct Made {
    std::shared_ptr<identify::Names> names = std::make_shared<identify::Names>();
    flow::FlowTable table{names};
    hunt::FlowTexts notes{{flow::FlowId(0), "it's \"odd\"\\"}, {flow::FlowId(1), "plain"}};
    hunt::FilterContext context{.notes = &notes};
    hunt::ValueCounts values;

    Made()
    {
        for (const std::uint8_t protocol : {std::uint8_t{6}, std::uint8_t{17}}) {
            flow::FlowRecord record;
            record.key = {{{{10, 0, 0, 1}}, 40000}, {{{10, 0, 0, 2}}, 443}, protocol};
            record.identity.application = names->add(protocol == 6 ? "TLS.YouTube" : "a b\\");
            record.identity.host = names->add(protocol == 6 ? "and" : "www.\"example\".com'\\");
            record.observations.resize(3);
            table.append(record);
        }
        values = hunt::ValueCounts::count(table, context);
    }
};

} // namespace

/// The first byte says where the cursor stands; the rest is an expression.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    static const Made made;
    if (size == 0)
        return 0;
    const std::string_view expression(reinterpret_cast<const char*>(data) + 1, size - 1);
    const std::size_t cursor = data[0];

    const auto filter = hunt::Filter::parse(expression);
    if (filter) {
        FLOWSCENT_CHECK(filter->apply(made.table, made.context).size() <= made.table.size());
    } else {
        const auto place = hunt::filterErrorPlace(expression, filter.error());
        FLOWSCENT_CHECK(place && place->column <= expression.size() + 1 && place->length >= 1);
    }

    const hunt::Completions found = hunt::complete(expression, cursor, made.values);
    FLOWSCENT_CHECK(found.from <= found.to && found.to <= expression.size());
    for (const hunt::Completion& item : found.items)
        FLOWSCENT_CHECK(item.kind != hunt::CompletionKind::Value || hunt::Filter::parse("note == " + item.text));

    using enum hunt::FilterDialect;
    for (const hunt::FilterDialect dialect : {Wireshark, Bpf, Arkime, Jq, Sql}) {
        const auto translation = hunt::translate(expression, dialect);
        FLOWSCENT_CHECK(!translation || filter); // what cannot be read cannot be said
        FLOWSCENT_CHECK(translation || hunt::filterErrorColumn(translation.error()));
        if (translation && !filter->empty())
            FLOWSCENT_CHECK(!translation->text.empty());
    }
    return 0;
}
