// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/capture/byte_feed.h"

#include <lzma.h>

#include <optional>

namespace flowscent::capture {

using base::Error;
using base::failure;

namespace {

constexpr std::size_t packedBlock = 64U << 10;
constexpr std::uint64_t mostMemory = 256U << 20; ///< four times what `xz -9` asks of a reader

/// liblzma itself and not libarchive: that lets a file claim 4 GiB of memory, and throws away up to 64 KiB before the
/// place where a file was cut off.
class XzFeed final : public ByteFeed {
public:
    explicit XzFeed(Feed packed)
        : m_packed(std::move(packed))
        , m_buffer(packedBlock)
    {
        if (lzma_stream_decoder(&m_state, mostMemory, LZMA_CONCATENATED) != LZMA_OK)
            m_failure = Error{Error::Code::Unavailable, "there is no memory left to unpack it", {}};
    }
    ~XzFeed() override { lzma_end(&m_state); }
    XzFeed(const XzFeed&) = delete;
    XzFeed& operator=(const XzFeed&) = delete;

    base::Result<std::size_t> read(std::span<std::uint8_t> room) override
    {
        m_state.next_out = room.data();
        m_state.avail_out = room.size();
        while (!m_failure && !m_ended && m_state.avail_out == room.size())
            step();
        const std::size_t got = room.size() - m_state.avail_out;
        if (got == 0 && m_failure)
            return failure(*m_failure);
        return got;
    }
    std::uint64_t taken() const override { return m_packed->taken(); }
    std::string remark() const override { return m_packed->remark(); }

private:
    void step()
    {
        if (m_state.avail_in == 0 && !m_packedEnded) {
            const auto got = m_packed->read(m_buffer);
            if (!got) {
                m_failure = got.error();
                return;
            }
            m_state.next_in = m_buffer.data();
            m_state.avail_in = *got;
            m_packedEnded = *got == 0;
        }
        settle(lzma_code(&m_state, m_packedEnded ? LZMA_FINISH : LZMA_RUN));
    }

    void settle(lzma_ret outcome)
    {
        switch (outcome) {
        case LZMA_OK:
        case LZMA_NO_CHECK:
        case LZMA_UNSUPPORTED_CHECK:
        case LZMA_GET_CHECK:
            return;
        case LZMA_STREAM_END:
            m_ended = true;
            return;
        case LZMA_BUF_ERROR: // the first one without progress is a warning; at the end of the bytes it is final
            if (m_packedEnded)
                m_failure = Error{Error::Code::Truncated, "the xz data end too early", {}};
            return;
        case LZMA_MEM_ERROR:
            m_failure = Error{Error::Code::Unavailable, "there is no memory left to unpack it", {}};
            return;
        case LZMA_MEMLIMIT_ERROR:
            m_failure = Error{
                Error::Code::Format, "unpacking takes more than 256 MiB of memory; unpack it first, with xz -d", {}};
            return;
        default:
            m_failure = Error{Error::Code::Format, "the xz data contradict themselves", {}};
        }
    }

    Feed m_packed;
    std::vector<std::uint8_t> m_buffer;
    lzma_stream m_state = LZMA_STREAM_INIT;
    std::optional<Error> m_failure;
    bool m_packedEnded = false;
    bool m_ended = false;
};

} // namespace

Feed xzFeed(Feed packed)
{
    return std::make_unique<XzFeed>(std::move(packed));
}

} // namespace flowscent::capture
