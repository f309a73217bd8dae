// SPDX-License-Identifier: GPL-3.0-or-later
// wan_link SETTINGS - carries IP packets between two TUN devices in two namespaces of the lab, as late, as few and as
// disordered as the links of the settings say. Says "ready" when the devices are there, and its counters as one line of
// JSON when it ends: after its seconds, on SIGTERM or SIGINT (all 0), when a device vanishes (1). Wrong settings: one
// sentence, 2. It dies with its parent. To be precise, with the thread that started it: that is how Linux sees it.
#include "forwarder.h"

#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <linux/magic.h>
#include <poll.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fstream>
#include <iostream>
#include <utility>

namespace flowscent::wan {
namespace {

volatile std::sig_atomic_t told = 0; // to end

class File {
public:
    explicit File(int descriptor)
        : m_descriptor(descriptor)
    {
    }
    File(File&& other) noexcept
        : m_descriptor(std::exchange(other.m_descriptor, -1))
    {
    }
    File(const File&) = delete;
    File& operator=(const File&) = delete;
    File& operator=(File&&) = delete;
    ~File()
    {
        if (m_descriptor >= 0)
            close(m_descriptor);
    }
    [[nodiscard]] int get() const { return m_descriptor; }

private:
    int m_descriptor;
};

Problem systemProblem(const std::string& what)
{
    return {what + ": " + std::strerror(errno)}; // one thread only
}

bool isSame(const struct stat& one, const struct stat& other)
{
    return one.st_dev == other.st_dev && one.st_ino == other.st_ino;
}

/// A network namespace of the lab. The settings have seen to its path; here to what the path leads to, which may be
/// anything that somebody mounted there, the machine's own network too.
std::variant<File, Problem> openNamespace(const std::string& path)
{
    File opened(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
    struct stat there {};
    struct statfs kind {};
    if (opened.get() < 0 || fstat(opened.get(), &there) != 0 || fstatfs(opened.get(), &kind) != 0)
        return systemProblem(path);
    if (static_cast<unsigned long>(kind.f_type) != NSFS_MAGIC)
        return Problem{path + " is no namespace"};
    for (const auto* own : {"/proc/self/ns/net", "/proc/1/ns/net"}) {
        struct stat outer {};
        if (stat(own, &outer) == 0 && isSame(there, outer))
            return Problem{path + " is the machine's own network"};
    }
    return opened;
}

std::variant<File, Problem> openDevice(const File& space, const std::string& spacePath, const std::string& name)
{
    const auto what = name + " in " + spacePath;
    if (setns(space.get(), CLONE_NEWNET) != 0)
        return systemProblem(what);
    File device(open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC));
    if (device.get() < 0)
        return systemProblem("/dev/net/tun");
    ifreq request{};
    request.ifr_flags = IFF_TUN | IFF_NO_PI | static_cast<short>(IFF_TUN_EXCL);
    std::ranges::copy(name, request.ifr_name); // zeros follow: the settings allow 15 letters
    if (ioctl(device.get(), TUNSETIFF, &request) != 0)
        return systemProblem(what);
    return device;
}

struct Devices {
    File inside;
    File outside;
};

std::variant<Devices, Problem> openDevices(const Settings& settings)
{
    // Both namespaces are looked at before this process leaves its own.
    auto insideSpace = openNamespace(settings.insideNamespace);
    auto outsideSpace = openNamespace(settings.outsideNamespace);
    for (auto* space : {&insideSpace, &outsideSpace})
        if (auto* problem = std::get_if<Problem>(space))
            return *problem;
    auto inside = openDevice(std::get<File>(insideSpace), settings.insideNamespace, settings.insideDevice);
    if (auto* problem = std::get_if<Problem>(&inside))
        return *problem;
    auto outside = openDevice(std::get<File>(outsideSpace), settings.outsideNamespace, settings.outsideDevice);
    if (auto* problem = std::get_if<Problem>(&outside))
        return *problem;
    return Devices{std::get<File>(std::move(inside)), std::get<File>(std::move(outside))};
}

Time now()
{
    return std::chrono::duration_cast<Time>(std::chrono::steady_clock::now().time_since_epoch());
}

class Loop {
public:
    Loop(const Settings& settings, const Devices& devices, pid_t parent, const sigset_t& whileWaiting)
        : m_forwarder(settings)
        , m_devices(devices)
        , m_parent(parent)
        , m_whileWaiting(whileWaiting)
        , m_end(now() + settings.seconds)
    {
    }

    /// False if a device vanished.
    bool run()
    {
        while (told == 0 && now() < m_end && getppid() == m_parent) {
            if (!wait())
                return false;
            if (!read(Way::Up) || !read(Way::Down))
                return false;
            m_forwarder.advance(
                now(), [this](Way way, std::span<const std::uint8_t> packet, Time due) { send(way, packet, due); });
        }
        return true;
    }

