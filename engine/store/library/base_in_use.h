// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <stop_token>
#include <string>

#include "engine/base/error.h"
#include "engine/detect/detector.h"

namespace flowscent::store {

/// A base model ready to make detectors and to describe flows for them. Cheap to copy; usable from any thread.
class BaseInUse {
public:
    [[nodiscard]] static base::Result<BaseInUse> of(std::shared_ptr<const learn::Encoder> encoder);

    [[nodiscard]] const std::string& identity() const { return m_identity; }
    /// Raw features to what detectors score; nothing for no flow. A flow's numbers do not depend on its company.
    [[nodiscard]] base::Result<detect::FlowNumbers> describe(const features::FeatureSet& raw,
                                                             const std::stop_token& stop) const;
    [[nodiscard]] base::Result<detect::DescribedInput> describe(const detect::AdaptInput& raw,
                                                                const std::stop_token& stop) const;
    [[nodiscard]] base::Result<detect::Detector> fit(const detect::DescribedInput& examples,
                                                     const detect::AdaptSettings& settings) const;

private:
    BaseInUse() = default;

    std::shared_ptr<const learn::Encoder> m_encoder;
    std::shared_ptr<const detect::Foundation> m_foundation;
    std::string m_identity;
};

} // namespace flowscent::store
