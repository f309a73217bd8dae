// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/capture/merged_capture.h"

#include "engine/capture/capture_file.h"

#include <algorithm>
#include <limits>
#include <map>

#include <sys/resource.h>

namespace flowscent::capture {

namespace fs = std::filesystem;
using base::Error;
using base::failure;

namespace {

constexpr std::size_t mostNamed = 5;      ///< damaged files
constexpr std::size_t probeBuffer = 4096; ///< to see one packet

/// When a packet comes, among those of several files.
struct Turn {
    base::Nanoseconds time = std::numeric_limits<base::Nanoseconds>::max();
    std::uint32_t file = std::numeric_limits<std::uint32_t>::max();
    friend auto operator<=>(const Turn&, const Turn&) = default;
};

/// A file and the packet it gives next, whose bytes live in it.
struct Waiting {
    Turn turn;
    PacketView packet;
    std::unique_ptr<CaptureFile> file; ///< none for one that is opened again when it is due
};

bool later(const Waiting& one, const Waiting& other)
{
    return one.turn > other.turn;
}

/// Half of what the system lets us open, the rest is for others.
std::size_t mostOpenFiles()
{
    constexpr rlim_t enough = 400;
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return enough;
    return std::clamp<rlim_t>(limit.rlim_cur / 2, 8, enough);
}

/// So small that what was read is in the cache still when it is decoded.
std::size_t bufferSize(std::size_t open)
{
    return open < 16 ? 256U << 10 : 32U << 10;
}

std::uint64_t sizeOf(const fs::path& file)
{
    std::error_code unknown;
    const auto size = fs::file_size(file, unknown);
    return unknown ? 0 : size;
}

} // namespace

struct MergedCapture::State {
    std::vector<fs::path> files;
    std::stop_token stop;
    std::size_t mostOpen = mostOpenFiles();
    std::unique_ptr<CaptureFile> current; ///< gave the last packet
    std::uint32_t currentIndex = 0;
    Turn rival;                  ///< when another file than the current has its turn
    std::vector<Waiting> open;   ///< heap, earliest on top
    std::vector<Waiting> closed; ///< latest first
    std::map<std::uint32_t, Error> damaged;
    std::string lastName;
    std::string remarks;
    std::vector<Descriptions> descriptions;
    std::uint64_t bytesBefore = 0; ///< of files that have ended
    std::uint64_t bytesTotal = 0;
    base::Nanoseconds reached = std::numeric_limits<base::Nanoseconds>::min(); ///< time of the last packet given
    bool finished = false;
    bool cancelled = false;
    bool crowded = false; ///< a file had to wait although its turn had come

