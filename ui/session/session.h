// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QString>
#include <QStringList>

#include "engine/base/lane.h"
#include "engine/flow/read_flows.h"
#include "engine/store/packet_export.h"
#include "ui/session/arrangement.h"
#include "ui/session/flow_order.h"
#include "ui/session/label_book.h"
#include "ui/session/scorer.h"

namespace flowscent::ui {

/// What happens by itself when a label or the method changes.
enum class Adapting {
    Live,   ///< adapts and scores at once
    Manual, ///< scores wait for adapt(), everything else goes on: flows are looked at ahead, suggestions are prepared
    Paused  ///< nothing is computed that nobody asked for
};

/// The only one who asks the engine for work: reading, scoring, arranging and exporting each happen on a lane, and
/// answers come back as queued calls by value. An answer to an old question is dropped: requests are numbered, and
/// scores carry the revision of the adaptation they came from. Belongs to the GUI thread.
class Session : public QObject {
    Q_OBJECT

public:
    explicit Session(QObject* parent = nullptr);
    ~Session() override;

    /// Reads captures and logs of flows as one capture. The capture at hand, its labels and scores stay until the new
    /// one shows its first flows; when it has none to show, they stay for good.
    void open(const QStringList& files);
    /// Stops reading (what was read so far stays and is used), exporting (no file is written) or scoring (the next
    /// label starts it again).
    void cancel();
    /// Loads the base model and the learning engine. Called once the first window is up, for it takes half a second.
    void prepareEngine();

    [[nodiscard]] std::shared_ptr<const flow::FlowTable> table() const { return m_table; } ///< null before the first
    [[nodiscard]] const QStringList& files() const { return m_files; }
    /// Of `files`, once they are read: packets are found again faster with them.
    [[nodiscard]] const std::vector<capture::Descriptions>& descriptions() const { return m_descriptions; }
    [[nodiscard]] bool reading() const { return m_reading; }
    [[nodiscard]] std::shared_ptr<const learn::BaseModel> baseModel() const { return m_model; } ///< null until loaded

    /// Where flows are marked, and all of it undone.
    [[nodiscard]] LabelBook& book() { return m_book; }
    [[nodiscard]] const hunt::LabelHistory& labels() const { return m_book.history(); }
    void assign(const std::vector<flow::FlowId>& flows, hunt::Label label) { m_book.assign(flows, label); }
    void undo() { m_book.undo(); }
    void redo() { m_book.redo(); }
    /// Unlabelled flows that stand for normal traffic: those that the hunter chose, or drawn at random, and then they
    /// may hold the threat.
    [[nodiscard]] const std::vector<flow::FlowId>& background() const { return m_background; }

    [[nodiscard]] detect::Method method() const { return m_method; }
    void setMethod(detect::Method method);
    [[nodiscard]] Adapting adapting() const { return m_adapting; }
    /// Going live adapts when the scores are old; pausing stops what is under way.
    void setAdapting(Adapting adapting);
    /// Adapts to the labels as they are now and scores every flow, those on the screen first, in any state. Latest
    /// request wins.
    void adapt();
    void setVisibleFlows(std::vector<std::uint32_t> flows) { m_visible = std::move(flows); }

    [[nodiscard]] std::shared_ptr<const Scores> scores() const { return m_scores; }
    /// Whether the scores answer for the labels and the method as they are now.
    [[nodiscard]] bool scoresCurrent() const;
    [[nodiscard]] std::shared_ptr<const Scores> keptScores() const { return m_kept; }
    /// Puts the complete scores at hand beside those to come.
    void keepScores();
    void dropKeptScores();

    /// Numbers of all flows of the table, for who wants to compare or draw them; null until all have been looked at.
    [[nodiscard]] std::shared_ptr<const detect::FlowNumbers> numbers() const { return m_numbers; }

    [[nodiscard]] const BudgetChoice& budget() const { return m_budget; }
    /// Places the line anew, without adapting.
    void setBudget(const BudgetChoice& choice);
    /// Of the latest complete scores, which may be older than the labels; null without any.
    [[nodiscard]] std::shared_ptr<const Judgements> judgements() const { return m_judgements; }

