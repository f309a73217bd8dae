// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/store/journal/database.h"

#include <sqlite3.h>

#include <tuple>
#include <utility>

namespace flowscent::store {

using base::Error;
using base::failure;
using base::Result;

void Statement::Close::operator()(sqlite3_stmt* statement) const noexcept
{
    sqlite3_finalize(statement);
}

Statement::Statement(Database& database, sqlite3_stmt* statement)
    : m_database(&database)
    , m_statement(statement)
{
}

Result<bool> Statement::step()
{
    switch (sqlite3_step(m_statement.get())) {
    case SQLITE_ROW:
        return true;
    case SQLITE_DONE:
        return false;
    default:
        return m_database->failed();
    }
}

std::int64_t Statement::number(int column) const
{
    return sqlite3_column_int64(m_statement.get(), column);
}

std::string Statement::text(int column) const
{
    const unsigned char* bytes = sqlite3_column_text(m_statement.get(), column);
    const auto size = static_cast<std::size_t>(sqlite3_column_bytes(m_statement.get(), column));
    return bytes == nullptr ? std::string() : std::string(bytes, bytes + size);
}

void Statement::reset()
{
    sqlite3_reset(m_statement.get()); // what went wrong before was told by step
    sqlite3_clear_bindings(m_statement.get());
}

void Statement::put(int index, std::int64_t value)
{
    sqlite3_bind_int64(m_statement.get(), index, value);
}

void Statement::put(int index, std::string_view value)
{
    const char* bytes = value.data() == nullptr ? "" : value.data(); // an empty text is not NULL
    sqlite3_bind_text(m_statement.get(), index, bytes, static_cast<int>(value.size()), SQLITE_TRANSIENT);
}

void Database::Close::operator()(sqlite3* handle) const noexcept
{
    sqlite3_close_v2(handle);
}

Database::Database(std::filesystem::path file)
    : m_file(std::move(file))
{
}

Database::Database(Database&&) noexcept = default;
Database& Database::operator=(Database&&) noexcept = default;
Database::~Database() = default;

Result<Database> Database::open(const std::filesystem::path& file)
{
    Database database(file);
    sqlite3* handle = nullptr;
    const int opened = sqlite3_open_v2(file.c_str(), &handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, nullptr);
    database.m_handle.reset(handle);
    if (opened != SQLITE_OK)
        return database.failed();
    sqlite3_extended_result_codes(handle, 1);
    sqlite3_busy_timeout(handle, patience);
    if (auto logging = database.useWriteAheadLog(); !logging)
        return failure(logging.error());
    if (auto set = database.run("PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;"
                                "PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON;");
        !set)
        return failure(set.error());
    return database;
}

/// Who changes to the log while another opens the same new file is told at once that it is locked: SQLite does not wait
/// here, whatever its busy timeout (https://www.sqlite.org/wal.html, "Sometimes Queries Return SQLITE_BUSY In WAL
/// Mode").
Result<void> Database::useWriteAheadLog()
{
    constexpr int pause = 5; // ms
    for (int waited = 0;; waited += pause) {
        auto changed = run("PRAGMA journal_mode = WAL");
        const bool busy = !changed && (sqlite3_errcode(m_handle.get()) & 0xff) == SQLITE_BUSY;
        if (!busy || waited >= patience)
            return changed;
        sqlite3_sleep(pause);
    }
}

Result<Statement> Database::prepare(std::string_view sql)
{
    sqlite3_stmt* statement = nullptr;
    if (sqlite3_prepare_v2(m_handle.get(), sql.data(), static_cast<int>(sql.size()), &statement, nullptr) != SQLITE_OK)
        return failed();
    return Statement(*this, statement);
}

Result<void> Database::run(const std::string& sql)
{
    if (sqlite3_exec(m_handle.get(), sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK)
        return failed();
    return {};
}

Result<std::int64_t> Database::number(std::string_view sql)
{
    auto statement = prepare(sql);
    if (!statement)
        return failure(statement.error());
    const auto row = statement->step();
    if (!row)
        return failure(row.error());
    return *row ? statement->number(0) : 0;
}

std::int64_t Database::lastRow() const
{
    return sqlite3_last_insert_rowid(m_handle.get());
}

tl::unexpected<Error> Database::failed() const
{
    if (m_handle == nullptr)
        return failure(Error::Code::Io, "there is not enough memory to open it", m_file.string());
    const int code = sqlite3_errcode(m_handle.get()) & 0xff;
    const bool damaged = code == SQLITE_CORRUPT || code == SQLITE_NOTADB;
    std::string what = sqlite3_errmsg(m_handle.get());
    if (code == SQLITE_BUSY || code == SQLITE_LOCKED)
        what = "another program keeps it locked";
    else if (code == SQLITE_FULL)
        what = "there is no room left on the disk";
    return failure(damaged ? Error::Code::Format : Error::Code::Io, std::move(what), m_file.string());
}

Result<Transaction> Transaction::begin(Database& database)
{
    if (auto begun = database.run("BEGIN IMMEDIATE"); !begun)
        return failure(begun.error());
    return Transaction(database);
}

Result<Transaction> Transaction::read(Database& database)
{
    if (auto begun = database.run("BEGIN"); !begun)
        return failure(begun.error());
    return Transaction(database);
}

Transaction::Transaction(Database& database)
    : m_database(&database)
{
}

Transaction::Transaction(Transaction&& other) noexcept
    : m_database(std::exchange(other.m_database, nullptr))
{
}

Transaction::~Transaction()
{
    if (m_database != nullptr)
        std::ignore = m_database->run("ROLLBACK"); // after a full disk SQLite has done so itself
}

Result<void> Transaction::commit()
{
    auto done = m_database->run("COMMIT");
    if (done)
        m_database = nullptr;
    return done;
}

} // namespace flowscent::store
