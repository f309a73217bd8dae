// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "ui/panels/message_bar.h"

#include <QLabel>
#include <QPushButton>

using flowscent::ui::MessageBar;

class MessageBarTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void isThereOnlyWhileThereIsAMessage()
    {
        QWidget window;
        MessageBar bar(&window);
        window.show();
        QVERIFY(!bar.isVisible());
        bar.tell(MessageBar::Kind::Warning, QStringLiteral("cut off after packet 812"));
        QVERIFY(bar.isVisible());
        bar.tell(MessageBar::Kind::Failure, QStringLiteral("the file is gone"));
        QCOMPARE(bar.text(), QStringLiteral("the file is gone"));
        QVERIFY(bar.kind() == MessageBar::Kind::Failure);
        QTest::mouseClick(bar.findChild<QPushButton*>(QStringLiteral("messageClose")), Qt::LeftButton);
        QVERIFY(!bar.isVisible());
    }

    void aFileNameIsNeverReadAsMarkup()
    {
        MessageBar bar;
        bar.tell(MessageBar::Kind::Failure, QStringLiteral("<img src=x>.pcap"));
        const auto* text = bar.findChild<QLabel*>(QStringLiteral("messageText"));
        QCOMPARE(text->textFormat(), Qt::PlainText);
        QVERIFY(text->textInteractionFlags().testFlag(Qt::TextSelectableByMouse));
    }
};

QTEST_MAIN(MessageBarTest)
#include "message_bar_test.moc"
