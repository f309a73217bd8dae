// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/log_text.h"

#include <algorithm>
#include <fstream>

namespace flowscent::test {

namespace {

std::string tabbed(std::string text)
{
    std::ranges::replace(text, ' ', '\t');
    return text + '\n';
}

} // namespace

std::string connLog(const std::vector<std::string>& rows)
{
    std::string text = "#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n#path\tconn\n";
    text += tabbed("#fields ts id.orig_h id.orig_p id.resp_h id.resp_p proto duration orig_bytes resp_bytes conn_state "
                   "history orig_pkts orig_ip_bytes resp_pkts resp_ip_bytes");
    text += tabbed("#types time addr port addr port enum interval count count string string count count count count");
    for (const std::string& row : rows)
        text += tabbed(row);
    return text;
}

std::string connRow(int second)
{
    return std::to_string(1'700'000'000 + second) +
           ".5 192.0.2.10 49152 198.51.100.80 80 tcp 1.5 320 4800 SF ShADadFf 10 848 9 5176";
}

std::string eveFlow(const std::string& more)
{
    return R"({"timestamp":"2023-11-14T22:14:20.0+0000","event_type":"flow","src_ip":"192.0.2.10","src_port":49152,)"
           R"("dest_ip":"198.51.100.80","dest_port":80,"proto":"UDP","flow":{"pkts_toserver":10,"pkts_toclient":9,)"
           R"("bytes_toserver":988,"bytes_toclient":5302,"start":"2023-11-14T22:13:20.123456+0000",)"
           R"("end":"2023-11-14T22:13:21.623456+0000"})" +
           more + "}\n";
}

std::filesystem::path saveText(const std::filesystem::path& file, const std::string& text)
{
    std::ofstream(file, std::ios::binary) << text;
    return file;
}

} // namespace flowscent::test
