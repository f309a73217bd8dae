// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "engine/flow/flow_table.h"
#include "engine/hunt/label_act.h"
#include "engine/store/journal/capture_print.h"

namespace flowscent::store {

/// What is written down of an act: that it was done, taken back or done again.
enum class Verb : std::uint8_t { Do, Undo, Redo };

struct JournalEntry {
    Verb verb = Verb::Do;
    std::shared_ptr<const hunt::LabelAct> act;
    base::Nanoseconds time = 0; ///< of this entry, which for Undo and Redo is not the act's; since 1970, UTC
    std::string user;
    std::string program;      ///< that wrote it
    std::uint64_t number = 0; ///< running, of that program's entries
};

/// What an earlier hunt of the same capture left behind.
struct Restored {
    std::vector<hunt::LabelAct> acts; ///< those that stand, oldest first, with the flows of the table asked about
    base::Nanoseconds latest = 0;     ///< time of the last entry
    std::size_t lost = 0;             ///< changes whose flow the table does not have
};

/// The book in which every act of every hunt is kept, whatever happens to the program: an SQLite file whose schema
/// FORMAT.md describes. An act that `append` has returned from is on the disk. Several programs may write it at once.
/// Belongs to one thread.
class Journal {
public:
    /// Opens the file or makes it, with its folder. A damaged file is put aside beside it (see `putAside`) and a new
    /// one begun. Errors: Io with the reason (locked, no room, no permission); Unavailable when a newer Flowscent has
    /// written it or it belongs to another program: then it is left as it is.
    [[nodiscard]] static base::Result<Journal> open(const std::filesystem::path& file);
    Journal(Journal&&) noexcept;
    Journal& operator=(Journal&&) noexcept;
    ~Journal();

    /// Where the damaged file lies now; nothing when there was none.
    [[nodiscard]] const std::optional<std::filesystem::path>& putAside() const;
    /// Writes one entry in one transaction; on failure nothing of it is in the file. `table` gives its flows their
    /// keys.
    [[nodiscard]] base::Result<void> append(const CapturePrint& capture, const flow::FlowTable& table,
                                            const JournalEntry& entry);
    /// The acts of a capture that were not taken back, for the flows of `table`: found by row, or else by 5-tuple and
    /// start. Cancelled when stopped.
    [[nodiscard]] base::Result<Restored> read(const CapturePrint& capture, const flow::FlowTable& table,
                                              const std::stop_token& stop = {});

private:
    struct State;
    explicit Journal(std::unique_ptr<State> state);
    std::unique_ptr<State> m_state;
};

} // namespace flowscent::store
