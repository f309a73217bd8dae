// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/fuzz/log_input.h"

using namespace flowscent;

/// The input is an EVE log of Suricata.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    test::checkLog(test::writeLog(data, size), size, logs::LogKind::SuricataEve);
    return 0;
}
