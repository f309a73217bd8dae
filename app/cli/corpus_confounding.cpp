// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/console.h"
#include "app/cli/corpus_tools.h"

#include "engine/base/atomic_file.h"
#include "engine/learn/evaluation/confounding.h"
#include "engine/store/corpus.h"
#include "engine/store/corpus_summary.h"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <iostream>

namespace flowscent::cli {

namespace {

struct ConfoundingOptions {
    std::string folder;
    std::vector<std::string> splits;
    std::string json;
    learn::ConfoundingSettings settings;
};

std::string name(learn::Aspect aspect)
{
    return std::string(text(aspect));
}

void printSizes(const learn::Confounding& found)
{
    std::cout << found.flows << " distinct flows of " << found.allFlows << ", " << found.threatFlows
              << " of them of threats; " << counted(found.threatClasses, "threat class", "threat classes") << ", "
              << counted(found.benignClasses, "benign class", "benign classes") << ", "
              << counted(found.networks, "network") << ", " << counted(found.captures, "capture") << " (sessions)\n";
}

void printReach(const learn::Confounding& found, std::size_t ownBenign)
{
    std::cout << '\n'
              << percent(found.huntable) << " of the threat classes have " << ownBenign
              << " benign flows or more in a network of their own; the others never have to be told from honest work "
                 "around them.\n";
    for (const auto& [kind, reach] : {std::pair("threat", found.threats), std::pair("benign", found.benign)})
        std::cout << percent(reach.inTwoNetworks) << " of the " << kind << " classes are seen in two networks or more, "
                  << percent(reach.inSixNetworks)
                  << " in six or more; a class of one network cannot be told from that network.\n";
}

void printAssociation(const learn::AspectAssociation& pair, bool byFlows)
{
    const learn::Association& each = byFlows ? pair.byFlows : pair.byClasses;
    std::cout << "  " << left(name(pair.predicted), 17) << left(name(pair.given), 9)
              << right(std::to_string(each.predicted), 7) << "  " << left(byFlows ? "flow" : "value", 6)
              << right(percent(each.accuracy), 9) << right(percent(each.chance), 9) << right(percent(each.shuffled), 9)
              << right(thousandths(each.mutualInformation), 10) << right(thousandths(each.cramersV), 8) << '\n';
}

void printAssociations(const std::vector<learn::AspectAssociation>& associations)
{
    std::cout << "\nOne aspect told from another by majority vote, nothing else looked at. An accuracy far above "
                 "\"shuffled\" (groups\nof the same sizes with members drawn by chance), and mutual information "
                 "(normalised) or Cramer's V near 1, say that\nthe two are confounded. Each flow counts the same, then "
                 "each value of what is told.\n\n"
                 "  told             from      values  each   accuracy   chance shuffled  mut.inf.       V\n";
    for (const learn::AspectAssociation& pair : associations) {
        printAssociation(pair, true);
        printAssociation(pair, false);
    }
}

/// What a finding means, in a clause that fits any of its numbers.
std::string meaning(const learn::ForestFinding& finding)
{
    using enum learn::Aspect;
    if (finding.evidence == learn::Evidence::Identity) {
        if (finding.predicted == Class)
            return "how far an address book gets without looking at behaviour";
        if (finding.predicted == Threat)
            return "threats that port, protocol and TTL give away";
        return "how far a flow's stack and service name its network";
    }
    if (finding.predicted == Network)
        return finding.capturesLeftOut ? "how much the model's input gives the network away"
                                       : "the same, with captures known";
    if (finding.predicted == Capture)
        return "how much the model's input gives the capture away";
    return finding.capturesLeftOut ? "what is left of it in captures never seen" : "what the model could learn at best";
}

void printForests(const std::vector<learn::ForestFinding>& forests)
{
    std::cout
        << "\nA forest's answers about flows it has not seen, in five folds that hold out flows or whole captures. "
           "\"identity\" is\nserver port, protocol and both TTLs, \"features\" what the encoder sees. Balanced "
           "accuracy: every value counts the same.\n\n"
           "  from      told              of         held out  accuracy   chance  values   flows\n";
    for (const learn::ForestFinding& finding : forests) {
        std::cout << "  " << left(std::string(text(finding.evidence)), 10) << left(name(finding.predicted), 18)
                  << left(finding.benignOnly ? "benign" : "all flows", 11)
                  << left(finding.capturesLeftOut ? "captures" : "flows", 8);
        if (const auto& validated = finding.validated)
            std::cout << right(percent(validated->balancedAccuracy), 10) << right(percent(validated->chance()), 9)
                      << right(std::to_string(validated->values), 8) << right(std::to_string(validated->flows), 8);
        else
            std::cout << right("too few flows or captures", 35);
        std::cout << "  " << meaning(finding) << '\n';
    }
}

nlohmann::ordered_json jsonOf(const learn::Association& each)
{
    return {{"accuracy", each.accuracy},
            {"chance", each.chance},
            {"shuffled", each.shuffled},
            {"normalised_mutual_information", each.mutualInformation},
            {"cramers_v", each.cramersV}};
}

nlohmann::ordered_json jsonOf(const learn::ClassReach& reach)
{
    return {
        {"classes", reach.classes}, {"in_two_networks", reach.inTwoNetworks}, {"in_six_networks", reach.inSixNetworks}};
}

nlohmann::ordered_json jsonOf(const std::string& split, const learn::Confounding& found)
{
    nlohmann::ordered_json associations = nlohmann::ordered_json::array();
    for (const learn::AspectAssociation& pair : found.associations)
        associations.push_back({{"told", text(pair.predicted)},
                                {"from", text(pair.given)},
                                {"values", pair.byFlows.predicted},
                                {"by_flows", jsonOf(pair.byFlows)},
                                {"by_values", jsonOf(pair.byClasses)}});
    nlohmann::ordered_json forests = nlohmann::ordered_json::array();
    for (const learn::ForestFinding& finding : found.forests) {
        nlohmann::ordered_json row{{"from", text(finding.evidence)},
                                   {"told", text(finding.predicted)},
                                   {"benign_only", finding.benignOnly},
                                   {"held_out", finding.capturesLeftOut ? "captures" : "flows"},
                                   {"balanced_accuracy", nullptr}};
        if (finding.validated) {
            row["balanced_accuracy"] = finding.validated->balancedAccuracy;
            row["chance"] = finding.validated->chance();
            row["values"] = finding.validated->values;
            row["flows"] = finding.validated->flows;
        }
        forests.push_back(row);
    }
    return {{"split", split},
            {"all_flows", found.allFlows},
            {"flows", found.flows},
            {"threat_flows", found.threatFlows},
            {"networks", found.networks},
            {"captures", found.captures},
            {"threat_classes_with_own_benign", found.huntable},
            {"threat_classes", jsonOf(found.threats)},
            {"benign_classes", jsonOf(found.benign)},
            {"associations", associations},
            {"forests", forests}};
}

base::Result<learn::Confounding> measure(const ConfoundingOptions& options, const std::string& split,
                                         const learn::Backend& backend, const std::stop_token& stop)
{
    const auto corpus = store::readCorpus(options.folder, split, progressLine(), stop);
    if (!corpus)
        return base::failure(corpus.error());
    for (const std::string& remark : corpus->remarks)
        say(remark);
    return learn::measureConfounding(corpus->dataset, backend, options.settings, progressLine(), stop);
}

int run(ConfoundingOptions options, const std::stop_token& stop)
{
    if (auto writable = checkWritable(options.json); !writable)
        return fail(writable.error());
    if (options.splits.empty()) {
        auto splits = store::splitsOf(options.folder);
        if (!splits)
            return fail(splits.error());
        options.splits = std::move(*splits);
    }
    const auto engine = learn::backend();
    if (!engine)
        return fail(engine.error());
    nlohmann::ordered_json splits = nlohmann::ordered_json::array();
    for (const std::string& split : options.splits) {
        const auto found = measure(options, split, **engine, stop);
        if (!found)
            return fail(found.error());
        std::cout << (splits.empty() ? "" : "\n\n") << split << ": ";
        printSizes(*found);
        printReach(*found, options.settings.ownBenign);
        printAssociations(found->associations);
        printForests(found->forests);
        std::cout.flush();
        splits.push_back(jsonOf(split, *found));
    }
    if (!options.json.empty()) {
        const nlohmann::ordered_json document{{"corpus", options.folder},
                                              {"seed", options.settings.seed},
                                              {"flows_a_value", options.settings.flowsPerValue},
                                              {"most_flows", options.settings.mostFlows},
                                              {"min_packets", options.settings.minimumPackets},
                                              {"splits", splits}};
        const std::string text = document.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
        if (auto saved = base::writeAtomically(options.json, text); !saved)
            return fail(saved.error());
    }
    return Good;
}

} // namespace

void addCorpusConfounding(CLI::App& corpus, const Choose& choose)
{
    auto options = std::make_shared<ConfoundingOptions>();
    learn::ConfoundingSettings& settings = options->settings;
    CLI::App* command = corpus.add_subcommand(
        "confounding", "Measure how well network, capture and class are told from each other and from who a flow is");
    command->add_option("folder", options->folder, "Folder with a manifest.csv")->type_name("DIR")->required();
    command->add_option("--split", options->splits, "Splits to look at; all unless given")
        ->delimiter(',')
        ->check(CLI::IsMember({"train", "val", "test", "mixed"}));
    command->add_option("--json", options->json, "Write the figures to this file")->type_name("FILE");
    command->add_option("--seed", settings.seed, "Decides every random draw")->capture_default_str();
    command->add_option("--flows", settings.flowsPerValue, "Flows of a class, network or capture that forests see")
        ->check(CLI::Range(5, 10'000))
        ->capture_default_str();
    command->add_option("--most-flows", settings.mostFlows, "Flows that one forest's question is about, at most")
        ->check(CLI::Range(100, 1'000'000))
        ->capture_default_str();
    command->add_option("--min-packets", settings.minimumPackets, "Keep flows with at least so many packets")
        ->check(CLI::Range(1, 1000))
        ->capture_default_str();
    command->callback(
        [choose, options] { choose([options](const std::stop_token& stop) { return run(*options, stop); }); });
}

} // namespace flowscent::cli
