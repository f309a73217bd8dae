// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

namespace flowscent::learn {

/// R[i][j]: accuracy (0..1) on task j once task i has been learned, tasks counted from 0 in order of learning. Entries
/// that were never measured, or were set to something that is no number, are missing.
class AccuracyMatrix {
public:
    explicit AccuracyMatrix(std::size_t tasks);

    [[nodiscard]] std::size_t tasks() const { return m_tasks; }
    void set(std::size_t after, std::size_t on, double accuracy);
    [[nodiscard]] std::optional<double> at(std::size_t after, std::size_t on) const;

private:
    std::size_t m_tasks;
    std::vector<std::optional<double>> m_entries; ///< row after row
};

/// One task, seen from the moment after task `after`.
struct TaskMemory {
    std::optional<double> accuracy;         ///< R[after][j]
    std::optional<double> forgetting;       ///< best of R[0..after-1][j], less R[after][j]; for j < after
    std::optional<double> backwardTransfer; ///< R[after][j] - R[j][j]; for j < after
};

/// What is left of the tasks learned so far. Each figure is the mean over the tasks of which it is known, and missing
/// when it is known of none; as figures of different gaps must not be compared, it is said of how many.
struct ContinualReport {
    struct Mean {
        std::optional<double> value;
        std::size_t tasks = 0; ///< that it is the mean of
    };
    std::vector<TaskMemory> perTask; ///< tasks 0..after
    Mean accuracy;                   ///< mean of R[after][0..after]: average accuracy (Lopez-Paz and Ranzato)
    /// Chaudhry et al., "Riemannian walk for incremental learning", ECCV 2018, section 3: -1..1, high is bad, negative
    /// when the tasks were answered better than ever before.
    Mean forgetting;
    /// Lopez-Paz and Ranzato, "Gradient episodic memory for continual learning", NIPS 2017, equation 3: negative when
    /// later tasks did harm.
    Mean backwardTransfer;
};

/// `after` < accuracies.tasks(). With after == 0 nothing can have been forgotten yet: those figures are missing.
[[nodiscard]] ContinualReport continualReport(const AccuracyMatrix& accuracies, std::size_t after);

} // namespace flowscent::learn
