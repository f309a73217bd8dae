// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/store/journal/journal.h"

#include "engine/base/timestamp.h"
#include "engine/store/journal/flow_book.h"
#include "engine/store/journal/journal_schema.h"

#include <chrono>
#include <map>

namespace flowscent::store {

using base::Error;
using base::failure;
using base::Result;

namespace {

constexpr std::string_view verbText(Verb verb)
{
    return verb == Verb::Do ? "do" : verb == Verb::Undo ? "undo" : "redo";
}

hunt::Label labelOf(std::string_view text)
{
    for (const hunt::Label label : {hunt::Label::Threat, hunt::Label::NotThreat, hunt::Label::Unsure}) {
        if (hunt::text(label) == text)
            return label;
    }
    return hunt::Label::None;
}

std::string_view labelWord(hunt::Label label)
{
    return label == hunt::Label::None ? std::string_view() : hunt::text(label);
}

/// Threats as they are kept stay what a hunt can have, whatever a file says.
hunt::ThreatNumber threatOf(std::int64_t number)
{
    return number < 0 || number > static_cast<std::int64_t>(hunt::mostThreats)
               ? hunt::noThreat
               : static_cast<hunt::ThreatNumber>(number);
}

/// Moves the file and what SQLite keeps beside it out of the way; what was there stays readable.
Result<std::filesystem::path> moveAside(const std::filesystem::path& file)
{
    const auto now =
        std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch())
            .count();
    const std::filesystem::path aside = file.string() + ".damaged-" + std::to_string(now);
    std::error_code error;
    std::filesystem::rename(file, aside, error);
    if (error)
        return failure(Error::Code::Io, "is damaged and cannot be put aside: " + error.message(), file.string());
    for (const char* ending : {"-wal", "-shm"}) {
        std::filesystem::rename(file.string() + ending, aside.string() + ending, error);
    }
    return aside;
}

Result<Database> openReady(const std::filesystem::path& file)
{
    auto database = Database::open(file);
    if (!database)
        return failure(database.error());
    if (const auto ready = prepareSchema(*database); !ready)
        return failure(ready.error());
    return database;
}

} // namespace

struct Journal::State {
    Database database;
    std::optional<std::filesystem::path> aside;

    Result<std::int64_t> capture(const CapturePrint& print, base::Nanoseconds now);
    Result<void> writeAct(std::int64_t entry, FlowBook& flows, const hunt::LabelAct& act);
    Result<std::vector<hunt::LabelAct>> actsThatStand(std::int64_t capture, Restored& restored,
                                                      std::vector<std::int64_t>& ids);
    Result<void> readChanges(std::int64_t entry, hunt::LabelAct& act, const RowsOfFlows& rows, std::size_t& lost);
};

Result<Journal> Journal::open(const std::filesystem::path& file)
{
    std::error_code error;
    std::filesystem::create_directories(file.parent_path(), error);
    if (error)
        return failure(Error::Code::Io, error.message(), file.parent_path().string());
    std::optional<std::filesystem::path> aside;
    auto database = openReady(file);
    if (!database && database.error().code == Error::Code::Format) {
        auto moved = moveAside(file);
        if (!moved)
            return failure(moved.error());
        aside = std::move(*moved);
        database = openReady(file);
    }
    if (!database)
        return failure(database.error());
    return Journal(std::make_unique<State>(State{std::move(*database), std::move(aside)}));
}

Journal::Journal(std::unique_ptr<State> state)
    : m_state(std::move(state))
{
}

Journal::Journal(Journal&&) noexcept = default;
Journal& Journal::operator=(Journal&&) noexcept = default;
Journal::~Journal() = default;

const std::optional<std::filesystem::path>& Journal::putAside() const
{
    return m_state->aside;
}

/// The capture's number, with the paths where it lies now noted.
Result<std::int64_t> Journal::State::capture(const CapturePrint& print, base::Nanoseconds now)
{
    auto add = database.prepare("INSERT INTO capture (digest) VALUES (?) ON CONFLICT DO NOTHING");
    auto find = database.prepare("SELECT id FROM capture WHERE digest = ?");
    auto note = database.prepare("INSERT OR REPLACE INTO capture_file VALUES (?, ?, ?, ?, ?, ?)");
    for (const auto* made : {&add, &find, &note}) {
        if (!*made)
            return failure(made->error());
    }
    if (auto added = add->run(print.digest); !added)
        return failure(added.error());
    find->bind(print.digest);
    if (auto row = find->step(); !row)
        return failure(row.error());
    const std::int64_t id = find->number(0);
    for (std::size_t i = 0; i < print.files.size(); ++i) {
        const FilePrint& file = print.files[i];
        if (auto noted = note->run(id, static_cast<std::int64_t>(i), file.path.string(),
                                   static_cast<std::int64_t>(file.size), file.digest, now);
            !noted)
            return failure(noted.error());
    }
    return id;
}

