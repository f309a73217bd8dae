// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "engine/base/error.h"
#include "engine/base/random.h"
#include "engine/base/safetensors.h"
#include "engine/features/extract.h"

namespace flowscent::learn {

/// One flow that is kept for replay, with everything that belongs to it: columns beside each other can be reordered
/// apart, members of one struct cannot.
struct Exemplar {
    std::vector<float> sequence;   ///< raw features, sequenceLength * sequenceFields
    std::vector<float> statistics; ///< raw features, statisticDefinitions().size()
    std::uint32_t classId = 0;     ///< of the reservoir's class names
    std::uint32_t sessionId = 0;   ///< of the reservoir's session names: the capture it comes from
    /// What the model answered when the flow was stored (DER++); empty when nothing is to be preserved.
    std::vector<float> logits;
    std::vector<std::uint32_t> logitClasses; ///< the class that each logit stands for; as long as `logits`
    std::uint64_t insertedAt = 0;            ///< number of the stream's element, set by the reservoir; the first is 0

    friend bool operator==(const Exemplar&, const Exemplar&) = default;
};

/// What a reservoir holds, for logs and curves.
struct ReservoirSummary {
    struct Class {
        std::string name;
        std::uint64_t kept = 0;
        std::uint64_t offered = 0;
    };
    std::vector<Class> classes; ///< those that were offered, in order of their first flow
    std::uint64_t size = 0;
    std::uint64_t capacity = 0;
    std::uint64_t offered = 0;
    double meanAge = 0; ///< in elements of the stream: `offered` - insertedAt
    std::uint64_t oldestAge = 0;
};

/// A class-balanced sample of a stream of labelled flows in bounded memory. Within a class it is Vitter's algorithm R
/// ("Random sampling with a reservoir", ACM TOMS 1985): of N flows offered, each is among the n kept with the same
/// probability n/N, and every subset of n flows is equally likely. Places are shared as by Chrysakis and Moens ("Online
/// continual learning from imbalanced data", ICML 2020): every class keeps all its flows until the memory is full;
/// from then on, a class that has never had to give way takes each place it needs from the largest class (of equally
/// large ones, from that with the lowest id), where a flow drawn uniformly leaves. So sizes tend to capacity / classes
/// each, what a rare class does not need is used by the others, and no class's share ever grows again, which is what
/// keeps its sample uniform. With more classes than places, the first ones keep theirs.
///
/// It draws from a generator of its own, so that replay moves no draw elsewhere and a checkpoint of the reservoir is
/// whole. A copyable value. Not thread-safe.
class ExemplarReservoir {
public:
    /// A capacity of 0 keeps nothing.
    ExemplarReservoir(std::size_t capacity, const base::Rng& rng);

    /// The id of a class or session, the same as long as the reservoir lives; new names get the next one.
    [[nodiscard]] std::uint32_t classId(const std::string& name);
    [[nodiscard]] std::uint32_t sessionId(const std::string& name);
    [[nodiscard]] const std::vector<std::string>& classNames() const { return m_classNames; }
    [[nodiscard]] const std::vector<std::string>& sessionNames() const { return m_sessionNames; }

    /// The next element of the stream; true when it was kept. Features must be finite and of the schema's size, ids
    /// from above. Logits of which one is not finite are dropped: a diverged model has nothing to preserve.
    bool offer(Exemplar exemplar);

    [[nodiscard]] std::size_t size() const;
    [[nodiscard]] std::size_t capacity() const { return m_capacity; }
    [[nodiscard]] std::uint64_t offered() const { return m_offered; }
    /// The kept flows of a class, in no order; until the next `offer`. Empty for ids that were never offered.
    [[nodiscard]] std::span<const Exemplar> exemplars(std::uint32_t classId) const;
    /// A batch: for each place a class drawn uniformly among those that have flows, then a flow of it drawn uniformly,
    /// with replacement. They live until the next `offer`. None when the reservoir is empty.
    [[nodiscard]] std::vector<const Exemplar*> draw(std::size_t count);
    [[nodiscard]] ReservoirSummary summary() const;

    /// Tensors and metadata named `prefix` + something; put and take give back the same value to the last bit, with the
    /// generator in the middle of its sequence.
    void put(base::TensorFile& file, const std::string& prefix) const;
    /// Model error when anything is missing, misshapen or contradicts itself.
    [[nodiscard]] static base::Result<ExemplarReservoir> take(const base::TensorFile& file, const std::string& prefix);
    friend bool operator==(const ExemplarReservoir& one, const ExemplarReservoir& other);

private:
    struct Class {
        std::uint32_t id = 0;
        std::uint64_t offered = 0;
        std::vector<Exemplar> kept;

        /// It had to give a flow away or turn one down.
        [[nodiscard]] bool full() const { return kept.size() < offered; }
        friend bool operator==(const Class&, const Class&) = default;
    };
    [[nodiscard]] Class& classOf(std::uint32_t id);
    [[nodiscard]] bool makeRoomFor(const Class& newcomer);

    std::size_t m_capacity;
    base::Rng m_rng;
    std::uint64_t m_offered = 0;
    std::vector<std::string> m_classNames;
    std::vector<std::string> m_sessionNames;
    std::vector<Class> m_classes; ///< in order of their first flow
};

/// The exemplars' raw features, row after row in that order.
[[nodiscard]] features::FeatureSet featuresOf(std::span<const Exemplar* const> exemplars);

} // namespace flowscent::learn
