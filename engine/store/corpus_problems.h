// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/store/manifest.h"

namespace flowscent::store {

/// What can be wrong with a corpus.
enum class ProblemKind : std::uint8_t {
    Row,     ///< a row of the manifest that says nothing usable
    Capture, ///< a capture that is missing, elsewhere, damaged or empty
    Labels,  ///< labels that do not fit the flows
    Class,   ///< a class that is both threat and benign, or a threat that lies in two splits
    Session, ///< a session that lies in two splits
    Site,    ///< a site that lies in two splits
};
inline constexpr std::array allProblemKinds{ProblemKind::Row,   ProblemKind::Capture, ProblemKind::Labels,
                                            ProblemKind::Class, ProblemKind::Session, ProblemKind::Site};
/// "rows of the manifest", "captures", ...: what the problems are of.
[[nodiscard]] std::string_view text(ProblemKind kind);

/// Problems by kind: all are counted, the first of each kind are kept in words. Plain value.
class Problems {
public:
    Problems() = default;
    explicit Problems(std::size_t named)
        : m_named(named)
    {
    }

    /// `sentence` begins with what it is about and has no full stop.
    void add(ProblemKind kind, std::string sentence);
    [[nodiscard]] std::uint64_t count(ProblemKind kind) const { return m_counts[static_cast<std::size_t>(kind)]; }
    [[nodiscard]] std::uint64_t count() const;
    [[nodiscard]] const std::vector<std::string>& sentences(ProblemKind kind) const
    {
        return m_sentences[static_cast<std::size_t>(kind)];
    }

private:
    std::size_t m_named = 20;
    std::array<std::uint64_t, allProblemKinds.size()> m_counts{};
    std::array<std::vector<std::string>, allProblemKinds.size()> m_sentences;
};

/// What can be told from the manifest alone: empty or unknown words, captures named twice or that share a label file,
/// and classes, sessions and sites on both sides of a split.
void checkManifest(const Manifest& manifest, Problems& problems);

} // namespace flowscent::store
