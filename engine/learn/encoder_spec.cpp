// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/learn/encoder_spec.h"

#include <array>
#include <charconv>
#include <optional>

namespace flowscent::learn {

namespace {

constexpr std::array<std::string_view, 5> kindNames{"patch-conv", "mlp", "cnn", "gru", "transformer"};

bool isLayered(EncoderKind kind)
{
    return kind == EncoderKind::Mlp || kind == EncoderKind::Cnn || kind == EncoderKind::Transformer;
}

/// Takes a number off the front of the text.
std::optional<std::uint32_t> number(std::string_view& text)
{
    std::uint32_t value = 0;
    const auto [end, trouble] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (trouble != std::errc{})
        return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return value;
}

std::optional<EncoderSpec> sizesOf(EncoderSpec spec, std::string_view text)
{
    const auto width = number(text);
    if (!width)
        return std::nullopt;
    spec.width = *width;
    if (text.starts_with("x")) {
        text.remove_prefix(1);
        const auto depth = number(text);
        if (!depth || !isLayered(spec.kind))
            return std::nullopt;
        spec.depth = *depth;
    }
    if (text.starts_with("-e")) {
        text.remove_prefix(2);
        const auto size = number(text);
        if (!size)
            return std::nullopt;
        spec.embeddingSize = *size;
    }
    const auto sound = [](std::uint32_t size) { return size >= 8 && size <= 512; };
    if (!text.empty() || !sound(spec.width) || !sound(spec.embeddingSize) || spec.depth < 1 || spec.depth > 6)
        return std::nullopt;
    return spec;
}

} // namespace

std::string EncoderSpec::text() const
{
    std::string all(kindNames.at(static_cast<std::size_t>(kind)));
    all += '-' + std::to_string(width);
    if (depth != 1)
        all += 'x' + std::to_string(depth);
    if (embeddingSize != 64)
        all += "-e" + std::to_string(embeddingSize);
    return all;
}

base::Result<EncoderSpec> EncoderSpec::parse(std::string_view text)
{
    for (std::size_t kind = 0; kind < kindNames.size(); ++kind) {
        if (text.starts_with(kindNames.at(kind)) && text.substr(kindNames.at(kind).size()).starts_with('-')) {
            const auto spec =
                sizesOf({.kind = static_cast<EncoderKind>(kind)}, text.substr(kindNames.at(kind).size() + 1));
            if (spec)
                return *spec;
        }
    }
    return base::failure(base::Error::Code::Argument,
                         "there is no encoder '" + std::string(text) +
                             "'; write patch-conv-64, mlp-128x2, cnn-32x2, gru-32 or transformer-32x1 (widths and, "
                             "after -e, embeddings of 8 to 512, depths of 1 to 6)");
}

} // namespace flowscent::learn
