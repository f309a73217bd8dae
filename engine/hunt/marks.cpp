// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/hunt/marks.h"

#include <algorithm>

namespace flowscent::hunt {

const std::string& Threats::name(ThreatNumber threat) const
{
    static const std::string none;
    return threat == noThreat || threat > names.size() ? none : names[threat - 1U];
}

std::string defaultName(ThreatNumber threat)
{
    return "Threat " + std::to_string(int{threat});
}

std::string tidied(std::string_view text, std::size_t longest)
{
    std::string line;
    for (const char byte : text.substr(0, longest + 1)) {
        const auto code = static_cast<unsigned char>(byte);
        line += code < 0x20 || code == 0x7f ? ' ' : byte;
    }
    if (line.size() > longest) {
        std::size_t end = longest;
        while (end > 0 && (static_cast<unsigned char>(line[end]) & 0xC0U) == 0x80U)
            --end; // in the middle of a character of several bytes
        line.resize(end);
    }
    line.erase(0, std::min(line.find_first_not_of(' '), line.size()));
    line.erase(line.find_last_not_of(' ') + 1);
    return line;
}

void Marks::set(flow::FlowId flow, const Mark& mark)
{
    if (flow.value >= m_marks.size()) {
        if (mark == Mark{})
            return;
        m_marks.resize(std::size_t{flow.value} + 1);
    }
    m_marks[flow.value] = mark;
}

const std::string& Marks::note(flow::FlowId flow) const
{
    static const std::string none;
    const auto found = m_notes.find(flow);
    return found == m_notes.end() ? none : found->second;
}

void Marks::setNote(flow::FlowId flow, std::string note)
{
    if (note.empty())
        m_notes.erase(flow);
    else
        m_notes[flow] = std::move(note);
}

std::vector<flow::FlowId> Marks::marked() const
{
    flow::FlowSet flows;
    for (std::size_t row = 0; row < m_marks.size(); ++row) {
        if (m_marks[row] != Mark{})
            flows.insert(flow::FlowId(static_cast<std::uint32_t>(row)));
    }
    for (const auto& [flow, note] : m_notes)
        flows.insert(flow);
    return flows.flows();
}

std::size_t Marks::labelled() const
{
    return static_cast<std::size_t>(
        std::ranges::count_if(m_marks, [](const Mark& mark) { return mark.label != Label::None; }));
}

Label Marks::labelIn(const Mark& mark) const
{
    return mark.label == Label::Threat && mark.threat != m_threats.active ? Label::NotThreat : mark.label;
}

SupportSet Marks::support() const
{
    SupportSet support;
    for (std::size_t row = m_marks.size(); row > 0; --row) // from the end: what comes first is the longest
        support.set(flow::FlowId(static_cast<std::uint32_t>(row - 1)), labelIn(m_marks[row - 1]));
    return support;
}

std::string Marks::words(flow::FlowId flow) const
{
    const Mark said = mark(flow);
    return said.label == Label::None ? std::string() : words(said);
}

std::string Marks::words(const Mark& mark) const
{
    const bool several = m_threats.names.size() > 1 || m_threats.names.front() != defaultName(1);
    return mark.label == Label::Threat && several ? m_threats.name(mark.threat) : std::string(text(mark.label));
}

} // namespace flowscent::hunt
