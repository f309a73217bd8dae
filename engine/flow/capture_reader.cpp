// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/flow/capture_reader.h"

#include "engine/capture/capture_file.h"
#include "engine/flow/note_taker.h"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

namespace flowscent::flow {

using capture::CaptureFile;

namespace {

constexpr std::size_t batchSize = 512;  ///< 80 kB of notes: they stay in the cache until they are counted
constexpr std::size_t mostWaiting = 16; ///< batches that the reader may be ahead

} // namespace

/// The files one after the other.
class CaptureReader::Files {
public:
    Files(std::vector<std::filesystem::path> files, std::uint64_t seed)
        : m_files(std::move(files))
        , m_notes(seed)
    {
    }

    /// False when there is nothing more; the step may hold packets all the same.
    bool fill(ReadStep& step)
    {
        step.batch.clear();
        while (step.batch.notes.size() < batchSize) {
            if (!m_source && !openNext()) {
                m_notes.finish(step.batch);
                return false;
            }
            const auto packet = m_source->next();
            if (packet && *packet) {
                m_notes.take(**packet, step.batch);
                continue;
            }
            if (!packet)
                fails(packet.error());
            m_before += m_source->bytesTotal();
            m_source.reset();
        }
        step.bytesDone = m_before + (m_source ? m_source->bytesDone() : 0);
        if (m_source)
            step.source = m_source->name();
        return true;
    }

    [[nodiscard]] const std::optional<base::Error>& damage() const { return m_damage; }

private:
    bool openNext()
    {
        for (; m_next < m_files.size() && !m_source; ++m_next) {
            auto opened = CaptureFile::open(m_files[m_next], static_cast<std::uint16_t>(m_next));
            if (opened)
                m_source.emplace(std::move(*opened));
            else
                fails(opened.error());
        }
        return m_source.has_value();
    }

    void fails(const base::Error& error)
    {
        if (!m_damage)
            m_damage = error;
    }

    std::vector<std::filesystem::path> m_files;
    NoteTaker m_notes;
    std::size_t m_next = 0;
    std::optional<CaptureFile> m_source;
    std::uint64_t m_before = 0; ///< bytes of the files that are done
    std::optional<base::Error> m_damage;
};

/// Fills steps on its own thread. Steps go round between the two, so that their memory is used again.
class CaptureReader::Ahead {
public:
    explicit Ahead(Files& files)
        : m_thread([this, &files](const std::stop_token& stop) { run(files, stop); })
    {
    }

    /// Exchanges `step` for the next full one; false at the end.
    bool next(ReadStep& step)
    {
        std::unique_lock lock(m_mutex);
        m_empty.push_back(std::move(step));
        m_changed.notify_all();
        m_changed.wait(lock, [this] { return !m_full.empty() || m_finished; });
        if (m_full.empty())
            return false;
        step = std::move(m_full.front());
        m_full.pop_front();
        return true;
    }

private:
    void run(Files& files, const std::stop_token& stop)
    {
        for (bool more = true; more;) {
            ReadStep step;
            {
                std::unique_lock lock(m_mutex);
                if (!m_changed.wait(lock, stop, [this] { return m_full.size() < mostWaiting; }))
                    break;
                if (!m_empty.empty()) {
                    step = std::move(m_empty.back());
                    m_empty.pop_back();
                }
            }
            more = files.fill(step);
            const std::scoped_lock lock(m_mutex);
            m_full.push_back(std::move(step));
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

CaptureReader::CaptureReader(std::vector<std::filesystem::path> files, std::uint64_t seed, bool ahead)
    : m_files(std::make_unique<Files>(std::move(files), seed))
    , m_ahead(ahead ? std::make_unique<Ahead>(*m_files) : nullptr)
{
}

CaptureReader::~CaptureReader() = default;

const ReadStep* CaptureReader::next()
{
    if (m_ended)
        return nullptr;
    if (m_ahead)
        return m_ahead->next(m_step) ? &m_step : nullptr;
    m_ended = !m_files->fill(m_step);
    return &m_step;
}

const std::optional<base::Error>& CaptureReader::damage() const
{
    return m_files->damage();
}

} // namespace flowscent::flow
