// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/store/curve_files.h"

#include "engine/base/atomic_file.h"
#include "engine/learn/training/event_records.h"

#include <array>
#include <chrono>

#include <unistd.h>

namespace flowscent::store {

namespace fs = std::filesystem;
using base::Error;
using base::failure;

namespace {

double secondsSince1970()
{
    return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

std::string hostName()
{
    std::array<char, 256> name{};
    if (::gethostname(name.data(), name.size() - 1) != 0)
        return "localhost";
    return name.data();
}

/// The first name from this second on that nobody has taken: two runs may begin within one.
fs::path freePath(const fs::path& folder, std::int64_t second)
{
    const std::string host = hostName();
    std::error_code ignored;
    fs::path path = folder / learn::eventFileName(second, host);
    while (fs::exists(path, ignored))
        path = folder / learn::eventFileName(++second, host);
    return path;
}

} // namespace

base::Result<void> saveCurves(std::span<const learn::CurvePoint> curve, const learn::CurveOrigin& origin,
                              const fs::path& file)
{
    return base::writeAtomically(file, file.extension() == ".json" ? learn::curvesJson(curve, origin)
                                                                   : learn::curvesCsv(curve, origin));
}

EventFile::EventFile(fs::path path)
    : m_path(std::move(path))
{
}

base::Result<EventFile> EventFile::create(const fs::path& folder, const learn::CurveOrigin& origin)
{
    std::error_code reason;
    fs::create_directories(folder, reason);
    if (reason)
        return failure(Error::Code::Io, "cannot be made: " + reason.message(), folder.string());
    const double now = secondsSince1970();
    EventFile file(freePath(folder, static_cast<std::int64_t>(now)));
    if (auto written = base::appendTo(file.m_path, learn::eventFileHead(now, origin)); !written)
        return failure(written.error());
    return file;
}

base::Result<void> EventFile::add(const learn::CurvePoint& point) const
{
    return base::appendTo(m_path, learn::eventRecord(secondsSince1970(), point));
}

} // namespace flowscent::store
