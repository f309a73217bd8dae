// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/store/corpus_merge.h"

#include "engine/base/atomic_file.h"
#include "engine/store/identical_files.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>

#include <unistd.h>

namespace flowscent::store {

namespace fs = std::filesystem;
using base::Error;
using base::failure;

namespace {

constexpr std::size_t blockSize = 1 << 18;
constexpr std::size_t longestFolder = 60; ///< bytes of an input's name that are kept

/// A file to bring over, and where to, below the result's folder.
struct Item {
    fs::path from;
    fs::path to;
};

/// What will be written.
struct Plan {
    Manifest manifest;
    std::vector<fs::path> captures; ///< of the manifest's rows, where they lie now
    std::vector<Item> items;        ///< captures and label files
    std::set<std::string> splits;   ///< that the inputs have
    MergeReport report;
};

bool contains(const fs::path& folder, const fs::path& inner)
{
    return std::ranges::mismatch(folder, inner).in1 == folder.end();
}

/// The path as the system knows it, without a slash at its end.
fs::path resolved(const fs::path& path)
{
    std::error_code trouble;
    fs::path real = fs::weakly_canonical(fs::absolute(path), trouble);
    if (trouble)
        real = fs::absolute(path).lexically_normal();
    return real.has_filename() ? real : real.parent_path();
}

base::Result<void> checkPlaces(const MergeSettings& settings, const fs::path& out)
{
    std::error_code trouble;
    if (settings.inputs.empty())
        return failure(Error::Code::Argument, "there is no corpus to merge");
    if (fs::exists(out, trouble) && !fs::is_directory(out, trouble))
        return failure(Error::Code::Argument, "exists and is not a folder", out.string());
    if (fs::exists(out, trouble) && !fs::is_empty(out, trouble))
        return failure(Error::Code::Argument, "is not empty; nothing is written over: name a new folder", out.string());
    for (const fs::path& input : settings.inputs) {
        const fs::path real = resolved(input);
        if (contains(real, out) || contains(out, real))
            return failure(Error::Code::Argument, "lies inside the corpus " + input.string() + " or around it",
                           out.string());
    }
    const auto unknown = std::ranges::find_if(settings.splitNames, [](const auto& name) {
        return std::ranges::find(corpusSplits, name.second) == corpusSplits.end();
    });
    if (unknown != settings.splitNames.end())
        return failure(Error::Code::Argument, "a split can be called train, val or test",
                       unknown->first + "=" + unknown->second);
    return {};
}

/// Letters, digits, dots and lines of the input's name; another number behind it where two inputs have the same.
std::string folderFor(const fs::path& input, const std::vector<std::string>& taken)
{
    std::string name = resolved(input).filename().string().substr(0, longestFolder);
    std::ranges::replace_if(
        name,
        [](char c) { return std::isalnum(static_cast<unsigned char>(c)) == 0 && c != '.' && c != '_' && c != '-'; },
        '_');
    if (name.empty() || name.front() == '.')
        name.insert(0, "corpus");
    std::string unique = name;
    for (int number = 2; std::ranges::find(taken, unique) != taken.end(); ++number)
        unique = name + "-" + std::to_string(number);
    return unique;
}

std::size_t placeFor(Manifest& manifest, const std::string& column)
{
    if (const auto place = manifest.place(column))
        return *place;
    manifest.columns.push_back(column);
    for (auto& row : manifest.rows)
        row.emplace_back();
    return manifest.columns.size() - 1;
}

base::Result<void> planCapture(const fs::path& input, const std::string& folder, const std::string& capture, Plan& plan)
{
    const auto file = corpusFile(input, capture, Links::Inside);
    if (!file)
        return failure(file.error().code, file.error().sentence(), input.string());
    plan.captures.push_back(*file);
    plan.items.push_back({*file, folder / fs::path(capture).lexically_normal()});
    const std::string labels = labelsBeside(capture).string();
    std::error_code unknown;
    if (fs::symlink_status(input / labels, unknown).type() == fs::file_type::not_found)
        return {};
    const auto labelFile = corpusFile(input, labels, Links::Inside);
    if (!labelFile)
        return failure(labelFile.error().code, labelFile.error().sentence(), input.string());
    plan.items.push_back({*labelFile, folder / fs::path(labels).lexically_normal()});
    ++plan.report.labelFiles;
    return {};
}

/// An empty session stays empty, for the check to find.
std::string sessionIn(const std::string& folder, const std::string& session)
{
    return session.empty() ? session : folder + "/" + session;
}

base::Result<void> planInput(const fs::path& input, const MergeSettings& settings, Plan& plan,
                             const base::ProgressSink& progress, const std::stop_token& stop)
{
    const auto manifest = wholeManifest(input);
    if (!manifest)
        return failure(manifest.error());
    const std::string folder = folderFor(input, plan.report.folders);
    plan.report.folders.push_back(folder);
    std::vector<std::size_t> places;
    for (const std::string& column : manifest->columns)
        places.push_back(placeFor(plan.manifest, column));
    for (std::size_t row = 0; row < manifest->size(); ++row) {
        if (stop.stop_requested())
            return failure(Error::Code::Cancelled, "merging was stopped; nothing was written");
        if (progress && row % 256 == 0)
            progress({"looking through " + input.string(), row, manifest->size()});
        const std::string& split = manifest->field(row, "split");
        plan.splits.insert(split);
        if (!settings.onlySplits.empty() && !settings.onlySplits.contains(split))
            continue;
        const std::string& capture = manifest->field(row, "capture");
        if (auto planned = planCapture(input, folder, capture, plan); !planned)
            return planned;
        std::vector<std::string> fields(plan.manifest.columns.size());
        for (std::size_t i = 0; i < places.size(); ++i)
            fields[places[i]] = manifest->rows[row][i];
        fields[*plan.manifest.place("capture")] = (folder / fs::path(capture).lexically_normal()).generic_string();
        fields[*plan.manifest.place("session")] = sessionIn(folder, manifest->field(row, "session"));
        if (const auto name = settings.splitNames.find(split); name != settings.splitNames.end())
            fields[*plan.manifest.place("split")] = name->second;
        plan.manifest.rows.push_back(std::move(fields));
        plan.manifest.lines.push_back(plan.manifest.rows.size() + 1);
    }
    return {};
}

/// Two rows for one capture, or two captures with one label file, would write one file twice.
base::Result<void> checkClashes(const Plan& plan)
{
    std::map<fs::path, fs::path> targets;
    for (const Item& item : plan.items) {
        const auto [found, isNew] = targets.emplace(item.to, item.from);
        if (!isNew && found->second != item.from)
            return failure(Error::Code::Format, "two files would have this name in the merged corpus",
                           item.to.string());
    }
    return {};
}

base::Result<void> checkShared(Plan& plan, const MergeSettings& settings, const base::ProgressSink& progress,
                               const std::stop_token& stop)
{
    const auto groups = identicalFiles(plan.captures, progress, stop);
    if (!groups)
        return failure(groups.error());
    std::size_t repeated = 0;
    std::size_t acrossSplits = 0;
    for (const auto& group : *groups) {
        repeated += group.size() - 1;
        const std::size_t first = group.front();
        const auto elsewhere = std::ranges::find_if(group, [&](std::size_t row) {
            return plan.manifest.field(row, "split") != plan.manifest.field(first, "split");
        });
        if (elsewhere == group.end())
            continue;
        const std::string sentence = plan.manifest.field(first, "capture") + " (" +
                                     plan.manifest.field(first, "split") + ") and " +
                                     plan.manifest.field(*elsewhere, "capture") + " (" +
                                     plan.manifest.field(*elsewhere, "split") + ") are the same capture in two splits";
        if (!settings.allowSharedCaptures)
            return failure(Error::Code::Format, sentence);
        if (acrossSplits++ < settings.named)
            plan.report.remarks.push_back(sentence);
    }
    if (acrossSplits > settings.named)
        plan.report.remarks.push_back(std::to_string(acrossSplits - settings.named) +
                                      " further captures lie in two splits");
    if (repeated > 0)
        plan.report.remarks.push_back(std::to_string(repeated) +
                                      " captures repeat another one byte by byte; corpus dedup names them");
    return {};
}

base::Result<void> copyFile(const fs::path& from, const fs::path& to, const std::stop_token& stop)
{
    errno = 0;
    const auto refused = [](const fs::path& file, const char* what) {
        return failure(Error::Code::Io, std::string(what) + std::strerror(errno != 0 ? errno : EIO), file.string());
    };
    std::ifstream in(from, std::ios::binary);
    if (!in)
        return refused(from, "cannot be read: ");
    std::ofstream out(to, std::ios::binary | std::ios::trunc);
    std::vector<char> block(blockSize);
    while (out && (in.read(block.data(), static_cast<std::streamsize>(block.size())) || in.gcount() > 0)) {
        if (stop.stop_requested())
            return failure(Error::Code::Cancelled, "merging was stopped; nothing was written");
        out.write(block.data(), in.gcount());
    }
    if (in.bad())
        return refused(from, "cannot be read: ");
    out.close();
    if (!out)
        return refused(to, "cannot be written: ");
    return {};
}

base::Result<void> bring(const Item& item, const fs::path& into, Transfer transfer, const std::stop_token& stop)
{
    const fs::path target = into / item.to;
    std::error_code trouble;
    fs::create_directories(target.parent_path(), trouble);
    if (trouble)
        return failure(Error::Code::Io, "cannot be made: " + trouble.message(), target.parent_path().string());
    if (fs::symlink_status(target, trouble).type() != fs::file_type::not_found)
        return {}; // the same file for a second row
    trouble.clear();
    if (transfer == Transfer::Copy)
        return copyFile(item.from, target, stop);
    if (transfer == Transfer::HardLink)
        fs::create_hard_link(fs::canonical(item.from, trouble), target, trouble);
    else
        fs::create_symlink(fs::canonical(item.from, trouble), target, trouble);
    if (trouble)
        return failure(Error::Code::Io, "cannot be linked: " + trouble.message() + "; captures can be copied instead",
                       item.from.string());
    return {};
}

base::Result<void> write(const Plan& plan, const fs::path& into, Transfer transfer, const base::ProgressSink& progress,
                         const std::stop_token& stop)
{
    for (std::size_t i = 0; i < plan.items.size(); ++i) {
        if (stop.stop_requested())
            return failure(Error::Code::Cancelled, "merging was stopped; nothing was written");
        if (progress)
            progress({"merging corpora", i, plan.items.size()});
        if (auto brought = bring(plan.items[i], into, transfer, stop); !brought)
            return brought;
    }
    return base::writeAtomically(into / manifestName, csvText(plan.manifest));
}

} // namespace

base::Result<MergeReport> mergeCorpora(const MergeSettings& settings, const base::ProgressSink& progress,
                                       const std::stop_token& stop)
{
    const fs::path out = resolved(settings.out);
    if (auto good = checkPlaces(settings, out); !good)
        return failure(good.error());
    Plan plan{.report = {.problems = Problems(settings.named)}};
    for (const fs::path& input : settings.inputs) {
        if (auto planned = planInput(input, settings, plan, progress, stop); !planned)
            return failure(planned.error());
    }
    for (const std::string& split : settings.onlySplits) {
        if (!plan.splits.contains(split))
            return failure(Error::Code::Format, "none of the corpora has a capture in the split '" + split + "'");
    }
    if (plan.manifest.size() == 0)
        return failure(Error::Code::Format, "none of the corpora has a capture");
    if (auto good = checkClashes(plan); !good)
        return failure(good.error());
    if (auto good = checkShared(plan, settings, progress, stop); !good)
        return failure(good.error());

    // Beside the result, so that one rename makes it appear as a whole.
    const fs::path part = out.string() + ".part-" + std::to_string(::getpid());
    std::error_code trouble;
    fs::create_directories(part.parent_path(), trouble);
    if (!fs::create_directory(part, trouble))
        return failure(Error::Code::Io,
                       "cannot be made: " + (trouble ? trouble.message() : std::string(std::strerror(EEXIST))),
                       part.string());
    auto written = write(plan, part, settings.transfer, progress, stop);
    if (written) {
        fs::rename(part, out, trouble); // replaces an empty folder, and nothing else
        if (trouble)
            written = failure(Error::Code::Io, "cannot be made: " + trouble.message(), out.string());
    }
    if (!written) {
        fs::remove_all(part, trouble);
        return failure(written.error());
    }
    plan.report.captures = plan.manifest.size();
    checkManifest(plan.manifest, plan.report.problems);
    return std::move(plan.report);
}

} // namespace flowscent::store
