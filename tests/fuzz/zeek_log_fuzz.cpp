// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/fuzz/log_input.h"

using namespace flowscent;

/// The input is a conn.log in either of Zeek's formats; both parsers get it, whatever it looks like.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const auto file = test::writeLog(data, size);
    test::checkLog(file, size, logs::LogKind::ZeekTsv);
    test::checkLog(file, size, logs::LogKind::ZeekJson);
    return 0;
}
