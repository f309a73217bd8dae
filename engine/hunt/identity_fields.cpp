// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/hunt/identity_fields.h"

#include "engine/hunt/text_matcher.h"

#include <array>

namespace flowscent::hunt {

using identify::Identity;
using identify::NameId;
using identify::Spoken;

namespace {

Identity identityOf(const FlowView& view)
{
    return view.table.identity(flow::FlowId(view.row));
}

template <NameId Identity::*name>
NameId nameOf(const FlowView& view)
{
    return identityOf(view).*name;
}

/// JA3 and HASSH share their place; a flow has one or the other.
template <NameId Identity::*name, bool ssh>
NameId printOf(const FlowView& view)
{
    const Identity identity = identityOf(view);
    return identity.ssh() == ssh ? identity.*name : NameId{};
}

/// The host of flows that spoke one of these.
template <identify::Spoken... spoken>
NameId hostOf(const FlowView& view)
{
    const Identity identity = identityOf(view);
    return ((identity.spoken == spoken) || ...) ? identity.host : NameId{};
}

/// Flows share texts, so a run of rows asks for few: answers are kept where the next row of the same text finds them.
class Answers {
public:
    Answers(const flow::FlowTable& table, const TextMatcher& matches)
        : m_table(table)
        , m_matches(matches)
    {
    }

    bool operator()(NameId name)
    {
        if (name == NameId{})
            return false;
        Answer& answer = m_answers[name.value % m_answers.size()];
        if (answer.name != name)
            answer = {name, m_matches(lower(std::string(m_table.text(name))))};
        return answer.passes;
    }

private:
    struct Answer {
        NameId name;
        bool passes = false;
    };

    const flow::FlowTable& m_table;
    const TextMatcher& m_matches;
    std::array<Answer, 256> m_answers{};
};

bool isPart(const std::string& text, const std::string& wanted)
{
    for (std::size_t begin = 0; begin <= text.size();) {
        const std::size_t end = std::min(text.find('.', begin), text.size());
        if (text.compare(begin, end - begin, wanted) == 0)
            return true;
        begin = end + 1;
    }
    return text == wanted;
}

std::uint64_t matchingRisks(const TextMatcher& matches)
{
    std::uint64_t risks = 0;
    for (unsigned bit = 0; bit < 64; ++bit) {
        if (!identify::riskText(bit).empty() && matches(lower(std::string(identify::riskText(bit)))))
            risks |= std::uint64_t{1} << bit;
    }
    return risks;
}

} // namespace

std::vector<FieldEntry> identityEntries()
{
    constexpr auto confidences = static_cast<std::uint32_t>(identify::Confidence::Payload) + 1;
    return {
        {{"app",
          "application, as nDPI names it, or a part of its name: tls, youtube, tls.youtube, ssh, ...; e.g. app == "
          "youtube"},
         NameField{nameOf<&Identity::application>, true}},
        {{"category", "nDPI's category of the application: web, remoteaccess, vpn, ...; e.g. category == vpn"},
         NameField{nameOf<&Identity::category>}},
        {{"confidence",
          "what the application was told by: payload, cache, address or only the port; e.g. confidence == port"},
         CodeField{
             [](const FlowView& view) { return static_cast<std::uint32_t>(identityOf(view).confidence); },
             [](std::uint32_t code) { return std::string(identify::text(static_cast<identify::Confidence>(code))); },
             confidences}},
        {{"host", "TLS server name, HTTP host or DNS question; e.g. host contains example"},
         NameField{nameOf<&Identity::host>}},
        {{"sni", "server name of TLS and QUIC; e.g. sni matches \"\\.example$\""},
         NameField{hostOf<Spoken::Tls, Spoken::Dtls, Spoken::Quic>}},
        {{"http.host", "host of HTTP; e.g. http.host == www.example"}, NameField{hostOf<Spoken::Http>}},
        {{"dns.q", "question of DNS; e.g. dns.q ~ \"^[a-z0-9]{30,}\\.\""}, NameField{hostOf<Spoken::Dns>}},
        {{"alpn", "application protocols within TLS: the one chosen, else those offered; e.g. alpn == h2"},
         NameField{nameOf<&Identity::alpn>}},
        {{"agent", "HTTP User-Agent, or the SSH client's version line; e.g. agent contains curl"},
         NameField{nameOf<&Identity::agent>}},
        {{"software", "HTTP Server, or the SSH server's version line; e.g. software contains OpenSSH"},
         NameField{nameOf<&Identity::software>}},
        {{"ja3", "fingerprint of the TLS client, MD5; e.g. ja3 == e7d705a3286e19ea42f587b344ee6865"},
         NameField{printOf<&Identity::clientPrint, false>}},
        {{"ja3s", "fingerprint of the TLS server's choice, MD5; e.g. not ja3s"},
         NameField{printOf<&Identity::serverPrint, false>}},
        {{"ja4", "fingerprint of the TLS or QUIC client, whatever order it shuffles to; e.g. ja4 contains t13d"},
         NameField{nameOf<&Identity::ja4>}},
        {{"hassh", "fingerprint of the SSH client, MD5; e.g. hassh == 06046964c022c6407d15a27b12a6a4fb"},
         NameField{printOf<&Identity::clientPrint, true>}},
        {{"hassh.server", "fingerprint of the SSH server, MD5; e.g. hassh.server"},
         NameField{printOf<&Identity::serverPrint, true>}},
        {{"risk", "what nDPI finds odd; e.g. risk contains \"self-signed\""}, RiskField{}},
    };
}

std::uint64_t risksOf(const FlowView& view)
{
    return identityOf(view).risks;
}

base::Result<RunTest> nameTest(NameField field, const Token& op, const Token& value)
{
    auto matches = textMatcher(op, value, true);
    if (!matches)
        return base::failure(matches.error());
    const bool equal = op.comparison == Comparison::Equal;
    if (field.parts && (equal || op.comparison == Comparison::NotEqual))
        matches = [wanted = lower(value.text), equal](const std::string& text) {
            return isPart(text, wanted) == equal;
        };
    return RunTest([get = field.name, matches = *matches](const RowRun& run, Mask mask) {
        Answers answers(run.table, matches);
        for (std::uint32_t i = 0; i < mask.size(); ++i)
            mask[i] = answers(get(FlowView{run.table, run.context, run.begin + i})) ? 1 : 0;
    });
}

base::Result<RunTest> riskTest(const Token& op, const Token& value)
{
    const bool without = op.comparison == Comparison::NotEqual;
    Token positive = op;
    if (without)
        positive.comparison = Comparison::Equal;
    const auto matches = textMatcher(positive, value, true);
    if (!matches)
        return base::failure(matches.error());
    return RunTest([risks = matchingRisks(*matches), without](const RowRun& run, Mask mask) {
        for (std::uint32_t i = 0; i < mask.size(); ++i) {
            const std::uint64_t found = risksOf(FlowView{run.table, run.context, run.begin + i});
            mask[i] = found != 0 && ((found & risks) != 0) != without ? 1 : 0;
        }
    });
}

} // namespace flowscent::hunt
