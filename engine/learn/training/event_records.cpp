// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/learn/training/event_records.h"

#include "engine/base/crc32c.h"

#include <bit>
#include <cctype>
#include <cmath>

#include <event.pb.h>

namespace flowscent::learn {

namespace {

using messages::Event;

constexpr int stringType = 7;  ///< DT_STRING
constexpr int tensorClass = 2; ///< DATA_CLASS_TENSOR

template <class Unsigned>
void appendLittleEndian(std::string& bytes, Unsigned value)
{
    for (std::size_t i = 0; i < sizeof value; ++i)
        bytes += static_cast<char>(static_cast<unsigned char>(value >> (8 * i)));
}

/// A CRC over bytes that hold CRCs is weak, so stored ones are masked (tensorflow/core/lib/hash/crc32c.h).
std::uint32_t masked(std::uint32_t crc)
{
    return std::rotr(crc, 15) + 0xA282EAD8U;
}

std::string record(const Event& event)
{
    const std::string message = event.SerializeAsString();
    std::string bytes;
    appendLittleEndian(bytes, std::uint64_t{message.size()});
    appendLittleEndian(bytes, masked(base::crc32c(bytes)));
    bytes += message;
    appendLittleEndian(bytes, masked(base::crc32c(message)));
    return bytes;
}

void addScalar(messages::Summary& summary, std::string_view tag, double number)
{
    if (!std::isfinite(number))
        return;
    messages::Summary::Value& value = *summary.add_value();
    value.set_tag(tag.data(), tag.size());
    value.set_simple_value(static_cast<float>(number));
}

/// As torch.utils.tensorboard.SummaryWriter.add_text lays texts out: a tensor of one string for the plugin "text".
void addText(messages::Summary& summary, const std::string& name, const std::string& markdown)
{
    messages::Summary::Value& value = *summary.add_value();
    value.set_tag(name + "/text_summary");
    value.mutable_metadata()->mutable_plugin_data()->set_plugin_name("text");
    value.mutable_metadata()->set_data_class(tensorClass);
    value.mutable_tensor()->set_dtype(stringType);
    value.mutable_tensor()->mutable_tensor_shape()->add_dim()->set_size(1);
    value.mutable_tensor()->add_string_val(markdown);
}

} // namespace

std::string eventFileName(std::int64_t secondsSince1970, std::string_view host)
{
    std::string name = "events.out.tfevents." + std::to_string(secondsSince1970) + ".";
    for (const char letter : host)
        name += std::isalnum(static_cast<unsigned char>(letter)) != 0 || letter == '-' || letter == '.' ? letter : '_';
    return name;
}

std::string eventFileHead(double secondsSince1970, const CurveOrigin& origin)
{
    Event version;
    version.set_wall_time(secondsSince1970);
    version.set_file_version("brain.Event:2");
    Event texts;
    texts.set_wall_time(secondsSince1970);
    addText(*texts.mutable_summary(), "configuration", "    " + origin.configuration); // four blanks: Markdown's code
    addText(*texts.mutable_summary(), "data_sha256", "    " + origin.dataHash);
    return record(version) + record(texts);
}

std::string eventRecord(double secondsSince1970, const CurvePoint& point)
{
    Event event;
    event.set_wall_time(secondsSince1970);
    event.set_step(point.step);
    messages::Summary& summary = *event.mutable_summary();
    for (const CurveColumn& column : curveColumns())
        addScalar(summary, column.tag, point.*column.value);
    addScalar(summary, "train/episodes", static_cast<double>(point.episodes));
    return record(event);
}

} // namespace flowscent::learn
