// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include "engine/learn/method.h"
#include "engine/learn/torch/tasks.h"

/// One interface over all few-shot methods; inside the plugin only. A method is a stateless rule: what it has learned
/// lies in the bag of meta-parameters that it is given ("encoder.*" of the body, "method.*" its own). Everything works
/// on T tasks of one shape at once and keeps the bag's floating-point type.
namespace flowscent::learn {

/// What is optimised: the meta-parameters, and how to read them.
struct MetaModel {
    Body body;
    Parameters parameters;

    [[nodiscard]] torch::Tensor embed(const torch::Tensor& x) const { return body.embed(parameters, x); }
    [[nodiscard]] const torch::Tensor& own(const std::string& name) const { return parameters.at("method." + name); }
};

/// The same numbers as leaves of a graph of their own.
[[nodiscard]] MetaModel leavesOf(const MetaModel& model);
/// By every leaf, in the bag's order; zeros where the loss does not depend on it. The graph is gone afterwards.
[[nodiscard]] std::vector<torch::Tensor> gradientsOf(const torch::Tensor& loss, const MetaModel& leaves);

/// What a method may know when it makes its first meta-parameters.
struct Beginning {
    const Parameters& body; ///< the encoder's tensors
    std::int64_t embeddingSize = 0;
    std::int64_t classes = 0; ///< of the training corpus
};

/// Where in a training a loss is computed.
struct TrainingMoment {
    double progress = 0; ///< 0 at the first step, 1 at the last
};

/// Answers queries of the tasks it was fitted on.
class TaskPredictor {
public:
    virtual ~TaskPredictor() = default;
    /// [T, Q, features] to logits [T, Q, ways].
    [[nodiscard]] virtual torch::Tensor logits(const torch::Tensor& query) const = 0;
};

struct MetaLoss {
    torch::Tensor loss;    ///< a scalar to differentiate; its value means something only where it is a loss
    torch::Tensor perTask; ///< [T]: query loss after adaptation, no graph
    torch::Tensor
        before; ///< [T]: query accuracy before adaptation, no graph; what guessing gives where there is no before
    torch::Tensor accuracy; ///< [T]: query accuracy after adaptation, no graph
};

class FewShotMethod {
public:
    virtual ~FewShotMethod() = default;

    /// The method's own meta-parameters, names "method.*", to begin with.
    [[nodiscard]] virtual Parameters initial(const Beginning& beginning, base::Rng& rng) const;
    /// Called once before training ends, with the embeddings of all training flows: constants that are not learned.
    virtual void finish(Parameters& parameters, const torch::Tensor& embeddings) const;

    /// The body is the same before and after `fit`, so embeddings may be made once and stand in for inputs.
    [[nodiscard]] virtual bool worksOnEmbeddings() const { return false; }
    /// finish() needs the embeddings of all training flows.
    [[nodiscard]] virtual bool wantsToFinish() const { return false; }

    /// Takes up the supports. `forTraining` keeps what the outer gradient needs.
    [[nodiscard]] virtual std::unique_ptr<TaskPredictor> fit(const MetaModel& model, const TaskBatch& tasks,
                                                             bool forTraining) const = 0;
    /// Query cross-entropy after fit, averaged over tasks with `weights` [T] (undefined: equal). Queries of classes
    /// that the support does not have pull the answer towards undecided (cross-entropy with equal shares; PEELER, Liu
    /// et al., CVPR 2020, maximises entropy).
    [[nodiscard]] virtual MetaLoss metaLoss(const MetaModel& model, const TaskBatch& tasks,
                                            const TrainingMoment& moment, const torch::Tensor& weights = {}) const;
};

[[nodiscard]] std::unique_ptr<FewShotMethod> makeMethod(Method method, const InnerLoopSettings& innerLoop = {});
/// What a training optimises: the method, and for r2d2 and protonet the other one as well.
[[nodiscard]] std::unique_ptr<FewShotMethod> makeTrainingMethod(Method method, const InnerLoopSettings& innerLoop,
                                                                double companionShare);

/// Query cross-entropy of every task, [T].
[[nodiscard]] torch::Tensor taskLosses(const torch::Tensor& logits, const torch::Tensor& way);
/// Share of right answers among the queries whose class the support has, [T].
[[nodiscard]] torch::Tensor taskAccuracies(const torch::Tensor& logits, const torch::Tensor& way);
[[nodiscard]] MetaLoss metaLossOf(const torch::Tensor& logits, const TaskBatch& tasks, const torch::Tensor& weights);

/// Methods whose answer is a closed function of embeddings: supports and queries go through the encoder together.
class EmbeddingMethod : public FewShotMethod {
public:
    [[nodiscard]] bool worksOnEmbeddings() const override { return true; }
    [[nodiscard]] std::unique_ptr<TaskPredictor> fit(const MetaModel& model, const TaskBatch& tasks,
                                                     bool forTraining) const override;
    [[nodiscard]] MetaLoss metaLoss(const MetaModel& model, const TaskBatch& tasks, const TrainingMoment& moment,
                                    const torch::Tensor& weights) const override;
    /// support [T, S, d], oneHot [T, S, ways], query [T, Q, d] to logits [T, Q, ways].
    [[nodiscard]] virtual torch::Tensor answer(const Parameters& parameters, const torch::Tensor& support,
                                               const torch::Tensor& oneHot, const torch::Tensor& query) const = 0;
};

/// -|q - p|^2 for q [T, Q, d] and p [T, P, d], by the matrix form: [T, Q, P].
[[nodiscard]] torch::Tensor negativeSquaredDistances(const torch::Tensor& query, const torch::Tensor& points);
/// Rows of length 1; a zero stays one.
[[nodiscard]] torch::Tensor unitLength(const torch::Tensor& x);
/// Means of the ways, [T, ways, d].
[[nodiscard]] torch::Tensor classMeans(const torch::Tensor& support, const torch::Tensor& oneHot);

/// Two closed forms trained side by side on the same embeddings: the loss is own + share * other, figures are the
/// own's.
[[nodiscard]] std::unique_ptr<FewShotMethod> makePair(std::unique_ptr<EmbeddingMethod> own,
                                                      std::unique_ptr<EmbeddingMethod> other, double share);

// One file each.
[[nodiscard]] std::unique_ptr<EmbeddingMethod> makeR2d2();
[[nodiscard]] std::unique_ptr<EmbeddingMethod> makeProtoNet();
[[nodiscard]] std::unique_ptr<FewShotMethod> makeMatchingNet();
[[nodiscard]] std::unique_ptr<FewShotMethod> makeSimpleShot();
[[nodiscard]] std::unique_ptr<FewShotMethod> makeSimpleCnaps();
[[nodiscard]] std::unique_ptr<FewShotMethod> makeSoftKMeans();
[[nodiscard]] std::unique_ptr<FewShotMethod> makeAnil(const InnerLoopSettings& settings);
[[nodiscard]] std::unique_ptr<FewShotMethod> makeMaml(const InnerLoopSettings& settings, bool secondOrder);
[[nodiscard]] std::unique_ptr<FewShotMethod> makeMetaSgd(const InnerLoopSettings& settings);
[[nodiscard]] std::unique_ptr<FewShotMethod> makeMamlPlusPlus(const InnerLoopSettings& settings);
[[nodiscard]] std::unique_ptr<FewShotMethod> makeReptile(const InnerLoopSettings& settings);

} // namespace flowscent::learn
