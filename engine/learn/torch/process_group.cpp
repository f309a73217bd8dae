// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/learn/torch/process_group.h"

#include "engine/learn/world/coordinator.h"
#include "engine/learn/world/coordinator_line.h"

#include <torch/csrc/distributed/c10d/ProcessGroupGloo.hpp>
#include <torch/torch.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <stdexcept>
#include <string>

namespace flowscent::learn {

using base::Error;
using base::failure;
using std::chrono::milliseconds;
using torch::Tensor;

namespace {

constexpr std::string_view step = "what to exchange"; ///< topic of all exchanges of numbers
constexpr std::size_t longestDigest = 1024;

/// gloo writes to sockets without MSG_NOSIGNAL, and a rank that has gone would kill this one. Threads inherit the mask,
/// so that gloo's own are safe when they start under it; the program's handling of the signal stays as it is.
class WithoutBrokenPipes {
public:
    WithoutBrokenPipes()
    {
        sigset_t pipes;
        sigemptyset(&pipes);
        sigaddset(&pipes, SIGPIPE);
        pthread_sigmask(SIG_BLOCK, &pipes, &m_before);
    }
    ~WithoutBrokenPipes() { pthread_sigmask(SIG_SETMASK, &m_before, nullptr); }
    WithoutBrokenPipes(const WithoutBrokenPipes&) = delete;
    WithoutBrokenPipes& operator=(const WithoutBrokenPipes&) = delete;

private:
    sigset_t m_before{};
};

/// Where gloo leaves the addresses of its sockets: at the coordinator, which c10d knows nothing of.
class Blackboard final : public c10d::Store {
public:
    explicit Blackboard(CoordinatorLine& line)
        : m_line(line)
    {
    }

    void set(const std::string& key, const std::vector<std::uint8_t>& value) override
    {
        if (const auto done = m_line.put(key, std::string(value.begin(), value.end())); !done)
            throw std::runtime_error(done.error().sentence());
    }
    std::vector<std::uint8_t> get(const std::string& key) override
    {
        const auto value = m_line.take(key);
        if (!value)
            throw std::runtime_error(value.error().sentence());
        return {value->begin(), value->end()};
    }
    void wait(const std::vector<std::string>& keys) override
    {
        for (const std::string& key : keys)
            get(key);
    }
    void wait(const std::vector<std::string>& keys, const milliseconds& /*the line has its own*/) override
    {
        wait(keys);
    }

    // Nothing that gloo does needs these.
    std::int64_t add(const std::string&, std::int64_t) override { notOffered(); }
    bool deleteKey(const std::string&) override { notOffered(); }
    bool check(const std::vector<std::string>&) override { notOffered(); }
    std::int64_t getNumKeys() override { notOffered(); }

private:
    [[noreturn]] static void notOffered() { throw std::logic_error("the coordinator's blackboard cannot do this"); }