    /// What flows can be filtered by as things are now; the table is null before the first.
    [[nodiscard]] ArrangeInput arrangeInput() const;
    /// Answered by `arranged`; latest request wins.
    void arrange(const Arrangement& arrangement);
    /// The latest answer: the flows that pass the filter. Null before the first of a capture.
    [[nodiscard]] std::shared_ptr<const Arranged> lastArranged() const { return m_arranged; }
    /// Copies the packets of flows into a pcapng file; answered by `exported` or `failed`. Latest request wins.
    void exportPackets(const std::vector<flow::FlowId>& flows, const QString& file);
    [[nodiscard]] bool exporting() const { return m_exporting; }

Q_SIGNALS:
    void readStarted(const QStringList& files);
    void readProgressed(const QString& what, double fraction);
    void captureChanged();                                           ///< another capture: whatever was known is gone
    void tableGrown(std::shared_ptr<const flow::FlowTable> table);   ///< rows keep their ids; open flows have gone on
    void readFinished(const flow::ReadOutcome& outcome);             ///< the table is complete
    void failed(const base::Error& error);                           ///< a request had no answer; all stays as it was
    void modelLoaded(std::shared_ptr<const learn::BaseModel> model); ///< once, after prepareEngine
    void supportChanged(); ///< labels as the active threat's hunt sees them, or the background
    void adaptingChanged(Adapting adapting);
    void scoringProgressed(double fraction);
    void scoringEnded();
    void scoresChanged();                                                  ///< new ones, gone, or no longer current
    void numbersReady(std::shared_ptr<const detect::FlowNumbers> numbers); ///< every flow has been looked at
    void judgementsChanged();                                              ///< new ones, or gone
    void keptChanged();
    void arranged(std::shared_ptr<const Arranged> rows);
    void exportProgressed(double fraction);
    void exported(const QString& file, const store::ExportReport& report);
    void exportStopped(); ///< as asked; no file was written

private:
    void adoptTable(std::uint64_t request, std::shared_ptr<const flow::FlowTable> table);
    void settleRead(std::uint64_t request, base::Result<flow::ReadOutcome> outcome);
    void labelsChanged();
    [[nodiscard]] std::vector<flow::FlowId> drawBackground() const;
    void lookAhead();
    void score(hunt::SupportSet support);
    void settleScores(std::uint64_t revision, Scores scores);
    void settleNumbers(const std::shared_ptr<const flow::FlowTable>& table,
                       std::shared_ptr<const detect::FlowNumbers> numbers);
    void judgeScores();
    void settleScoring(std::uint64_t revision, const base::Result<void>& end);
    void settleExport(std::uint64_t request, const QString& file, const base::Result<store::ExportReport>& report);
    void forgetCapture();
    template <class Function>
    void onGuiThread(Function function);

    QStringList m_files;
    std::vector<capture::Descriptions> m_descriptions; ///< of m_files, once they are read
    QStringList m_openingFiles;                        ///< not yet the capture at hand
    std::shared_ptr<const flow::FlowTable> m_table;
    std::uint64_t m_readRequest = 0;
    bool m_reading = false;
    std::shared_ptr<const learn::BaseModel> m_model;
    LabelBook m_book;
    std::vector<flow::FlowId> m_background;
    std::vector<std::uint32_t> m_visible;
    detect::Method m_method = detect::AdaptSettings{}.method;
    Adapting m_adapting = Adapting::Live;
    std::uint64_t m_revision = 0;                ///< of the latest adaptation asked for
    std::vector<flow::FlowId> m_askedBackground; ///< of the latest adaptation asked for
    std::shared_ptr<const Scores> m_scores;
    std::vector<flow::FlowId> m_scoresBackground; ///< that m_scores come from
    std::shared_ptr<const Scores> m_kept;
    std::shared_ptr<const detect::FlowNumbers> m_numbers;
    BudgetChoice m_budget;
    std::shared_ptr<const Judgements> m_judgements;
    std::uint64_t m_judgeRequest = 0;
    std::shared_ptr<const Arranged> m_arranged;
    std::uint64_t m_arrangeRequest = 0;
    std::uint64_t m_exportRequest = 0;
    bool m_exporting = false;
    std::stop_source m_exportStop; ///< of the latest export: told also while it still waits for the lane
    Scorer m_scorer;               ///< touched on the learn lane alone
    FlowOrder m_order;             ///< touched on the arrange lane alone

    // Last: lanes end before what their jobs use.
    base::Lane m_readLane{"reading"};
    base::Lane m_learnLane{"learning"};
    base::Lane m_judgeLane{"judging"};
    base::Lane m_arrangeLane{"arranging"};
    base::Lane m_exportLane{"exporting"};
};

} // namespace flowscent::ui
