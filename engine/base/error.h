// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <utility>

#include <tl/expected.hpp>

namespace flowscent::base {

/// Why something could not be done, for the person at the table.
struct Error {
    enum class Code {
        Io,          ///< the system refused: missing file, permission, full disk
        Format,      ///< the bytes are not what they should be
        Truncated,   ///< the bytes end too early; the part before is good
        Argument,    ///< the caller asked for something that has no meaning
        Support,     ///< the examples do not define a task (no threat among them, say)
        Model,       ///< a model cannot be used: damaged, other version, other feature table
        Unavailable, ///< this build or machine lacks what is needed
        Cancelled,   ///< the person asked to stop
    };

    Code code = Code::Argument;
    std::string what;  ///< one sentence without a full stop: "cut off after packet 812"
    std::string where; ///< the thing it is about: a file, an interface, a row; may be empty

    /// "beacon.pcap: cut off after packet 812"
    [[nodiscard]] std::string sentence() const { return where.empty() ? what : where + ": " + what; }
    friend bool operator==(const Error&, const Error&) = default;
};

/// A value, or the reason why there is none. The only place that spells tl::expected; C++23 has it in std.
template <class T>
using Result = tl::expected<T, Error>;

[[nodiscard]] inline tl::unexpected<Error> failure(Error::Code code, std::string what, std::string where = {})
{
    return tl::unexpected<Error>(Error{code, std::move(what), std::move(where)});
}

/// Passes the reason of one Result on as that of another.
[[nodiscard]] inline tl::unexpected<Error> failure(Error error)
{
    return tl::unexpected<Error>(std::move(error));
}

} // namespace flowscent::base
