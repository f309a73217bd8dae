// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/learn/torch/export_torchscript.h"

#include "engine/learn/export/forest_tables.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <sstream>

#include <nlohmann/json.hpp>
#include <torch/script.h>

namespace flowscent::learn {

using torch::Tensor;

namespace {

constexpr auto packets = static_cast<std::int64_t>(features::sequenceLength);
constexpr auto fields = static_cast<std::int64_t>(features::sequenceFields);

/// TorchScript knows members by identifiers: "encoder.patch.weight" becomes encoder_patch_weight.
std::string member(std::string name)
{
    std::ranges::replace(name, '.', '_');
    return name;
}

std::string number(std::int64_t value)
{
    return std::to_string(value);
}

/// Reads back as the same double, whatever the locale.
std::string number(double value)
{
    std::array<char, 32> digits{};
    const auto written = std::to_chars(digits.data(), digits.data() + digits.size(), value);
    return "(" + std::string(digits.data(), written.ptr) + ")";
}

std::string linear(const std::string& name, const std::string& x)
{
    return "torch.linear(" + x + ", self." + member(name) + "_weight, self." + member(name) + "_bias)";
}

std::string relu(const std::string& x)
{
    return "torch.relu(" + x + ")";
}

std::string norm(const std::string& name, const std::string& x, std::int64_t size)
{
    return "torch.layer_norm(" + x + ", [" + number(size) + "], self." + member(name) + "_weight, self." +
           member(name) + "_bias)";
}

/// Source text line by line, four blanks a level.
class Source {
public:
    /// Begins a method.
    void method(const std::string& head) { m_text += "def " + head + ":\n"; }
    void line(const std::string& statement, int level = 1)
    {
        m_text += std::string(static_cast<std::size_t>(4 * level), ' ') + statement + "\n";
    }
    [[nodiscard]] const std::string& text() const { return m_text; }

private:
    std::string m_text;
};

void addScaling(Source& source)
{
    source.method("squashed(self, x: Tensor, plain: Tensor, cut: Tensor) -> Tensor");
    source.line("kept = torch.where(cut, torch.relu(x), x)");
    source.line("return torch.where(plain, x, torch.sign(kept) * torch.log1p(torch.abs(kept)))");
    source.method("scaled_packets(self, sequences: Tensor) -> Tensor");
    source.line("x = sequences.reshape([-1, " + number(packets) + ", " + number(fields) + "])");
    source.line("squashed = self.squashed(x, self.sequence_plain, self.sequence_cut)");
    source.line("scaled = torch.clamp((squashed - self.sequence_median) / self.sequence_range, -5.0, 5.0)");
    source.line("present = x[:, :, " + number(fields - 1) + ":] > 0.5");
    source.line("return torch.where(torch.logical_and(present, self.sequence_number), scaled, x)");
    source.method("scaled_statistics(self, x: Tensor) -> Tensor");
    source.line("squashed = self.squashed(x, self.statistic_plain, self.statistic_cut)");
    source.line("return torch.clamp((squashed - self.statistic_median) / self.statistic_range, -5.0, 5.0)");
}

/// The bodies of `summary(self, packets)`, one per architecture: [n, 32, 8] to [n, what is returned]. The twins of
/// learn/torch/encoders.
std::int64_t addPatchConv(Source& source, std::int64_t width)
{
    constexpr std::int64_t patchPackets = 4;
    constexpr std::int64_t patches = packets / patchPackets;
    source.line("x = packets.reshape([-1, " + number(patches) + ", " + number(patchPackets * fields) + "])");
    source.line("x = " + relu(linear("encoder.patch", "x")));
    source.line("x = x.reshape([-1, " + number(patches / 2) + ", " + number(2 * width) + "])");
    source.line("x = " + relu(linear("encoder.merge", "x")));
    source.line("return torch.cat([torch.mean(x, [1]), torch.amax(x, [1])], 1)");
    return 2 * width;
}

std::int64_t addMlp(Source& source, const EncoderSpec& spec)
{
    source.line("x = torch.flatten(packets, 1)");
    for (std::uint32_t index = 1; index <= spec.depth; ++index)
        source.line("x = " + relu(linear("encoder.hidden" + std::to_string(index), "x")));
    source.line("return x");
    return spec.width;
}

std::int64_t addCnn(Source& source, const EncoderSpec& spec)
{
    source.line("x = packets");
    for (std::uint32_t index = 1; index <= spec.depth; ++index) {
        source.line("x = torch.flatten(torch.constant_pad_nd(x, [0, 0, 1, 1], 0.0).unfold(1, 3, 2), 2)");
        source.line("x = " + relu(linear("encoder.convolution" + std::to_string(index), "x")));
    }
    source.line("return torch.cat([torch.mean(x, [1]), torch.amax(x, [1])], 1)");
    return 2 * std::int64_t{spec.width};
}

std::int64_t addGru(Source& source, std::int64_t width)
{
    const std::string reset = "[:, :" + number(width) + "]";
    const std::string update = "[:, " + number(width) + ":" + number(2 * width) + "]";
    const std::string candidate = "[:, " + number(2 * width) + ":]";
    source.line("inputs = " + linear("encoder.input", "packets"));
    source.line("state = torch.zeros_like(inputs[:, 0, :" + number(width) + "])");
    source.line("for time in range(" + number(packets) + "):");
    source.line("i = inputs[:, time]", 2);
    source.line("s = " + linear("encoder.state", "state"), 2);
    source.line("reset = torch.sigmoid(i" + reset + " + s" + reset + ")", 2);
    source.line("update = torch.sigmoid(i" + update + " + s" + update + ")", 2);
    source.line("candidate = torch.tanh(i" + candidate + " + reset * s" + candidate + ")", 2);
    source.line("step = (1.0 - update) * packets[:, time, " + number(fields - 1) + ":]", 2);
    source.line("state = state + step * (candidate - state)", 2);
    source.line("return state");
    return width;
}

std::int64_t addTransformer(Source& source, const EncoderSpec& spec)
{
    const std::int64_t width = spec.width;
    const std::int64_t heads = width % 4 == 0 && width >= 64 ? 4 : (width % 2 == 0 ? 2 : 1);
    const std::string size = number(width / heads);
    const std::string split = "[-1, " + number(packets + 1) + ", " + number(heads) + ", " + size + "]";
    source.line("tokens = " + linear("encoder.input", "packets"));
    source.line("first = torch.zeros_like(tokens[:, :1]) + self.encoder_first");
    source.line("x = torch.cat([first, tokens + self.encoder_position], 1)");
    source.line("seen = torch.constant_pad_nd(packets[:, :, " + number(fields - 1) + "], [1, 0], 1.0)");
    source.line("bias = ((1.0 - seen) * -1e9).unsqueeze(1).unsqueeze(1)");
    for (std::uint32_t index = 1; index <= spec.depth; ++index) {
        const std::string block = "encoder.block" + std::to_string(index) + '.';
        source.line("a = " + linear(block + "attention", norm(block + "norm1", "x", width)));
        for (std::int64_t part = 0; part < 3; ++part)
            source.line(std::string(1, "qkv"[part]) + " = a[:, :, " + number(part * width) + ":" +
                        number((part + 1) * width) + "].reshape(" + split + ").transpose(1, 2)");
        source.line("w = torch.softmax(torch.matmul(q, k.transpose(2, 3)) / " +
                    number(std::sqrt(static_cast<double>(width / heads))) + " + bias, -1)");
        source.line("joined = torch.matmul(w, v).transpose(1, 2).reshape([-1, " + number(packets + 1) + ", " +
                    number(width) + "])");
        source.line("x = x + " + linear(block + "joined", "joined"));
        source.line("wide = " + relu(linear(block + "wide", norm(block + "norm2", "x", width))));
        source.line("x = x + " + linear(block + "narrow", "wide"));
    }
    source.line("return x[:, 0]");
    return width;
}

std::int64_t addSummary(Source& source, const EncoderSpec& spec)
{
    source.method("summary(self, packets: Tensor) -> Tensor");
    switch (spec.kind) {
    case EncoderKind::Mlp:
        return addMlp(source, spec);
    case EncoderKind::Cnn:
        return addCnn(source, spec);
    case EncoderKind::Gru:
        return addGru(source, spec.width);
    case EncoderKind::Transformer:
        return addTransformer(source, spec);
    case EncoderKind::PatchConv:
        break;
    }
    return addPatchConv(source, spec.width);
}

void addEmbed(Source& source, const EncoderSpec& spec)
{
    const std::int64_t summary = addSummary(source, spec);
    source.method("embed(self, sequences: Tensor, statistics: Tensor) -> Tensor");
    source.line("numbers = self.scaled_statistics(statistics)");
    source.line("described = " + relu(linear("encoder.statistics2", relu(linear("encoder.statistics1", "numbers")))));
    source.line("all = torch.cat([self.summary(self.scaled_packets(sequences)), described], 1)");
    source.line("return " + linear("encoder.out", norm("encoder.norm", "all", summary + spec.width)));
}

std::string headName(std::size_t index)
{
    return "head" + std::to_string(index);
}

/// `headI(self, embedding)`: [n, size] to [n, ways].
void addHead(Source& source, const Head& head, const std::string& name)
{
    source.method(name + "(self, embedding: Tensor) -> Tensor");
    if (head.kind == HeadKind::Ridge) {
        source.line("return (torch.matmul(embedding, self." + name + "_weight) + self." + name + "_bias) * " +
                    number(head.scale));
        return;
    }
    source.line("apart = embedding.unsqueeze(1) - self." + name + "_examples");
    source.line("logits = torch.sum(apart * apart, [2]) * " +
                number(-head.scale / static_cast<double>(head.weights.columns)));
    std::string best;
    for (std::uint16_t way = 0; way < head.ways; ++way)
        best += (way == 0 ? "" : ", ") + ("torch.amax(torch.index_select(logits, 1, self." + name + "_class" +
                                          std::to_string(way) + "), [1], True)");
    source.line("return torch.cat([" + best + "], 1)");
}

/// `headI(self, statistics)`: in native units, to the mean of the leaves' shares, [n].
/// All trees go down together, a question of each at a time.
void addForest(Source& source, std::size_t depth, const std::string& name)
{
    const auto of = [&name](const char* table) { return "torch.take(self." + name + "_" + table + ", at)"; };
    source.method(name + "(self, statistics: Tensor) -> Tensor");
    source.line("at = self." + name + "_roots.unsqueeze(0).expand([statistics.size(0), -1])");
    source.line("for question in range(" + number(static_cast<std::int64_t>(depth)) + "):");
    source.line("x = torch.gather(statistics, 1, " + of("columns") + ")", 2);
    source.line("at = torch.where(x <= " + of("thresholds") + ", " + of("left") + ", " + of("right") + ")", 2);
    source.line("return torch.mean(" + of("shares") + ".double(), [1])");
}

/// `logits` to evidence, one number a row.
std::string headEvidence(const Readout::Part& part)
{
    const auto logRatio = [](double ofRest, double ofThreat) {
        return "torch.log((" + number(ofRest) + " - logits[:, 0]) / (" + number(ofThreat) + " - logits[:, 1]))";
    };
    switch (part.head.kind) {
    case HeadKind::Prototype:
        return logRatio(part.reach, prototypeShareOfReach * part.reach);
    case HeadKind::NearestNeighbour:
        return logRatio(nearestNothing, nearestNothing);
    case HeadKind::Ridge:
        break;
    }
    return "logits[:, 1] - logits[:, 0]";
}

/// The twin of detect::partEvidence and detect::counted: adds to `sum`.
void addPart(Source& source, const Readout::Part& part, const std::string& name)
{
    if (isForest(part)) {
        source.line("evidence = self." + name + "(statistics)");
    } else {
        source.line("logits = self." + name + "(embedding).double()");
        source.line("evidence = " + headEvidence(part));
    }
    if (part.squashed)
        source.line("evidence = torch.sigmoid(evidence)");
    source.line("sum = sum + " + number(part.weight) + " * (evidence - " + number(part.centre) + ") / " +
                number(part.spread));
}

/// In double precision, as the program does: a small temperature would show float's rounding.
void addDetector(Source& source, const Readout& readout)
{
    source.method("combined(self, sequences: Tensor, statistics: Tensor) -> Tensor");
    source.line("embedding = self.embed(sequences, statistics)");
    source.line("sum = torch.zeros_like(embedding[:, 0]).double()");
    for (std::size_t i = 0; i < readout.parts.size(); ++i)
        addPart(source, readout.parts[i], headName(i));
    source.line("return sum");
    source.method("logit(self, sequences: Tensor, statistics: Tensor) -> Tensor");
    source.line("return self.combined(sequences, statistics).float()");
    source.method("forward(self, sequences: Tensor, statistics: Tensor) -> Tensor");
    source.line("combined = self.combined(sequences, statistics)");
    source.line("return torch.sigmoid((combined - " + number(readout.line->logit) + ") / " +
                number(readout.line->temperature) + ").float()");
}

std::string sourceOf(const EncoderSpec& spec, const Readout& readout)
{
    Source source;
    addScaling(source);
    addEmbed(source, spec);
    for (std::size_t i = 0; i < readout.parts.size(); ++i) {
        if (isForest(readout.parts[i]))
            addForest(source, forestDepth(readout.parts[i].forest), headName(i));
        else
            addHead(source, readout.parts[i].head, headName(i));
    }
    if (readout.line) {
        addDetector(source, readout);
        return source.text();
    }
    source.method("forward(self, sequences: Tensor, statistics: Tensor) -> Tensor");
    source.line(readout.parts.empty() ? "return self.embed(sequences, statistics)"
                                      : "return self.head0(self.embed(sequences, statistics))");
    return source.text();
}

Tensor floats(std::span<const float> values, const std::vector<std::int64_t>& shape)
{
    Tensor tensor = torch::empty({static_cast<std::int64_t>(values.size())});
    std::ranges::copy(values, tensor.data_ptr<float>());
    return tensor.reshape(shape);
}

Tensor ints(std::span<const std::int64_t> values)
{
    Tensor tensor = torch::empty({static_cast<std::int64_t>(values.size())}, torch::kLong);
    std::ranges::copy(values, tensor.data_ptr<std::int64_t>());
    return tensor;
}

Tensor bools(const std::vector<bool>& values)
{
    Tensor tensor = torch::empty({static_cast<std::int64_t>(values.size())}, torch::kBool);
    std::ranges::copy(values, tensor.data_ptr<bool>());
    return tensor;
}

void addScaler(torch::jit::Module& module, const features::Scaler& scaler)
{
    const auto columns = [](const std::vector<float>& values) {
        return floats(values, {static_cast<std::int64_t>(values.size())});
    };
    module.register_buffer("sequence_median", columns(scaler.sequenceMedian));
    module.register_buffer("sequence_range", columns(scaler.sequenceRange));
    module.register_buffer("statistic_median", columns(scaler.statisticMedian));
    module.register_buffer("statistic_range", columns(scaler.statisticRange));
    const SquashMasks ofPackets = squashMasks(features::sequenceDefinitions());
    const SquashMasks ofStatistics = squashMasks(features::statisticDefinitions());
    module.register_buffer("sequence_plain", bools(ofPackets.plain));
    module.register_buffer("sequence_cut", bools(ofPackets.cut));
    module.register_buffer("statistic_plain", bools(ofStatistics.plain));
    module.register_buffer("statistic_cut", bools(ofStatistics.cut));
    std::vector<bool> isNumber(features::sequenceFields, true);
    isNumber.back() = false; // the mask of valid packets
    module.register_buffer("sequence_number", bools(isNumber));
}

void addHeadTensors(torch::jit::Module& module, const Head& head, const std::string& name)
{
    const auto rows = static_cast<std::int64_t>(head.weights.rows);
    const auto columns = static_cast<std::int64_t>(head.weights.columns);
    if (head.kind == HeadKind::Ridge) {
        const auto values = std::span<const float>(head.weights.values);
        const std::size_t weights = values.size() - head.ways;
        module.register_buffer(name + "_weight", floats(values.first(weights), {rows - 1, columns}));
        module.register_buffer(name + "_bias", floats(values.subspan(weights), {columns}));
        return;
    }
    module.register_buffer(name + "_examples", floats(head.weights.values, {rows, columns}));
    for (std::uint16_t way = 0; way < head.ways; ++way) {
        std::vector<std::int64_t> mine;
        for (std::size_t i = 0; i < head.classOf.size(); ++i) {
            if (head.classOf[i] == way)
                mine.push_back(static_cast<std::int64_t>(i));
        }
        module.register_buffer(name + "_class" + std::to_string(way), ints(mine));
    }
}

void addForestTensors(torch::jit::Module& module, const ForestTables& tables, const std::string& name)
{
    const auto nodes = static_cast<std::int64_t>(tables.shares.size());
    module.register_buffer(name + "_roots", ints(tables.roots));
    module.register_buffer(name + "_columns", ints(tables.columns));
    module.register_buffer(name + "_thresholds", floats(tables.thresholds, {nodes}));
    module.register_buffer(name + "_left", ints(tables.left));
    module.register_buffer(name + "_right", ints(tables.right));
    module.register_buffer(name + "_shares", floats(tables.shares, {nodes}));
}

} // namespace

std::string torchScript(const BaseModel& model, const EncoderSpec& spec, const Readout& readout)
{
    torch::jit::Module module(c10::QualifiedName("__torch__.Flowscent"));
    for (const auto& [name, tensor] : model.weights.tensors) {
        if (name.starts_with("encoder."))
            module.register_parameter(member(name), floats(tensor.values, {tensor.shape.begin(), tensor.shape.end()}),
                                      false);
    }
    addScaler(module, model.scaler);
    for (std::size_t i = 0; i < readout.parts.size(); ++i) {
        const Readout::Part& part = readout.parts[i];
        if (isForest(part))
            addForestTensors(module, forestTables(part.forest, model.scaler), headName(i));
        else
            addHeadTensors(module, part.head, headName(i));
    }
    module.define(sourceOf(spec, readout));
    module.eval();
    std::ostringstream bytes;
    module.save(
        bytes, {{"flowscent.json",
                 nlohmann::json(exportMetadata(model)).dump(1, ' ', false, nlohmann::json::error_handler_t::replace)}});
    return std::move(bytes).str();
}

} // namespace flowscent::learn
