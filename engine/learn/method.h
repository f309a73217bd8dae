// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "engine/base/error.h"

namespace flowscent::learn {

/// How a model learns to learn, and how it takes up a support set.
enum class Method : std::uint8_t {
    R2d2,        ///< ridge regression in closed form (Bertinetto et al., ICLR 2019)
    ProtoNet,    ///< squared distance to class means (Snell et al., NIPS 2017)
    MatchingNet, ///< cosine attention over supports (Vinyals et al., NIPS 2016), without full-context embeddings
    SimpleShot,  ///< a classifier over all training classes, then centred, normalised nearest means (Wang et al. 2019)
    SimpleCnaps, ///< Mahalanobis distance with shrunk class covariances (Bateni et al., CVPR 2020), without FiLM layers
    Anil,        ///< MAML whose inner loop moves the head alone (Raghu et al., ICLR 2020)
    Maml,        ///< second order (Finn et al., ICML 2017)
    Fomaml,      ///< first order
    Reptile,     ///< Nichol et al. 2018
    MetaSgd,     ///< MAML with a learned rate for every parameter (Li et al. 2017)
    MamlPlusPlus, ///< MAML with learned rates per tensor and step, multi-step loss, annealed order (Antoniou et al.
                  ///< 2019)
    SoftKMeans,   ///< ProtoNet, means refined by the queries (Ren et al., ICLR 2018) with a free class prior:
                  ///< transductive
};

[[nodiscard]] std::span<const Method> allMethods();
/// "r2d2", "protonet", ..., as on the command line and in model files.
[[nodiscard]] std::string_view text(Method method);
[[nodiscard]] base::Result<Method> parseMethod(std::string_view text);
/// "r2d2, protonet, ...", for messages and help.
[[nodiscard]] std::string methodNames();
/// A query's answer depends on the queries it is asked with.
[[nodiscard]] bool isTransductive(Method method);
/// Adapts by gradient steps on the support.
[[nodiscard]] bool hasInnerLoop(Method method);

/// The inner loop of the methods that have one.
struct InnerLoopSettings {
    std::uint32_t steps = 5;         ///< in training
    std::uint32_t stepsToApply = 10; ///< when a support is taken up afterwards
    double rate = 0.1;               ///< to begin with, where rates are learned
    double clip = 10.0;              ///< norm of a task's inner gradient
    bool learnRates = false;         ///< one rate for every tensor and step (always on in MAML++)
    bool multiStepLoss = false;      ///< query loss after every step, weighted (always on in MAML++)
    bool annealOrder = false;        ///< first order in the first third of training (always on in MAML++)

    friend bool operator==(const InnerLoopSettings&, const InnerLoopSettings&) = default;
};

} // namespace flowscent::learn