Result<void> Journal::append(const CapturePrint& capture, const flow::FlowTable& table, const JournalEntry& entry)
{
    auto transaction = Transaction::begin(m_state->database);
    if (!transaction)
        return failure(transaction.error());
    const auto id = m_state->capture(capture, entry.time);
    if (!id)
        return failure(id.error());
    auto insert = m_state->database.prepare(
        "INSERT INTO entry (capture, verb, program, number, act_program, act_first, act_last, kind, text, user, time, "
        "reason, revision) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    if (!insert)
        return failure(insert.error());
    const hunt::LabelAct& act = *entry.act;
    if (auto done = insert->run(*id, verbText(entry.verb), entry.program, static_cast<std::int64_t>(entry.number),
                                act.name.program, static_cast<std::int64_t>(act.name.first),
                                static_cast<std::int64_t>(act.name.last), hunt::text(act.kind), act.text, entry.user,
                                entry.time, act.context.reason, static_cast<std::int64_t>(act.context.revision));
        !done)
        return done;
    if (entry.verb == Verb::Do) {
        auto flows = FlowBook::open(m_state->database, *id, table);
        if (!flows)
            return failure(flows.error());
        if (auto done = m_state->writeAct(m_state->database.lastRow(), *flows, act); !done)
            return done;
    }
    return transaction->commit();
}

Result<void> Journal::State::writeAct(std::int64_t entry, FlowBook& flows, const hunt::LabelAct& act)
{
    auto mark = database.prepare("INSERT INTO mark_change VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    auto note = database.prepare("INSERT INTO note_change VALUES (?, ?, ?, ?)");
    auto name = database.prepare("INSERT INTO threat_name VALUES (?, ?, ?, ?)");
    auto background = database.prepare("INSERT INTO background_flow VALUES (?, ?)");
    for (const auto* made : {&mark, &note, &name, &background}) {
        if (!*made)
            return failure(made->error());
    }
    Result<void> done;
    for (const hunt::MarkChange& change : act.marks) {
        const auto flow = flows.number(change.flow);
        if (!flow)
            return failure(flow.error());
        done = mark->run(entry, *flow, labelWord(change.before.label), labelWord(change.after.label),
                         std::int64_t{change.before.threat}, std::int64_t{change.after.threat},
                         std::int64_t{change.before.bookmarked}, std::int64_t{change.after.bookmarked},
                         std::int64_t{change.before.skipped}, std::int64_t{change.after.skipped});
        if (!done)
            return done;
    }
    for (const hunt::NoteChange& change : act.notes) {
        const auto flow = flows.number(change.flow);
        if (!flow)
            return failure(flow.error());
        if (done = note->run(entry, *flow, change.before, change.after); !done)
            return done;
    }
    if (act.threats) {
        const hunt::Threats& threats = act.threats->after;
        for (std::size_t i = 0; i < threats.names.size(); ++i) {
            const auto threat = static_cast<std::int64_t>(i + 1);
            if (done = name->run(entry, threat, threats.names[i], std::int64_t{threat == threats.active}); !done)
                return done;
        }
    }
    if (act.background && act.background->after) {
        for (const flow::FlowId chosen : act.background->after->flows()) {
            const auto flow = flows.number(chosen);
            if (!flow)
                return failure(flow.error());
            if (done = background->run(entry, *flow); !done)
                return done;
        }
    }
    return {};
}

/// Entries in the order they were written: what was taken back falls away, what was done again comes last.
Result<std::vector<hunt::LabelAct>> Journal::State::actsThatStand(std::int64_t capture, Restored& restored,
                                                                  std::vector<std::int64_t>& ids)
{
    struct Known {
        std::int64_t id = 0;
        hunt::LabelAct act;
        bool standing = true;
        std::int64_t since = 0;
    };
    auto select = database.prepare("SELECT id, verb, act_program, act_first, act_last, kind, text, user, time, reason, "
                                   "revision FROM entry WHERE capture = ? ORDER BY id");
    if (!select)
        return failure(select.error());
    select->bind(capture);
    std::map<std::pair<std::string, std::uint64_t>, Known> known;
    for (;;) {
        const auto row = select->step();
        if (!row)
            return failure(row.error());
        if (!*row)
            break;
        const std::int64_t id = select->number(0);
        const std::string verb = select->text(1);
        const hunt::ActName name{select->text(2), static_cast<std::uint64_t>(select->number(3)),
                                 static_cast<std::uint64_t>(select->number(4))};
        const auto kind = hunt::actKind(select->text(5));
        restored.latest = std::max(restored.latest, select->number(8));
        if (verb != "do") {
            for (auto one = known.lower_bound({name.program, name.first});
                 one != known.end() && one->first <= std::pair(name.program, name.last); ++one) {
                one->second.standing = verb == "redo";
                one->second.since = id;
            }
        } else if (kind) {
            hunt::LabelAct act;
            act.kind = *kind;
            act.text = select->text(6);
            act.name = name;
            act.context = {select->number(8), select->text(7), select->text(9),
                           static_cast<std::uint64_t>(select->number(10))};
            known[{name.program, name.first}] = {id, std::move(act), true, id};
        }
    }
    std::map<std::pair<std::int64_t, std::int64_t>, Known*> order;
    for (auto& [name, one] : known) {
        if (one.standing)
            order[{one.since, one.id}] = &one;
    }
    std::vector<hunt::LabelAct> acts;
    for (auto& [place, one] : order) {
        ids.push_back(one->id);
        acts.push_back(std::move(one->act));
    }
    return acts;
}

Result<void> Journal::State::readChanges(std::int64_t entry, hunt::LabelAct& act, const RowsOfFlows& rows,
                                         std::size_t& lost)
{
    auto marks = database.prepare("SELECT flow, label_before, label_after, threat_before, threat_after, "
                                  "bookmarked_before, bookmarked_after, skipped_before, skipped_after "
                                  "FROM mark_change WHERE entry = ?");
    auto notes = database.prepare("SELECT flow, note_before, note_after FROM note_change WHERE entry = ?");
    auto names = database.prepare("SELECT threat, name, active FROM threat_name WHERE entry = ? ORDER BY threat");
    auto background = database.prepare("SELECT flow FROM background_flow WHERE entry = ?");
    for (const auto* made : {&marks, &notes, &names, &background}) {
        if (!*made)
            return failure(made->error());
    }
    const auto each = [entry](Statement& statement, const auto& take) -> Result<void> {
        statement.bind(entry);
        for (;;) {
            const auto row = statement.step();
            if (!row)
                return failure(row.error());
            if (!*row)
                return {};
            take(statement);
        }
    };
    const auto known = [&](std::int64_t flow) {
        const auto found = rows.find(flow);
        lost += found == rows.end() ? 1U : 0U;
        return found == rows.end() ? std::nullopt : std::optional(found->second);
    };
    if (auto done = each(*marks,
                         [&](const Statement& row) {
                             const auto flow = known(row.number(0));
                             if (!flow)
                                 return;
                             const hunt::Mark before{labelOf(row.text(1)), threatOf(row.number(3)), row.number(5) != 0,
                                                     row.number(7) != 0};
                             const hunt::Mark after{labelOf(row.text(2)), threatOf(row.number(4)), row.number(6) != 0,
                                                    row.number(8) != 0};
                             act.marks.push_back({*flow, before, after});
                         });
        !done)
        return done;
    if (auto done = each(*notes,
                         [&](const Statement& row) {
                             if (const auto flow = known(row.number(0)))
                                 act.notes.push_back({*flow, hunt::tidied(row.text(1), hunt::longestNote),
                                                      hunt::tidied(row.text(2), hunt::longestNote)});
                         });
        !done)
        return done;
    hunt::Threats threats;
    threats.names.clear();
    if (auto done = each(*names,
                         [&](const Statement& row) {
                             if (threats.names.size() >= hunt::mostThreats)
                                 return;
                             threats.names.push_back(hunt::tidied(row.text(1), hunt::longestName));
                             if (row.number(2) != 0)
                                 threats.active = static_cast<hunt::ThreatNumber>(threats.names.size());
                         });
        !done)
        return done;
    if (!threats.names.empty())
        act.threats = hunt::ThreatsChange{{}, std::move(threats)};
    if (act.kind == hunt::ActKind::Background) {
        flow::FlowSet flows;
        if (auto done = each(*background,
                             [&](const Statement& row) {
                                 if (const auto flow = known(row.number(0)))
                                     flows.insert(*flow);
                             });
            !done)
            return done;
        act.background = hunt::BackgroundChange{
            nullptr, flows.empty() ? nullptr : std::make_shared<const flow::FlowSet>(std::move(flows))};
    }
    return {};
}

Result<Restored> Journal::read(const CapturePrint& capture, const flow::FlowTable& table, const std::stop_token& stop)
{
    Restored restored;
    auto find = m_state->database.prepare("SELECT id FROM capture WHERE digest = ?");
    if (!find)
        return failure(find.error());
    find->bind(capture.digest);
    const auto found = find->step();
    if (!found)
        return failure(found.error());
    if (!*found)
        return restored;
    const std::int64_t id = find->number(0);
    std::vector<std::int64_t> entries;
    auto acts = m_state->actsThatStand(id, restored, entries);
    if (!acts)
        return failure(acts.error());
    if (acts->empty())
        return restored;
    const auto rows = rowsOfFlows(m_state->database, id, table, stop);
    if (!rows)
        return failure(rows.error());
    for (std::size_t i = 0; i < acts->size(); ++i) {
        if (stop.stop_requested())
            return failure(Error::Code::Cancelled, "another capture was opened");
        if (auto done = m_state->readChanges(entries[i], (*acts)[i], *rows, restored.lost); !done)
            return failure(done.error());
        if (!(*acts)[i].empty())
            restored.acts.push_back(std::move((*acts)[i]));
    }
    return restored;
}

} // namespace flowscent::store
