// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "engine/flow/flow_set.h"
#include "engine/hunt/support_set.h"

namespace flowscent::hunt {

/// Which of the hunt's threats: 1 for the first, as the key that assigns it; 0 for none.
using ThreatNumber = std::uint8_t;
inline constexpr ThreatNumber noThreat = 0;
inline constexpr std::size_t mostThreats = 99;
inline constexpr std::size_t longestName = 80;  ///< bytes of a threat's name
inline constexpr std::size_t longestNote = 400; ///< bytes of a flow's note

/// All that the hunter has said of a flow, but for its note.
struct Mark {
    Label label = Label::None;
    ThreatNumber threat = noThreat; ///< with Label::Threat alone: an example of which
    bool bookmarked = false;
    bool skipped = false; ///< it was suggested, and the hunter went on without an answer

    friend bool operator==(const Mark&, const Mark&) = default;
};

/// The threats of a hunt by name, and the one that M assigns and that is adapted to.
struct Threats {
    std::vector<std::string> names{"Threat 1"}; ///< never empty; names[n - 1] is threat n
    ThreatNumber active = 1;

    [[nodiscard]] const std::string& name(ThreatNumber threat) const;
    friend bool operator==(const Threats&, const Threats&) = default;
};
/// "Threat 3": until the hunter gives a better one.
[[nodiscard]] std::string defaultName(ThreatNumber threat);
/// One line of at most `longest` bytes, whole characters, without control characters or blanks around it.
[[nodiscard]] std::string tidied(std::string_view text, std::size_t longest);

/// What the hunter has said of the flows of one capture. Plain value. Four bytes a flow up to the last marked one.
class Marks {
public:
    [[nodiscard]] Mark mark(flow::FlowId flow) const
    {
        return flow.value < m_marks.size() ? m_marks[flow.value] : Mark{};
    }
    void set(flow::FlowId flow, const Mark& mark);
    [[nodiscard]] const std::string& note(flow::FlowId flow) const; ///< empty without one
    void setNote(flow::FlowId flow, std::string note);              ///< an empty one is none

    [[nodiscard]] const Threats& threats() const { return m_threats; }
    void setThreats(Threats threats) { m_threats = std::move(threats); }
    /// The flows that stand for normal traffic by the hunter's choice; null: drawn at random.
    [[nodiscard]] std::shared_ptr<const flow::FlowSet> background() const { return m_background; }
    void setBackground(std::shared_ptr<const flow::FlowSet> flows) { m_background = std::move(flows); }

    /// Flows with a label, a bookmark or a note, ascending.
    [[nodiscard]] std::vector<flow::FlowId> marked() const;
    [[nodiscard]] std::size_t labelled() const; ///< flows with a label of whatever threat
    /// What a mark means to the hunt of the active threat: an example of another threat is a counter-example of this
    /// one, and what is "not this" is no threat at all, whichever is hunted.
    [[nodiscard]] Label labelIn(const Mark& mark) const;
    [[nodiscard]] SupportSet support() const;
    /// "threat", "not this", "unsure" or nothing; the threat's name once there are several or it was given one.
    [[nodiscard]] std::string words(flow::FlowId flow) const;
    /// The same for what flows would be marked as.
    [[nodiscard]] std::string words(const Mark& mark) const;

private:
    std::vector<Mark> m_marks;
    std::map<flow::FlowId, std::string> m_notes;
    Threats m_threats;
    std::shared_ptr<const flow::FlowSet> m_background;
};

} // namespace flowscent::hunt
