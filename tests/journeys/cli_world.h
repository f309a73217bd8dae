// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

/// Small made-up traffic for journeys, so that they run from the repository alone.
namespace flowscent::test {

constexpr int worldBeacons = 30; ///< flows of the threat in the world's capture
constexpr int worldBenign = 240;

/// Writes `capture.pcap`, all of its flows labelled in `labels.csv` (beacon or background), into the folder.
void writeCapture(const QString& folder);

/// Writes a corpus of generated captures with splits train and val into the folder.
void writeCorpus(const QString& folder);

} // namespace flowscent::test
