// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "engine/base/safetensors.h"
#include "engine/base/tensor_header.h"

#include <limits>

using namespace flowscent::base;

namespace {

std::string withHeader(const std::string& header, const std::string& data = {})
{
    std::string bytes(8, '\0');
    for (std::size_t i = 0; i < 8; ++i)
        bytes[i] = static_cast<char>((header.size() >> (8 * i)) & 0xff);
    return bytes + header + data;
}

/// The header alone must be refused where the whole is, but for numbers.
Result<TensorFile> parse(const std::string& bytes)
{
    const std::span all(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
    auto whole = parseTensors(all, "file");
    const auto header = parseTensorHeader(all, bytes.size(), "file");
    const bool numbers = !whole && whole.error().what.find("not finite") != std::string::npos;
    if (header.has_value() != (whole.has_value() || numbers))
        return failure(Error::Code::Argument, "header and whole are judged otherwise");
    return whole;
}

} // namespace

class SafetensorsTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    /// Written by hand from the format's description: 8-byte length, JSON, then little-endian float32 1.0 and -2.5.
    void readsAFileWrittenByHand()
    {
        const std::string data("\x00\x00\x80\x3f\x00\x00\x20\xc0", 8);
        const auto file = parse(
            withHeader(R"({"__metadata__":{"k":"v"},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}})", data));
        QVERIFY(file);
        const std::vector<float> expected{1.0F, -2.5F};
        QVERIFY(file->tensors.at("a").values == expected);
        QCOMPARE(file->text("k").value(), std::string("v"));
        QCOMPARE(file->matrix("a")->columns, std::size_t(2));
        QCOMPARE(file->matrix("b").error().code, Error::Code::Model);
    }

    void roundTripKeepsEveryBit()
    {
        TensorFile file;
        Matrix matrix(2, 3);
        matrix.values = {1.5F, -0.0F, 1e-40F, 3.0e38F, std::numeric_limits<float>::denorm_min(), 7.0F};
        file.put("weights", matrix);
        file.put("bias", std::vector<float>{0.25F});
        file.put("empty", Matrix(0, 4));
        file.metadata = {{"format", "x/1"}, {"text", "a \"quoted\" ü"}};
        const std::string bytes = serialise(file);
        QVERIFY(parse(bytes).value() == file);
        QCOMPARE(serialise(*parse(bytes)), bytes);
        QCOMPARE(bytes.size() % 4, std::size_t(0));
    }

    void theHeaderAloneSaysWhatIsThere()
    {
        const std::string header =
            R"({"__metadata__":{"k":"v"},"a":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]}})";
        const std::string bytes = withHeader(header);
        const auto read = [&bytes](std::size_t size) {
            return parseTensorHeader({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()}, size, "file");
        };
        const auto found = read(bytes.size() + 8);
        QVERIFY(found);
        QCOMPARE(found->metadata.at("k"), std::string("v"));
        QVERIFY((found->shapes.at("a") == std::vector<std::uint64_t>{1, 2}));
        for (const std::size_t other : {std::size_t(0), bytes.size(), bytes.size() + 7, bytes.size() + 9})
            QVERIFY(!read(other));
    }

    void hostileHeadersAreRefused_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        const auto row = [](const char* name, const std::string& bytes) {
            QTest::newRow(name) << QByteArray(bytes.data(), static_cast<qsizetype>(bytes.size()));
        };
        const std::string four(4, '\0');
        row("empty", "");
        row("short", "1234567");
        row("length beyond the end", std::string(8, '\x7f') + "{}");
        row("length overflows", std::string(8, '\xff') + "{}");
        row("not JSON", withHeader("hello"));
        row("a list", withHeader("[]"));
        row("deep nesting", withHeader(std::string(100'000, '[')));
        row("wrong type", withHeader(R"({"a":{"dtype":"F16","shape":[2],"data_offsets":[0,4]}})", four));
        row("no type", withHeader(R"({"a":{"shape":[1],"data_offsets":[0,4]}})", four));
        row("negative extent", withHeader(R"({"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}})", four));
        row("extent overflows",
            withHeader(R"({"a":{"dtype":"F32","shape":[4294967296,4294967296,4],"data_offsets":[0,4]}})", four));
        row("shape disagrees", withHeader(R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}})", four));
        row("offsets reversed", withHeader(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}})", four));
        row("offsets beyond", withHeader(R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}})", four));
        row("three offsets", withHeader(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4,4]}})", four));
        row("hole", withHeader(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}})", four + four));
        row("overlap", withHeader(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},)"
                                  R"("b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})",
                                  four));
        row("trailing bytes", withHeader(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})", four + "x"));
        row("metadata not text", withHeader(R"({"__metadata__":{"a":1}})"));
        row("tensor is a number", withHeader(R"({"a":1})"));
        row("not finite", withHeader(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})",
                                     std::string("\x00\x00\xc0\x7f", 4)));
    }

    void hostileHeadersAreRefused()
    {
        QFETCH(QByteArray, bytes);
        const auto file = parse(bytes.toStdString());
        QVERIFY(!file);
        QCOMPARE(file.error().code, Error::Code::Format);
        QCOMPARE(file.error().where, std::string("file"));
    }

    void everyTruncationAndEveryFlippedBitEndsInAResult()
    {
        TensorFile file;
        file.put("weights", Matrix(3, 3));
        file.metadata["k"] = "v";
        const std::string bytes = serialise(file);
        for (std::size_t length = 0; length < bytes.size(); ++length)
            QVERIFY(!parse(bytes.substr(0, length)));
        for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
            std::string flipped = bytes;
            flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
            (void)parse(flipped); // good or refused, never undefined
        }
    }
};

QTEST_GUILESS_MAIN(SafetensorsTest)
#include "safetensors_test.moc"