    void begin();
    void fail(std::uint32_t index, const Error& error);
    [[nodiscard]] bool twice(std::uint32_t index) const;
    std::optional<Waiting> openFile(std::uint32_t index, std::size_t buffer);
    void end(const CaptureFile& file, std::uint32_t index);
    void endCurrent(const base::Result<std::optional<PacketView>>& last);
    void push(Waiting waiting);
    void openDue();
    std::optional<PacketView> earliest();
};

/// With one file there is no other's turn to wait for.
void MergedCapture::State::begin()
{
    descriptions.resize(files.size());
    for (const fs::path& file : files)
        bytesTotal += sizeOf(file);
    lastName = files.empty() ? "" : files.front().string();
    for (std::uint32_t index = 0; index < files.size() && !cancelled; ++index) {
        std::error_code unknown;
        const bool again = files.size() > 1 && fs::is_regular_file(files[index], unknown);
        auto first = openFile(index, again ? probeBuffer : bufferSize(open.size()));
        if (!first)
            continue;
        if (!again) {
            push(std::move(*first));
            continue;
        }
        first->file.reset();
        closed.push_back(std::move(*first));
        cancelled = stop.stop_requested();
    }
    std::ranges::sort(closed, later);
}

void MergedCapture::State::fail(std::uint32_t index, const Error& error)
{
    if (error.code == Error::Code::Cancelled)
        cancelled = true;
    else
        damaged.emplace(index, error);
}

/// Standard input can be read only once, however often it is named.
bool MergedCapture::State::twice(std::uint32_t index) const
{
    const auto before = files.begin() + index;
    return files[index] == "-" && std::find(files.begin(), before, files[index]) != before;
}

/// The file and its first packet; nothing, and the reason noted, when it has none.
std::optional<Waiting> MergedCapture::State::openFile(std::uint32_t index, std::size_t buffer)
{
    if (twice(index)) {
        damaged.emplace(index, Error{Error::Code::Argument, "standard input can be read only once", "-"});
        return std::nullopt;
    }
    auto file = CaptureFile::open(files[index],
                                  {.index = static_cast<std::uint16_t>(index), .bufferSize = buffer, .stop = stop});
    if (!file) {
        fail(index, file.error());
        bytesBefore += sizeOf(files[index]);
        return std::nullopt;
    }
    auto packet = file->next();
    if (packet && *packet)
        return Waiting{{(*packet)->time, index}, **packet, std::make_unique<CaptureFile>(std::move(*file))};
    if (!packet)
        fail(index, packet.error());
    end(*file, index);
    return std::nullopt;
}

void MergedCapture::State::end(const CaptureFile& file, std::uint32_t index)
{
    descriptions[index] = file.descriptions();
    bytesBefore += file.bytesTotal();
    if (const std::string remark = file.remark(); !remark.empty())
        remarks += (remarks.empty() ? "" : "; ") + file.name() + ": " + remark;
}

void MergedCapture::State::endCurrent(const base::Result<std::optional<PacketView>>& last)
{
    if (!last)
        fail(currentIndex, last.error());
    lastName = current->name();
    end(*current, currentIndex);
    current.reset();
}

void MergedCapture::State::push(Waiting waiting)
{
    open.push_back(std::move(waiting));
    std::ranges::push_heap(open, later);
}

/// Opens the files whose first packet comes before all others. Beyond what can be open at once a file must wait until
/// another has ended, and its packets come late.
void MergedCapture::State::openDue()
{
    while (!closed.empty() && (open.empty() || closed.back().turn < open.front().turn)) {
        if (open.size() >= mostOpen)
            return;
        crowded = crowded || closed.back().turn.time < reached;
        const std::uint32_t index = closed.back().turn.file;
        closed.pop_back();
        if (auto first = openFile(index, bufferSize(open.size())))
            push(std::move(*first));
    }
}

std::optional<PacketView> MergedCapture::State::earliest()
{
    openDue();
    if (open.empty())
        return std::nullopt;
    std::ranges::pop_heap(open, later);
    Waiting next = std::move(open.back());
    open.pop_back();
    current = std::move(next.file);
    currentIndex = next.turn.file;
    rival = open.empty() ? Turn{} : open.front().turn;
    if (!closed.empty() && open.size() + 1 < mostOpen)
        rival = std::min(rival, closed.back().turn);
    reached = next.turn.time;
    return next.packet;
}

MergedCapture::MergedCapture(std::vector<fs::path> files, std::stop_token stop)
    : m_state(std::make_unique<State>())
{
    m_state->files = std::move(files);
    m_state->stop = std::move(stop);
    m_state->begin();
}
MergedCapture::~MergedCapture() = default;
MergedCapture::MergedCapture(MergedCapture&&) noexcept = default;
MergedCapture& MergedCapture::operator=(MergedCapture&&) noexcept = default;

base::Result<std::optional<PacketView>> MergedCapture::next()
{
    State& state = *m_state;
    if (state.current) {
        auto packet = state.current->next();
        if (packet && *packet) {
            const Turn turn{(*packet)->time, state.currentIndex};
            if (turn < state.rival) {
                state.reached = turn.time;
                return packet;
            }
            state.push({turn, **packet, std::move(state.current)});
        } else {
            state.endCurrent(packet);
        }
    }
    auto packet = state.cancelled ? std::nullopt : state.earliest();
    state.finished = !packet;
    if (state.cancelled)
        return failure(Error::Code::Cancelled, "stopped");
    return packet;
}

/// As long as the file at hand keeps its turn. A packet that must wait has been taken from its file already.
bool MergedCapture::nextBuffered(PacketView& packet)
{
    State& state = *m_state;
    if (!state.current || !state.current->nextBuffered(packet))
        return false;
    const Turn turn{packet.time, state.currentIndex};
    if (turn < state.rival) {
        state.reached = turn.time;
        return true;
    }
    state.push({turn, packet, std::move(state.current)});
    return false;
}

bool MergedCapture::finished() const
{
    return m_state->finished;
}

std::string MergedCapture::name() const
{
    return m_state->current ? m_state->current->name() : m_state->lastName;
}

std::uint64_t MergedCapture::bytesDone() const
{
    std::uint64_t done = m_state->bytesBefore + (m_state->current ? m_state->current->bytesDone() : 0);
    for (const Waiting& waiting : m_state->open)
        done += waiting.file->bytesDone();
    return done;
}

std::uint64_t MergedCapture::bytesTotal() const
{
    return m_state->bytesTotal;
}

std::string MergedCapture::remark() const
{
    if (!m_state->crowded)
        return m_state->remarks;
    return m_state->remarks + (m_state->remarks.empty() ? "" : "; ") + "more than " +
           std::to_string(m_state->mostOpen) +
           " of the files overlap in time, more than are opened at once: some packets are out of order";
}

const std::vector<Descriptions>& MergedCapture::descriptions() const
{
    return m_state->descriptions;
}

std::optional<Error> MergedCapture::damage() const
{
    const auto& damaged = m_state->damaged;
    if (damaged.empty())
        return std::nullopt;
    Error all = damaged.begin()->second;
    const std::size_t more = damaged.size() - 1;
    if (more == 0)
        return all;
    all.what += "; " + std::to_string(more) + (more == 1 ? " more file is" : " more files are") + " not whole: ";
    std::size_t named = 0;
    for (auto file = std::next(damaged.begin()); file != damaged.end() && named < mostNamed; ++file, ++named)
        all.what += (named == 0 ? "" : ", ") + file->second.where;
    if (more > mostNamed)
        all.what += ", ...";
    return all;
}

} // namespace flowscent::capture
