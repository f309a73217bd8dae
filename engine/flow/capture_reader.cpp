// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/flow/capture_reader.h"

#include "engine/capture/merged_capture.h"
#include "engine/flow/note_taker.h"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

namespace flowscent::flow {

namespace {

constexpr std::size_t batchSize = 512;  ///< 57 kB of notes: they stay in the cache until they are counted
constexpr std::size_t mostWaiting = 32; ///< batches that the reader may be ahead
constexpr std::size_t fewWaiting = 16;  ///< when it goes on: waking a thread takes as long as several packets

} // namespace

/// Packets of all files, decoded.
class CaptureReader::Packets {
public:
    Packets(const std::vector<std::filesystem::path>& files, const NoteSettings& notes, const std::stop_token& stop)
        : m_source(files, stop)
        , m_notes(notes)
    {
    }

    /// False when there is nothing more; the step may hold packets all the same.
    bool fill(ReadStep& step)
    {
        step.batch.clear();
        bool more = true;
        capture::PacketView view;
        while (more && step.batch.notes.size() < batchSize) {
            if (m_source.nextBuffered(view)) {
                m_notes.take(view, step.batch);
                continue;
            }
            const auto packet = m_source.next();
            more = packet && *packet;
            if (more)
                m_notes.take(**packet, step.batch);
        }
        if (!more)
            m_notes.finish(step.batch);
        step.source = m_source.name();
        step.bytesDone = m_source.bytesDone();
        step.bytesTotal = m_source.bytesTotal();
        return more;
    }

    [[nodiscard]] const capture::MergedCapture& source() const { return m_source; }

private:
    capture::MergedCapture m_source;
    NoteTaker m_notes;
};

/// Fills steps on its own thread. Steps go round between the two, so that their memory is used again.
class CaptureReader::Ahead {
public:
    explicit Ahead(Packets& packets)
        : m_thread([this, &packets](const std::stop_token& stop) { run(packets, stop); })
    {
    }

    /// Exchanges `step` for the next full one; false at the end.
    bool next(ReadStep& step)
    {
        std::unique_lock lock(m_mutex);
        m_empty.push_back(std::move(step));
        m_changed.wait(lock, [this] { return !m_full.empty() || m_finished; });
        if (m_full.empty())
            return false;
        step = std::move(m_full.front());
        m_full.pop_front();
        if (m_full.size() == fewWaiting)
            m_changed.notify_all();
        return true;
    }

private:
    void run(Packets& packets, const std::stop_token& stop)
    {
        for (bool more = true; more;) {
            ReadStep step;
            {
                std::unique_lock lock(m_mutex);
                const bool goesOn = m_full.size() < mostWaiting ||
                                    m_changed.wait(lock, stop, [this] { return m_full.size() <= fewWaiting; });
                if (!goesOn || stop.stop_requested())
                    break;
                if (!m_empty.empty()) {
                    step = std::move(m_empty.back());
                    m_empty.pop_back();
                }
            }
            more = packets.fill(step);
            const std::scoped_lock lock(m_mutex);
            m_full.push_back(std::move(step));
            if (m_full.size() == 1)
                m_changed.notify_all();
        }
        const std::scoped_lock lock(m_mutex);
        m_finished = true;
        m_changed.notify_all();
    }

    std::mutex m_mutex;
    std::condition_variable_any m_changed;
    std::deque<ReadStep> m_full;
    std::vector<ReadStep> m_empty;
    bool m_finished = false;
    std::jthread m_thread; ///< last: it must end before what it uses
};

CaptureReader::CaptureReader(const std::vector<std::filesystem::path>& files, const NoteSettings& notes, bool ahead,
                             const std::stop_token& stop)
    : m_packets(std::make_unique<Packets>(files, notes, stop))
    , m_ahead(ahead ? std::make_unique<Ahead>(*m_packets) : nullptr)
{
}

CaptureReader::~CaptureReader() = default;

const ReadStep* CaptureReader::next()
{
    if (m_ended)
        return nullptr;
    if (m_ahead)
        return m_ahead->next(m_step) ? &m_step : nullptr;
    m_ended = !m_packets->fill(m_step);
    return &m_step;
}

std::optional<base::Error> CaptureReader::damage() const
{
    return m_packets->source().damage();
}

const std::vector<capture::Descriptions>& CaptureReader::descriptions() const
{
    return m_packets->source().descriptions();
}

std::string CaptureReader::remark() const
{
    return m_packets->source().remark();
}

} // namespace flowscent::flow
