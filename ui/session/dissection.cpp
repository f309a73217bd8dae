// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/session/dissection.h"

#include <QCoreApplication>
#include <QXmlStreamReader>

#include <algorithm>

namespace flowscent::ui {

namespace {

constexpr std::size_t mostNodes = 1'000'000;
constexpr std::size_t mostLevels = 64;
constexpr qsizetype mostText = 2000; ///< characters of a node

QString translated(const char* text)
{
    return QCoreApplication::translate("flowscent", text);
}

/// One line, whatever the packet put into it.
QString oneLine(QStringView text)
{
    QString line = text.left(mostText).toString();
    for (QChar& sign : line) {
        if (!sign.isPrint())
            sign = QLatin1Char(' ');
    }
    return line;
}

class PdmlReader {
public:
    PdmlReader(const QByteArray& pdml, Dissection& dissection)
        : m_xml(pdml)
        , m_dissection(dissection)
    {
    }
    /// False when stopped.
    bool read(const std::stop_token& stop);

private:
    struct Open {
        std::uint32_t node = DissectedNode::none; ///< none for elements that are passed over
        bool packet = false;
    };
    void begin();
    void beginPacket();
    [[nodiscard]] std::uint32_t put(DissectedNode node);
    [[nodiscard]] std::uint32_t parent() const { return m_open.empty() ? DissectedNode::none : m_open.back().node; }
    void place(DissectedNode& node, const QXmlStreamAttributes& attributes, bool field);

