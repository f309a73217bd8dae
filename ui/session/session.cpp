// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/session/session.h"

#include "ui/session/file_paths.h"

#include "engine/logs/read_sources.h"

#include <algorithm>

namespace flowscent::ui {

using base::Error;

namespace {

constexpr std::size_t backgroundSize = 256; ///< as flowscent-cli adapt
constexpr std::uint64_t backgroundSeed = 1;

} // namespace

Session::Session(QObject* parent)
    : QObject(parent)
{
    connect(&m_book, &LabelBook::supportChanged, this, &Session::labelsChanged);
}

Session::~Session() = default;

/// Queued; Qt forgets it when the session is gone by then.
template <class Function>
void Session::onGuiThread(Function function)
{
    QMetaObject::invokeMethod(this, std::move(function), Qt::QueuedConnection);
}

void Session::open(const QStringList& files)
{
    const std::uint64_t request = ++m_readRequest;
    m_openingFiles = files;
    m_reading = true;
    Q_EMIT readStarted(files);
    m_readLane.replace([this, request, files = filePaths(files)](const std::stop_token& stop) {
        const auto progress = [this, request](const base::Progress& at) {
            onGuiThread([this, request, at] {
                if (request == m_readRequest && m_reading)
                    Q_EMIT readProgressed(QString::fromStdString(at.what), at.fraction());
            });
        };
        const auto snapshots = [this, request](std::shared_ptr<const flow::FlowTable> table) {
            onGuiThread([this, request, table = std::move(table)] { adoptTable(request, table); });
        };
        flow::AssemblerSettings settings;
        settings.names = std::make_shared<identify::Names>();
        auto outcome = logs::readSources(files, settings, progress, snapshots, stop);
        onGuiThread(
            [this, request, outcome = std::move(outcome)]() mutable { settleRead(request, std::move(outcome)); });
    });
}

void Session::cancel()
{
    if (m_reading)
        m_readLane.stop(); // not forgotten: somebody waits for its end
    else if (m_exporting)
        m_exportStop.request_stop();
    else
        m_learnLane.cancel();
}

void Session::adoptTable(std::uint64_t request, std::shared_ptr<const flow::FlowTable> table)
{
    if (request != m_readRequest)
        return;
    if (!m_openingFiles.isEmpty())
        forgetCapture();
    m_table = std::move(table);
    m_book.setFlows(m_table->size());
    Q_EMIT tableGrown(m_table);
}

void Session::settleRead(std::uint64_t request, base::Result<flow::ReadOutcome> outcome)
{
    if (request != m_readRequest)
        return;
    m_reading = false;
    if (!outcome) {
        m_openingFiles.clear();
        Q_EMIT failed(outcome.error());
        return;
    }
    adoptTable(request, outcome->table);
    m_descriptions = outcome->descriptions;
    Q_EMIT readFinished(*outcome);
    labelsChanged(); // labels may have been given while rows came in
    if (m_adapting == Adapting::Manual)
        lookAhead();
}

/// The files being opened become the capture at hand.
void Session::forgetCapture()
{
    m_learnLane.cancel();
    m_arrangeLane.cancel();
    m_judgeLane.cancel();
    ++m_revision;
    ++m_arrangeRequest;
    ++m_judgeRequest;
    m_files = std::exchange(m_openingFiles, {});
    m_descriptions.clear();
    m_table = nullptr;
    m_scores = nullptr;
    m_kept = nullptr;
    m_numbers = nullptr;
    m_judgements = nullptr;
    m_budget.baseline = nullptr;
    m_arranged = nullptr;
    m_scoresBackground.clear();
    m_book.clear();
    m_background.clear();
    m_visible.clear();
    Q_EMIT captureChanged();
    Q_EMIT supportChanged();
    Q_EMIT scoresChanged();
    Q_EMIT judgementsChanged();
    Q_EMIT keptChanged();
}

void Session::prepareEngine()
{
    m_learnLane.post([this](const std::stop_token&) {
        auto model = m_scorer.model();
        onGuiThread([this, model = std::move(model)] {
            if (!model) {
                Q_EMIT failed(model.error());
                return;
            }
            m_model = *model;
            Q_EMIT modelLoaded(m_model);
        });
        if (const auto engine = learn::backend(); !engine)
            onGuiThread([this, error = engine.error()] { Q_EMIT failed(error); });
    });
}

void Session::labelsChanged()
{
    if (!m_table)
        return;
    m_background = drawBackground();
    Q_EMIT supportChanged();
    if (m_adapting == Adapting::Live)
        adapt();
    else
        Q_EMIT scoresChanged();
}

std::vector<flow::FlowId> Session::drawBackground() const
{
    const hunt::SupportSet& support = labels().support();
    const auto chosen = labels().marks().background();
    if (!chosen)
        return hunt::drawBackground(*m_table, support, backgroundSize, backgroundSeed);
    auto flows = chosen->flows();
    std::erase_if(flows, [&](flow::FlowId flow) {
        return flow.value >= m_table->size() || support.label(flow) != hunt::Label::None;
    });
    return flows;
}

void Session::setMethod(detect::Method method)
{
    if (method == m_method)
        return;
    m_method = method;
    if (m_adapting == Adapting::Live)
        adapt();
    else
        Q_EMIT scoresChanged();
}

void Session::setAdapting(Adapting adapting)
{
    if (adapting == m_adapting)
        return;
    m_adapting = adapting;
    Q_EMIT adaptingChanged(adapting);
    if (adapting == Adapting::Live && !scoresCurrent())
        adapt();
    else if (adapting == Adapting::Manual && !m_numbers)
        lookAhead();
    else if (adapting == Adapting::Paused && m_model)
        m_learnLane.stop(); // not forgotten: the status waits for the end
    Q_EMIT scoresChanged();
}

/// Embeds what nobody has asked about yet.
void Session::lookAhead()
{
    score({});
}

bool Session::scoresCurrent() const
{
    return m_scores && m_scores->support() == labels().support() && m_scores->detector().method == m_method &&
           m_scoresBackground == m_background;
}

void Session::adapt()
{
    if (labels().support().count(hunt::Label::Threat) == 0) {
        m_scores = nullptr;
        judgeScores();
    }
    Q_EMIT scoresChanged();
    score(labels().support());
}

/// While a capture is read its flows still change: labels wait for the whole table.
void Session::score(hunt::SupportSet support)
{
    if (!m_table || m_reading || m_table->size() == 0)
        return;
    m_askedBackground = m_background;
    ScoreRequest request{m_table, std::move(support), m_background, m_visible, m_method, ++m_revision};
    base::Lane::Job job = [this, request = std::move(request)](const std::stop_token& stop) {
        const std::uint64_t revision = request.revision;
        const auto scores = [this, revision](Scores fresh) {
            onGuiThread(
                [this, revision, fresh = std::move(fresh)]() mutable { settleScores(revision, std::move(fresh)); });
        };
        const auto progress = [this, revision](const base::Progress& at) {
            onGuiThread([this, revision, fraction = at.fraction()] {
                if (revision == m_revision)
                    Q_EMIT scoringProgressed(fraction);
            });
        };
        auto end = m_scorer.run(request, scores, progress, stop);
        onGuiThread([this, table = request.table, numbers = m_scorer.numbers()] { settleNumbers(table, numbers); });
        onGuiThread([this, revision, end = std::move(end)] { settleScoring(revision, end); });
    };
    if (m_model)
        m_learnLane.replace(std::move(job));
    else
        m_learnLane.post(std::move(job)); // must not push the loading of the model out of the lane
}

void Session::settleScores(std::uint64_t revision, Scores scores)
{
    if (revision != m_revision)
        return;
    m_scores = std::make_shared<const Scores>(std::move(scores));
    m_scoresBackground = m_askedBackground;
    m_book.setRevision(m_scores->revision());
    if (m_scores->complete())
        judgeScores();
    Q_EMIT scoresChanged();
}

void Session::settleNumbers(const std::shared_ptr<const flow::FlowTable>& table,
                            std::shared_ptr<const detect::FlowNumbers> numbers)
{
    if (!numbers || numbers == m_numbers || table != m_table)
        return;
    m_numbers = std::move(numbers);
    Q_EMIT numbersReady(m_numbers);
}

void Session::setBudget(const BudgetChoice& choice)
{
    if (choice == m_budget)
        return;
    m_budget = choice;
    if (m_scores && m_scores->complete())
        judgeScores();
}

/// Judges the scores at hand; the judgements before them stay until then.
void Session::judgeScores()
{
    const std::uint64_t request = ++m_judgeRequest;
    if (!m_scores) {
        m_judgeLane.cancel();
        m_judgements = nullptr;
        Q_EMIT judgementsChanged();
        return;
    }
    m_judgeLane.replace(
        [this, request, scores = m_scores, choice = m_budget, visible = m_visible](const std::stop_token& stop) {
            const auto tell = [this, request](Judgements judged) {
                onGuiThread([this, request, judged = std::make_shared<const Judgements>(std::move(judged))] {
                    if (request != m_judgeRequest)
                        return;
                    m_judgements = judged;
                    Q_EMIT judgementsChanged();
                });
            };
            const auto end = judgeWithDoubts(scores, choice, visible, tell, stop);
            if (end || end.error().code == Error::Code::Cancelled)
                return;
            onGuiThread([this, request, error = end.error()] {
                if (request == m_judgeRequest)
                    Q_EMIT failed(error);
            });
        });
}

void Session::settleScoring(std::uint64_t revision, const base::Result<void>& end)
{
    if (revision != m_revision)
        return;
    Q_EMIT scoringEnded();
    if (!end && end.error().code != Error::Code::Cancelled)
        Q_EMIT failed(end.error());
}

void Session::keepScores()
{
    if (!m_scores || !m_scores->complete())
        return;
    m_kept = m_scores;
    Q_EMIT keptChanged();
}

void Session::dropKeptScores()
{
    m_kept = nullptr;
    Q_EMIT keptChanged();
}

ArrangeInput Session::arrangeInput() const
{
    std::vector<std::string> names;
    for (const std::filesystem::path& file : filePaths(m_files))
        names.push_back(file.filename().string());
    return {m_table, m_scores, m_kept, m_judgements, labels().support(), std::move(names), m_book.snapshot()};
}

void Session::arrange(const Arrangement& arrangement)
{
    if (!m_table)
        return;
    m_arrangeLane.replace(
        [this, request = ++m_arrangeRequest, arrangement, input = arrangeInput()](const std::stop_token& stop) {
            auto rows = ui::arrange(m_order, input, arrangement, stop);
            if (!rows)
                return;
            auto answer = std::make_shared<const Arranged>(Arranged{input.table, arrangement, std::move(*rows)});
            onGuiThread([this, request, answer = std::move(answer)] {
                if (request != m_arrangeRequest)
                    return;
                m_arranged = answer;
                Q_EMIT arranged(answer);
            });
        });
}

void Session::exportPackets(const std::vector<flow::FlowId>& flows, const QString& file)
{
    if (!m_table)
        return;
    store::PacketExport chosen{
        .table = m_table, .files = filePaths(m_files), .descriptions = m_descriptions, .flows = {}};
    for (const flow::FlowId flow : flows)
        chosen.flows.push_back({flow, labels().marks().words(flow)});
    m_exporting = true;
    m_exportStop.request_stop();
    m_exportStop = std::stop_source();
    Q_EMIT exportProgressed(0);
    m_exportLane.post([this, file, request = ++m_exportRequest, chosen = std::move(chosen),
                       asked = m_exportStop](const std::stop_token& lane) mutable {
        const std::stop_callback ending(lane, [&asked] { asked.request_stop(); });
        const auto progress = [this, request](const base::Progress& at) {
            onGuiThread([this, request, fraction = at.fraction()] {
                if (request == m_exportRequest && m_exporting)
                    Q_EMIT exportProgressed(fraction);
            });
        };
        auto report = store::exportPackets(chosen, file.toStdString(), progress, asked.get_token());
        onGuiThread([this, request, file, report = std::move(report)] { settleExport(request, file, report); });
    });
}

void Session::settleExport(std::uint64_t request, const QString& file, const base::Result<store::ExportReport>& report)
{
    if (request != m_exportRequest)
        return;
    m_exporting = false;
    if (report)
        Q_EMIT exported(file, *report);
    else if (report.error().code == Error::Code::Cancelled)
        Q_EMIT exportStopped();
    else
        Q_EMIT failed(report.error());
}

} // namespace flowscent::ui
