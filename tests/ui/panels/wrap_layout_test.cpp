// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "ui/panels/wrap_layout.h"

#include <QWidget>

using flowscent::ui::WrapLayout;

class WrapLayoutTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void goesOnInTheNextLineWhenALineIsFull()
    {
        QWidget window;
        auto* layout = new WrapLayout(&window, 10);
        layout->setContentsMargins(0, 0, 0, 0);
        QList<QWidget*> boxes;
        for (int i = 0; i < 3; ++i) {
            auto* box = new QWidget(&window);
            box->setFixedSize(100, 20);
            layout->addWidget(box);
            boxes << box;
        }
        QCOMPARE(layout->heightForWidth(320), 20);
        QCOMPARE(layout->heightForWidth(319), 50);
        QCOMPARE(layout->heightForWidth(50), 80); // too narrow for one: a line each
        layout->setGeometry({0, 0, 210, 60});
        QCOMPARE(boxes[0]->geometry(), QRect(0, 0, 100, 20));
        QCOMPARE(boxes[1]->geometry(), QRect(110, 0, 100, 20));
        QCOMPARE(boxes[2]->geometry(), QRect(0, 30, 100, 20));
    }

    void takesNoRoomWithoutItems()
    {
        QWidget window;
        const WrapLayout layout(&window, 10);
        QCOMPARE(layout.minimumSize(), QSize(layout.contentsMargins().left() + layout.contentsMargins().right(),
                                             layout.contentsMargins().top() + layout.contentsMargins().bottom()));
    }
};

QTEST_MAIN(WrapLayoutTest)
#include "wrap_layout_test.moc"
