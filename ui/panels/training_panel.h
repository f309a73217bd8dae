// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include <memory>

#include "engine/learn/base_model.h"

class QLabel;
class QStackedWidget;
class QTreeWidget;

namespace flowscent::ui {

class CurvePlot;

/// How the base model came to be: the curves of its meta-training, and its record.
class TrainingPanel : public QWidget {
    Q_OBJECT

public:
    explicit TrainingPanel(QWidget* parent = nullptr);

    void setModel(const std::shared_ptr<const learn::BaseModel>& model);
    /// There is none, and why.
    void setTrouble(const QString& text);

private:
    void showRecord(const learn::BaseModel& model);

    QStackedWidget* m_pages;
    QLabel* m_trouble;
    CurvePlot* m_curves;
    QTreeWidget* m_record;
};

} // namespace flowscent::ui
