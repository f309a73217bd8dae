// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/capture/byte_feed.h"

#include <zlib.h>

#include <optional>

namespace flowscent::capture {

using base::Error;
using base::failure;

namespace {

constexpr std::size_t packedBlock = 64U << 10;

/// zlib itself and not libarchive: that verifies no checksum and throws away up to 64 KiB before the place where a
/// file was cut off, which of a small capture is everything.
class GzipFeed final : public ByteFeed {
public:
    explicit GzipFeed(Feed packed)
        : m_packed(std::move(packed))
        , m_buffer(packedBlock)
    {
        constexpr int gzipOnly = 16;
        if (inflateInit2(&m_state, MAX_WBITS + gzipOnly) != Z_OK)
            m_failure = Error{Error::Code::Unavailable, "there is no memory left to unpack it", {}};
    }
    ~GzipFeed() override { inflateEnd(&m_state); }
    GzipFeed(const GzipFeed&) = delete;
    GzipFeed& operator=(const GzipFeed&) = delete;

    base::Result<std::size_t> read(std::span<std::uint8_t> room) override
    {
        constexpr std::size_t most = 1U << 30; // zlib counts in 32 bits
        m_state.next_out = room.data();
        m_state.avail_out = static_cast<uInt>(std::min(room.size(), most));
        const uInt wanted = m_state.avail_out;
        while (!m_failure && !m_ended && m_state.avail_out == wanted)
            step();
        const std::size_t got = wanted - m_state.avail_out;
        if (got == 0 && m_failure)
            return failure(*m_failure);
        return got;
    }
    std::uint64_t taken() const override { return m_packed->taken(); }
    std::string remark() const override { return m_packed->remark(); }

private:
    void step()
    {
        if (m_state.avail_in == 0 && !m_packedEnded)
            refill();
        if (m_failure)
            return;
        if (m_between)
            skipPadding();
        if (m_between && m_state.avail_in == 0) {
            m_ended = m_packedEnded;
            return;
        }
        m_between = false;
        const int outcome = inflate(&m_state, Z_NO_FLUSH);
        if (outcome == Z_STREAM_END) {
            m_between = true;
            m_onePassed = true;
            inflateReset(&m_state);
        } else if (outcome == Z_DATA_ERROR && m_onePassed && m_state.total_out == 0) {
            m_failure = Error{Error::Code::Format, "something that is not gzip follows", {}};
        } else if (outcome == Z_MEM_ERROR) {
            m_failure = Error{Error::Code::Unavailable, "there is no memory left to unpack it", {}};
        } else if (outcome != Z_OK && outcome != Z_BUF_ERROR) {
            m_failure = Error{Error::Code::Format, "the gzip data contradict themselves", {}};
        } else if (m_packedEnded && m_state.avail_in == 0 && m_state.avail_out > 0) {
            m_failure = Error{Error::Code::Truncated, "the gzip data end too early", {}};
        }
    }

    void refill()
    {
        const auto got = m_packed->read(m_buffer);
        if (!got)
            m_failure = got.error();
        m_state.next_in = m_buffer.data();
        m_state.avail_in = got ? static_cast<uInt>(*got) : 0;
        m_packedEnded = got && *got == 0;
    }

    /// Tapes and some tools fill files up with zeros; another member begins with something else.
    void skipPadding()
    {
        while (m_onePassed && m_state.avail_in > 0 && *m_state.next_in == 0) {
            ++m_state.next_in;
            --m_state.avail_in;
        }
    }

    Feed m_packed;
    std::vector<std::uint8_t> m_buffer;
    z_stream m_state{};
    std::optional<Error> m_failure;
    bool m_between = true;    ///< before a member's header
    bool m_onePassed = false; ///< a whole member has been read
    bool m_packedEnded = false;
    bool m_ended = false;
};

} // namespace

Feed gzipFeed(Feed packed)
{
    return std::make_unique<GzipFeed>(std::move(packed));
}

} // namespace flowscent::capture