    QXmlStreamReader m_xml;
    Dissection& m_dissection;
    std::vector<Open> m_open;
    std::size_t m_hidden = 0; ///< elements open within one that is not shown
    std::uint32_t m_packet = DissectedNode::none;
};

std::uint32_t PdmlReader::put(DissectedNode node)
{
    m_dissection.nodes.push_back(std::move(node));
    return static_cast<std::uint32_t>(m_dissection.nodes.size() - 1);
}

void PdmlReader::beginPacket()
{
    m_packet = static_cast<std::uint32_t>(m_dissection.packets.size());
    DissectedNode node;
    node.packet = m_packet;
    node.text = translated("Packet %1").arg(m_packet + 1);
    if (m_packet < m_dissection.of->packets.size())
        node.length = static_cast<std::uint32_t>(m_dissection.of->packets[m_packet].stored.bytes.size());
    m_dissection.packets.push_back(put(std::move(node)));
    m_open.push_back({m_dissection.packets.back(), true});
}

void PdmlReader::place(DissectedNode& node, const QXmlStreamAttributes& attributes, bool field)
{
    const std::uint32_t begin = attributes.value(QLatin1String("pos")).toUInt();
    const std::uint32_t length = attributes.value(QLatin1String("size")).toUInt();
    if (m_packet >= m_dissection.of->packets.size() || length == 0)
        return;
    const auto& bytes = m_dissection.of->packets[m_packet].stored.bytes;
    if (begin > bytes.size() || length > bytes.size() - begin)
        return;
    if (field) { // "unmaskedvalue" are the bytes themselves where "value" is some of their bits
        QStringView told = attributes.value(QLatin1String("unmaskedvalue"));
        if (told.isEmpty())
            told = attributes.value(QLatin1String("value"));
        if (!told.isEmpty()) {
            const QByteArray value = QByteArray::fromHex(told.toLatin1());
            if (static_cast<std::size_t>(value.size()) == length &&
                !std::equal(value.begin(), value.end(), bytes.begin() + begin,
                            [](char a, std::uint8_t b) { return static_cast<std::uint8_t>(a) == b; })) {
                for (std::uint32_t up = parent(); up != DissectedNode::none; up = m_dissection.nodes[up].parent) {
                    if (m_dissection.nodes[up].parent != DissectedNode::none)
                        m_dissection.nodes[up].length = 0; // its protocol lies elsewhere too
                }
                return;
            }
        }
    }
    node.begin = begin;
    node.length = length;
}

void PdmlReader::begin()
{
    const auto name = m_xml.name();
    if (m_hidden > 0) {
        ++m_hidden;
        return;
    }
    if (name == QLatin1String("pdml")) {
        m_open.push_back({});
        return;
    }
    if (name == QLatin1String("packet") && m_packet == DissectedNode::none) {
        beginPacket();
        return;
    }
    const QXmlStreamAttributes attributes = m_xml.attributes();
    const bool protocol = name == QLatin1String("proto");
    const bool known = protocol || name == QLatin1String("field");
    const auto abbreviation = attributes.value(QLatin1String("name"));
    if (!known || m_packet == DissectedNode::none || attributes.value(QLatin1String("hide")) == QLatin1String("yes") ||
        abbreviation == QLatin1String("geninfo") || abbreviation == QLatin1String("fake-field-wrapper")) {
        ++m_hidden;
        return;
    }
    DissectedNode node;
    auto text = attributes.value(QLatin1String("showname"));
    if (text.isEmpty())
        text = attributes.value(QLatin1String("show"));
    node.text = oneLine(text.isEmpty() ? abbreviation : text);
    node.parent = parent();
    node.packet = m_packet;
    place(node, attributes, !protocol);
    m_open.push_back({put(std::move(node)), false});
}

bool PdmlReader::read(const std::stop_token& stop)
{
    while (!m_xml.atEnd()) {
        switch (m_xml.readNext()) {
        case QXmlStreamReader::StartElement:
            begin();
            break;
        case QXmlStreamReader::EndElement:
            if (m_hidden > 0) {
                --m_hidden;
            } else if (!m_open.empty()) {
                if (m_open.back().packet)
                    m_packet = DissectedNode::none;
                m_open.pop_back();
            }
            break;
        default:
            break;
        }
        if (m_dissection.nodes.size() >= mostNodes || m_open.size() + m_hidden > mostLevels) {
            m_dissection.trouble = translated("tshark said more than is kept: the packets up to here are shown.");
            return true;
        }
        if (m_dissection.nodes.size() % 1024 == 0 && stop.stop_requested())
            return false;
    }
    if (m_xml.hasError())
        m_dissection.trouble = translated("tshark's answer ends early (%1): the packets up to here are shown.")
                                   .arg(oneLine(m_xml.errorString()));
    return true;
}

/// Children side by side: a node's row is its place among them.
void linkChildren(Dissection& dissection)
{
    auto& nodes = dissection.nodes;
    std::vector<std::uint32_t> counts(nodes.size() + 1, 0);
    for (DissectedNode& node : nodes) {
        if (node.parent != DissectedNode::none)
            node.row = counts[node.parent]++;
    }
    for (std::uint32_t row = 0; row < dissection.packets.size(); ++row)
        nodes[dissection.packets[row]].row = row;
    dissection.firstChild.assign(nodes.size() + 1, 0);
    for (std::size_t i = 0; i < nodes.size(); ++i)
        dissection.firstChild[i + 1] = dissection.firstChild[i] + counts[i];
    dissection.children.resize(dissection.firstChild.back());
    for (std::uint32_t i = 0; i < nodes.size(); ++i) {
        if (nodes[i].parent != DissectedNode::none)
            dissection.children[dissection.firstChild[nodes[i].parent] + nodes[i].row] = i;
    }
}

} // namespace

std::shared_ptr<const Dissection> readPdml(const QByteArray& pdml, std::shared_ptr<const FetchedPackets> packets,
                                           std::size_t asked, const std::stop_token& stop)
{
    auto dissection = std::make_shared<Dissection>();
    dissection->of = std::move(packets);
    dissection->dissected = asked;
    if (!PdmlReader(pdml, *dissection).read(stop))
        return nullptr;
    linkChildren(*dissection);
    return dissection;
}

std::optional<std::uint32_t> Dissection::at(std::size_t packet, std::uint32_t byte) const
{
    if (packet >= packets.size())
        return std::nullopt;
    std::optional<std::uint32_t> found;
    std::uint32_t node = packets[packet];
    for (bool deeper = true; deeper;) {
        deeper = false;
        for (std::size_t row = childCount(node); row-- > 0 && !deeper;) { // "frame" has all bytes and comes first
            const std::uint32_t candidate = child(node, row);
            const DissectedNode& field = nodes[candidate];
            if (field.length > 0 && byte >= field.begin && byte - field.begin < field.length) {
                found = node = candidate;
                deeper = true;
            }
        }
    }
    return found;
}

} // namespace flowscent::ui
