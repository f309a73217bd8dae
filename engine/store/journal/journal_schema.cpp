// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/store/journal/journal_schema.h"

namespace flowscent::store {

using base::Error;
using base::failure;
using base::Result;

namespace {

/// Described in engine/store/FORMAT.md.
constexpr const char* tables = R"sql(
CREATE TABLE capture (
    id INTEGER PRIMARY KEY,
    digest TEXT NOT NULL UNIQUE
) STRICT;
CREATE TABLE capture_file (
    capture INTEGER NOT NULL REFERENCES capture(id),
    position INTEGER NOT NULL,
    path TEXT NOT NULL,
    size INTEGER NOT NULL,
    digest TEXT NOT NULL,
    seen INTEGER NOT NULL,
    PRIMARY KEY (capture, position, path)
) STRICT, WITHOUT ROWID;
CREATE TABLE entry (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    capture INTEGER NOT NULL REFERENCES capture(id),
    verb TEXT NOT NULL CHECK (verb IN ('do', 'undo', 'redo')),
    program TEXT NOT NULL,
    number INTEGER NOT NULL,
    act_program TEXT NOT NULL,
    act_first INTEGER NOT NULL,
    act_last INTEGER NOT NULL,
    kind TEXT NOT NULL,
    text TEXT NOT NULL,
    user TEXT NOT NULL,
    time INTEGER NOT NULL,
    reason TEXT NOT NULL,
    revision INTEGER NOT NULL
) STRICT;
CREATE INDEX entry_of_capture ON entry (capture, id);
CREATE TABLE flow (
    id INTEGER PRIMARY KEY,
    capture INTEGER NOT NULL REFERENCES capture(id),
    row INTEGER NOT NULL,
    client TEXT NOT NULL,
    client_port INTEGER NOT NULL,
    server TEXT NOT NULL,
    server_port INTEGER NOT NULL,
    protocol INTEGER NOT NULL,
    start INTEGER NOT NULL,
    community_id TEXT NOT NULL,
    UNIQUE (capture, row, start, client, client_port, server, server_port, protocol)
) STRICT;
CREATE TABLE mark_change (
    entry INTEGER NOT NULL REFERENCES entry(id),
    flow INTEGER NOT NULL REFERENCES flow(id),
    label_before TEXT NOT NULL,
    label_after TEXT NOT NULL,
    threat_before INTEGER NOT NULL,
    threat_after INTEGER NOT NULL,
    bookmarked_before INTEGER NOT NULL,
    bookmarked_after INTEGER NOT NULL,
    skipped_before INTEGER NOT NULL,
    skipped_after INTEGER NOT NULL,
    PRIMARY KEY (entry, flow)
) STRICT, WITHOUT ROWID;
CREATE TABLE note_change (
    entry INTEGER NOT NULL REFERENCES entry(id),
    flow INTEGER NOT NULL REFERENCES flow(id),
    note_before TEXT NOT NULL,
    note_after TEXT NOT NULL,
    PRIMARY KEY (entry, flow)
) STRICT, WITHOUT ROWID;
CREATE TABLE threat_name (
    entry INTEGER NOT NULL REFERENCES entry(id),
    threat INTEGER NOT NULL,
    name TEXT NOT NULL,
    active INTEGER NOT NULL,
    PRIMARY KEY (entry, threat)
) STRICT, WITHOUT ROWID;
CREATE TABLE background_flow (
    entry INTEGER NOT NULL REFERENCES entry(id),
    flow INTEGER NOT NULL REFERENCES flow(id),
    PRIMARY KEY (entry, flow)
) STRICT, WITHOUT ROWID;
)sql";

struct Found {
    std::int64_t application = 0;
    std::int64_t version = 0;
    std::int64_t objects = 0; ///< tables and the like; 0 in a new file
};

/// All at one moment: another program may be making the tables.
Result<Found> lookAt(Database& database)
{
    auto moment = Transaction::read(database);
    if (!moment)
        return failure(moment.error());
    const auto application = database.number("PRAGMA application_id");
    const auto version = database.number("PRAGMA user_version");
    const auto objects = database.number("SELECT count(*) FROM sqlite_schema");
    for (const auto* answer : {&application, &version, &objects}) {
        if (!*answer)
            return failure(answer->error());
    }
    return Found{*application, *version, *objects};
}

} // namespace

Result<void> prepareSchema(Database& database)
{
    const auto found = lookAt(database);
    if (!found)
        return failure(found.error());
    if (found->objects > 0) {
        if (found->application != journalApplication)
            return failure(Error::Code::Unavailable, "is another program's file", database.file().string());
        if (found->version > journalVersion)
            return failure(Error::Code::Unavailable, "was written by a newer Flowscent", database.file().string());
        auto check = database.prepare("PRAGMA quick_check(1)");
        if (!check)
            return failure(check.error());
        const auto row = check->step();
        if (!row)
            return failure(row.error());
        if (!*row || check->text(0) != "ok")
            return failure(Error::Code::Format, "is damaged: " + check->text(0), database.file().string());
        return {};
    }
    auto transaction = Transaction::begin(database);
    if (!transaction)
        return failure(transaction.error());
    // Another program may have been quicker.
    const auto meanwhile = database.number("SELECT count(*) FROM sqlite_schema");
    if (!meanwhile)
        return failure(meanwhile.error());
    if (*meanwhile == 0) {
        auto made = database.run(std::string(tables) + "PRAGMA application_id = " + std::to_string(journalApplication) +
                                 "; PRAGMA user_version = " + std::to_string(journalVersion) + ";");
        if (!made)
            return failure(made.error());
    }
    return transaction->commit();
}

} // namespace flowscent::store