    void report() const
    {
        std::cout << R"({"unsent":)" << m_unsent << R"(,"latest_us":)" << m_latest.count() / 1000 << ","
                  << m_forwarder.counters().substr(1) << std::endl;
    }

private:
    bool wait()
    {
        // Wakes now and then to see whether the parent still lives.
        auto until = std::min(m_end, now() + std::chrono::seconds(1));
        if (const auto next = m_forwarder.next())
            until = std::min(until, *next);
        const auto left = std::max(until - now(), Time::zero());
        const timespec timeout{.tv_sec = left / std::chrono::seconds(1),
                               .tv_nsec = (left % std::chrono::seconds(1)).count()};
        m_ready = {pollfd{m_devices.inside.get(), POLLIN, 0}, pollfd{m_devices.outside.get(), POLLIN, 0}};
        if (ppoll(m_ready.data(), m_ready.size(), &timeout, &m_whileWaiting) < 0) {
            for (auto& device : m_ready)
                device.revents = 0;
            return errno == EINTR;
        }
        return std::ranges::none_of(m_ready,
                                    [](const pollfd& device) { return (device.revents & (POLLERR | POLLNVAL)) != 0; });
    }

    bool read(Way way)
    {
        const auto& device = m_ready[way == Way::Up ? 0 : 1];
        if ((device.revents & POLLIN) == 0)
            return true;
        for (int burst = 0; burst < 64; ++burst) { // then what is due gets its turn
            const auto size = ::read(device.fd, m_buffer.data(), m_buffer.size());
            if (size < 0)
                return errno == EAGAIN || errno == EINTR;
            m_forwarder.take(way, std::span(m_buffer).first(static_cast<std::size_t>(size)), now());
        }
        return true;
    }

    void send(Way way, std::span<const std::uint8_t> packet, Time due)
    {
        m_latest = std::max(m_latest, now() - due);
        const auto& device = way == Way::Up ? m_devices.outside : m_devices.inside;
        if (write(device.get(), packet.data(), packet.size()) != static_cast<ssize_t>(packet.size()))
            ++m_unsent; // the device is down, or the kernel out of memory: a packet less
    }

    Forwarder m_forwarder;
    const Devices& m_devices;
    pid_t m_parent;
    sigset_t m_whileWaiting;
    Time m_end;
    Time m_latest{};
    std::uint64_t m_unsent = 0;
    std::array<pollfd, 2> m_ready{};
    std::array<std::uint8_t, 65536> m_buffer{};
};

/// Signals come only while the loop waits, so that none is missed between a look and a wait.
sigset_t listenToSignals()
{
    sigset_t ends;
    sigset_t before;
    sigemptyset(&ends);
    sigaddset(&ends, SIGTERM);
    sigaddset(&ends, SIGINT);
    sigprocmask(SIG_BLOCK, &ends, &before);
    sigdelset(&before, SIGTERM);
    sigdelset(&before, SIGINT);
    struct sigaction action {};
    action.sa_handler = [](int) { told = 1; };
    sigaction(SIGTERM, &action, nullptr);
    sigaction(SIGINT, &action, nullptr);
    signal(SIGPIPE, SIG_IGN); // nobody may be there to read the counters
    return before;
}

int refuse(const std::string& sentence)
{
    std::cerr << "wan_link: " << sentence << std::endl;
    return 2;
}

int run(const std::string& path)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    prctl(PR_SET_TIMERSLACK, 1UL);
    std::ifstream in(path);
    if (!in)
        return refuse(path + " cannot be read");
    const auto read = readSettings(in);
    if (const auto* problem = std::get_if<Problem>(&read))
        return refuse(path + ": " + problem->text);
    const auto& settings = std::get<Settings>(read);
    const auto parent = getppid();
    // It may have died before this process could ask to be told.
    if (settings.parent ? *settings.parent != parent : parent == 1)
        return refuse("the process that started this one is gone");
    const auto whileWaiting = listenToSignals();
    const auto opened = openDevices(settings);
    if (const auto* problem = std::get_if<Problem>(&opened))
        return refuse(problem->text);
    Loop loop(settings, std::get<Devices>(opened), parent, whileWaiting);
    std::cout << "ready" << std::endl;
    const bool whole = loop.run();
    loop.report();
    if (!whole)
        std::cerr << "wan_link: a device vanished" << std::endl;
    return whole ? 0 : 1;
}

} // namespace
} // namespace flowscent::wan

int main(int count, char** words)
{
    if (count != 2) {
        std::cerr << "usage: wan_link SETTINGS (see packaging/lab/wan/README.md)" << std::endl;
        return 2;
    }
    return flowscent::wan::run(words[1]);
}