    CoordinatorLine& m_line;
};

/// gloo's own words without the place in its source: "[/build/.../pair.cc:598] Connection closed by peer [...]".
std::string plain(const std::string& what)
{
    std::string line = what.substr(0, what.find('\n'));
    if (const std::size_t end = line.find("] "); line.starts_with('[') && end != std::string::npos)
        line.erase(0, end + 2);
    return line;
}

using GlooOptions = c10::intrusive_ptr<c10d::ProcessGroupGloo::Options>;

base::Result<GlooOptions> glooOptions(const std::string& localAddress, milliseconds timeout)
{
    auto options = c10d::ProcessGroupGloo::Options::create(timeout);
    options->threads = 1; // one exchange at a time
    const char* named = std::getenv("GLOO_SOCKET_IFNAME");
    std::string interfaces = named == nullptr ? "" : named;
    try {
        if (interfaces.empty())
            options->devices.push_back(c10d::ProcessGroupGloo::createDeviceForHostname(localAddress));
        while (!interfaces.empty()) {
            const std::size_t comma = interfaces.find(',');
            options->devices.push_back(c10d::ProcessGroupGloo::createDeviceForInterface(interfaces.substr(0, comma)));
            interfaces.erase(0, comma == std::string::npos ? comma : comma + 1);
        }
    } catch (const std::exception& error) {
        return failure(Error::Code::Argument, "gloo cannot listen there: " + plain(error.what()),
                       named == nullptr ? localAddress : "GLOO_SOCKET_IFNAME=" + std::string(named));
    }
    return options;
}

std::string text(std::string_view what, const std::vector<Tensor>& tensors)
{
    std::int64_t numbers = 0;
    for (const Tensor& tensor : tensors)
        numbers += tensor.numel();
    return std::string(what) + " of " + std::to_string(numbers) + " numbers (" + toString(tensors[0].scalar_type()) +
           ", " + std::to_string(tensors.size()) + " tensors)";
}

} // namespace

/// Members end in the reverse order: gloo first, then the line, then the coordinator.
struct ProcessGroup::Gloo {
    std::unique_ptr<Coordinator> coordinator; ///< of rank 0
    std::unique_ptr<CoordinatorLine> line;
    c10::intrusive_ptr<c10d::ProcessGroupGloo> group;
    milliseconds timeout;
};

ProcessGroup::ProcessGroup(const WorldAddress& address)
    : m_address(address)
{
}

ProcessGroup::~ProcessGroup()
{
    const WithoutBrokenPipes quiet;
    m_gloo.reset();
}

base::Result<std::unique_ptr<ProcessGroup>> ProcessGroup::join(const WorldAddress& address, milliseconds timeout)
{
    if (const auto sound = check(address); !sound)
        return failure(sound.error());
    std::unique_ptr<ProcessGroup> group(new ProcessGroup(address));
    if (address.worldSize == 1)
        return group;
    const WithoutBrokenPipes quiet;
    group->m_gloo = std::make_unique<Gloo>();
    Gloo& gloo = *group->m_gloo;
    gloo.timeout = timeout;
    if (address.rank == 0) {
        auto coordinator = Coordinator::listen(address, timeout);
        if (!coordinator)
            return failure(coordinator.error());
        gloo.coordinator = std::move(*coordinator);
    }
    auto line = CoordinatorLine::join(address, timeout);
    if (!line)
        return failure(line.error());
    gloo.line = std::move(*line);
    const auto options = glooOptions(gloo.line->localAddress(), timeout);
    if (!options)
        return failure(options.error());
    const auto connected = group->exchange([&] {
        gloo.group = c10::make_intrusive<c10d::ProcessGroupGloo>(c10::make_intrusive<Blackboard>(*gloo.line),
                                                                 static_cast<int>(address.rank),
                                                                 static_cast<int>(address.worldSize), *options);
    });
    if (!connected)
        return failure(connected.error());
    if (const auto all = group->barrier(); !all)
        return failure(all.error());
    return group;
}

base::Result<void> ProcessGroup::sum(std::vector<Tensor>& tensors)
{
    return together("a sum", tensors, [this](std::vector<Tensor>& flat) { m_gloo->group->allreduce(flat)->wait(); });
}

base::Result<void> ProcessGroup::broadcast(std::vector<Tensor>& tensors, std::uint32_t from)
{
    if (from >= size())
        return failure(Error::Code::Argument,
                       "rank " + std::to_string(from) + " is not in a world of " + std::to_string(size()));
    return together("a broadcast from rank " + std::to_string(from), tensors, [this, from](std::vector<Tensor>& flat) {
        c10d::BroadcastOptions options;
        options.rootRank = from;
        m_gloo->group->broadcast(flat, options)->wait();
    });
}

base::Result<std::vector<double>> ProcessGroup::gather(std::span<const double> own)
{
    if (size() == 1)
        return std::vector<double>(own.begin(), own.end());
    const auto counts = meet(step, "a gathering", static_cast<std::int64_t>(own.size()));
    if (!counts)
        return failure(counts.error());
    // All parts as long as the longest: gloo wants them equal.
    const std::int64_t longest = *std::ranges::max_element(*counts);
    std::vector<Tensor> input{torch::zeros({longest}, torch::kDouble)};
    std::ranges::copy(own, input[0].data_ptr<double>());
    std::vector<std::vector<Tensor>> output(1);
    for (std::size_t rank = 0; rank < counts->size(); ++rank)
        output[0].push_back(torch::zeros({longest}, torch::kDouble));
    if (longest > 0)
        if (const auto done = exchange([&] { m_gloo->group->allgather(output, input)->wait(); }); !done)
            return failure(done.error());
    std::vector<double> all;
    for (std::size_t rank = 0; rank < counts->size(); ++rank) {
        const double* part = output[0][rank].data_ptr<double>();
        all.insert(all.end(), part, part + (*counts)[rank]);
    }
    return all;
}

base::Result<void> ProcessGroup::agree(std::string_view topic, std::string_view digest)
{
    if (digest.size() > longestDigest || topic.size() > longestDigest)
        return failure(Error::Code::Argument, "what the ranks should agree on is too long; a hash is meant");
    if (const auto met = meet(topic, digest); !met)
        return failure(met.error());
    return {};
}

base::Result<bool> ProcessGroup::any(bool own)
{
    const auto all = meet(step, "a question to all", own ? 1 : 0);
    if (!all)
        return failure(all.error());
    return std::ranges::any_of(*all, [](std::int64_t one) { return one != 0; });
}

base::Result<void> ProcessGroup::barrier()
{
    if (const auto met = meet(step, "a barrier"); !met)
        return failure(met.error());
    return {};
}

base::Result<std::vector<std::int64_t>> ProcessGroup::meet(std::string_view topic, std::string_view text,
                                                           std::int64_t number)
{
    if (m_over)
        return failure(*m_over);
    if (m_gloo == nullptr)
        return std::vector<std::int64_t>{number};
    auto numbers = m_gloo->line->meet(topic, text, number);
    if (!numbers)
        return over(numbers.error());
    return numbers;
}

/// Calls gloo. The coordinator knows better than gloo who has failed: gloo's neighbour in the ring may have left only
/// because of somebody else.
template <class Work>
base::Result<void> ProcessGroup::exchange(Work work)
try {
    work();
    return {};
} catch (const std::exception& error) {
    if (const auto reason = m_gloo->line->whyOver(3 * pingPeriod(m_gloo->timeout)))
        return over(*reason);
    return over({.code = Error::Code::Unavailable,
                 .what = "the exchange with the other ranks broke off: " + plain(error.what()),
                 .where = rankText(rank(), size())});
}

/// One flat buffer instead of many small ones, so that latency is paid once; tensors are written only when all is well.
template <class Work>
base::Result<void> ProcessGroup::together(std::string_view what, std::vector<Tensor>& tensors, Work work)
{
    for (const Tensor& tensor : tensors)
        if (!tensor.defined() || !tensor.device().is_cpu() || tensor.layout() != torch::kStrided ||
            tensor.scalar_type() != tensors[0].scalar_type())
            return failure(Error::Code::Argument, "the ranks exchange dense tensors of one type in main memory only");
    if (tensors.empty() || size() == 1)
        return {};
    if (const auto met = meet(step, text(what, tensors)); !met)
        return failure(met.error());
    const torch::NoGradGuard values;
    std::vector<Tensor> parts;
    for (const Tensor& tensor : tensors)
        parts.push_back(tensor.detach().reshape({-1}));
    std::vector<Tensor> flat{torch::cat(parts)};
    if (flat[0].numel() == 0)
        return {};
    if (const auto done = exchange([&] { work(flat); }); !done)
        return failure(done.error());
    std::int64_t begin = 0;
    for (Tensor& tensor : tensors) {
        tensor.copy_(flat[0].narrow(0, begin, tensor.numel()).view(tensor.sizes()));
        begin += tensor.numel();
    }
    return {};
}

tl::unexpected<Error> ProcessGroup::over(Error reason)
{
    m_over = std::move(reason);
    return failure(*m_over);
}

} // namespace flowscent::learn
