// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/followed_flows.h"

#include "app/cli/console.h"
#include "engine/flow/follow_flows.h"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iostream>

namespace flowscent::cli {

namespace {

/// Standard output or a file that grows line by line, and why it could not be written.
class GrowingOutput {
public:
    explicit GrowingOutput(const std::string& file)
        : m_name(file.empty() || file == "-" ? "standard output" : file)
        , m_toFile(m_name == file)
    {
        if (m_toFile)
            m_file.open(file);
        good();
    }

    std::ostream& stream() { return m_toFile ? m_file : std::cout; }
    bool good()
    {
        if (!stream() && m_reason == 0)
            m_reason = errno;
        return m_reason == 0;
    }
    bool flush()
    {
        errno = 0;
        stream().flush();
        return good();
    }
    /// `| head` has seen enough: that is no failure.
    [[nodiscard]] bool lost() const { return m_reason != 0 && m_reason != EPIPE; }
    [[nodiscard]] base::Error error() const
    {
        return {base::Error::Code::Io, std::string("flows cannot be written: ") + std::strerror(m_reason), m_name};
    }

private:
    std::string m_name;
    bool m_toFile;
    std::ofstream m_file;
    int m_reason = 0; ///< errno of the first write that failed
};

} // namespace

int writeFollowedFlows(const std::string& capture, flow::AssemblerSettings settings, const std::string& output,
                       RowFormat format, const std::stop_token& stop)
{
    GrowingOutput out(output);
    writeHeader(out.stream(), format, "");
    out.flush();
    if (out.lost())
        return fail(out.error());
    const auto write = [&](const flow::FlowRecord& record) {
        flow::FlowTable table(settings.names);
        table.append(record);
        errno = 0;
        writeRow(out.stream(), format, table, flow::FlowId(0), "");
        return out.good();
    };
    settings.keepPlaces = false;
    const auto followed =
        flow::followFlows(capture, settings, {.ended = write, .waiting = [&out] { return out.flush(); }}, stop);
    out.flush();
    if (!followed)
        return fail(followed.error());
    if (out.lost())
        return fail(out.error());
    if (!followed->damage)
        return Good;
    say(followed->damage->sentence() + "; the " + std::to_string(followed->counters.packets) +
        " packets read until then are used");
    return DamagedInput;
}

} // namespace flowscent::cli
