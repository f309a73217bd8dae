// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "engine/base/error.h"

struct sqlite3;
struct sqlite3_stmt;

namespace flowscent::store {

class Database;

/// One prepared statement: bound, stepped, reset, used again. Belongs to its database and its thread.
class Statement {
public:
    /// In the order of the question marks, 1-based inside. Resets what was bound and read before.
    template <class... Values>
    void bind(const Values&... values)
    {
        reset();
        int index = 0;
        (put(++index, values), ...);
    }
    /// Whether there is (another) row. Errors: Io with SQLite's words.
    [[nodiscard]] base::Result<bool> step();
    /// Runs a statement that gives no rows.
    template <class... Values>
    [[nodiscard]] base::Result<void> run(const Values&... values)
    {
        bind(values...);
        const auto done = step();
        reset();
        if (!done)
            return base::failure(done.error());
        return {};
    }
    [[nodiscard]] std::int64_t number(int column) const;
    [[nodiscard]] std::string text(int column) const;
    void reset();

private:
    friend class Database;
    struct Close {
        void operator()(sqlite3_stmt* statement) const noexcept;
    };
    Statement(Database& database, sqlite3_stmt* statement);
    void put(int index, std::int64_t value);
    void put(int index, std::string_view value);

    Database* m_database;
    std::unique_ptr<sqlite3_stmt, Close> m_statement;
};

/// An SQLite file of which every committed transaction is on the disk (write-ahead log, synchronous = FULL). Several
/// programs may have it open; a writer waits for another up to `patience`. Belongs to one thread.
class Database {
public:
    static constexpr int patience = 5000; ///< ms

    /// Makes the file where it is missing. Errors: Io with SQLite's words; Format when it is no database or damaged.
    [[nodiscard]] static base::Result<Database> open(const std::filesystem::path& file);
    Database(Database&&) noexcept;
    Database& operator=(Database&&) noexcept;
    ~Database();

    [[nodiscard]] base::Result<Statement> prepare(std::string_view sql);
    [[nodiscard]] base::Result<void> run(const std::string& sql);          ///< one or more statements without rows
    [[nodiscard]] base::Result<std::int64_t> number(std::string_view sql); ///< the first value; 0 without a row
    [[nodiscard]] std::int64_t lastRow() const;
    [[nodiscard]] tl::unexpected<base::Error> failed() const; ///< what SQLite says of its latest failure
    [[nodiscard]] const std::filesystem::path& file() const { return m_file; }

private:
    struct Close {
        void operator()(sqlite3* handle) const noexcept;
    };
    explicit Database(std::filesystem::path file);
    [[nodiscard]] base::Result<void> useWriteAheadLog();

    std::filesystem::path m_file;
    std::unique_ptr<sqlite3, Close> m_handle;
};

/// Undone unless `commit` was called.
class Transaction {
public:
    /// Takes the writer's place at once, so that two programs never wait for each other.
    [[nodiscard]] static base::Result<Transaction> begin(Database& database);
    /// All that is read in it is of one moment, whatever others write meanwhile.
    [[nodiscard]] static base::Result<Transaction> read(Database& database);
    Transaction(Transaction&& other) noexcept;
    Transaction& operator=(Transaction&&) = delete;
    ~Transaction();
    [[nodiscard]] base::Result<void> commit();

private:
    explicit Transaction(Database& database);
    Database* m_database;
};

} // namespace flowscent::store
