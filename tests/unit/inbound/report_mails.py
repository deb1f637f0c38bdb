"""Delivery reports as mail servers of many makers write them, in words of ours: what tells their
forms apart is where the failed address stands, where the answer, and how the mail is given back.

Each row: server, sender, subject, what it says, what becomes of the mail to grace@example.com.
`{back}` is where our mail is given back; a report without it has it as a part of its own.
"""

from typing import NamedTuple

FAILED = "hard no_such_address"


class ReportMail(NamedTuple):
    server: str
    sender: str
    subject: str
    text: str
    expected: str


R = ReportMail
DAEMON = "Mail Delivery System <MAILER-DAEMON@mx.example.net>"
BACK = """\
Received: from outrider.test by mx.example.net; Mon, 2 Mar 2026 09:00:00 +0000
From: Ada <ada@acme.example>
To: Grace <grace@example.com>
Message-ID: <ours-1@outrider.test>
Subject: A question

Hi
"""

TEXTS = (
    R("Exim", DAEMON, "Mail delivery failed: returning message to sender", "This was written by a program. An address failed:\n\n  grace@example.com\n    host mx.example.com [192.0.2.1]\n    SMTP error from remote mail server after RCPT TO:<grace@example.com>:\n    550 5.1.1 <grace@example.com>: User unknown\n\n------ This is a copy of the message, with its headers. ------\n\n{back}", FAILED),
    R("Exim, full", DAEMON, "Mail delivery failed: returning message to sender", "An address failed:\n\n  grace@example.com\n    mailbox is full: retry timeout exceeded\n\n{back}", "soft mailbox_full"),
    R("Exim, alias", DAEMON, "Mail delivery failed", "The address failed:\n\n  grace@example.com\n    (generated from info@example.com)\n    Unrouteable address\n\n{back}", FAILED),
    R("Exim, late", DAEMON, "Warning: message 1abc delayed 24 hours", "It has not yet been delivered to:\n\n  grace@example.com\n    Delay reason: 451 try later\n\nNo action is required on your part. Delivery attempts will continue.\n\n{back}", "delayed server_error"),
    R("qmail", "MAILER-DAEMON@mx.example.net", "failure notice", "Hi. This is the qmail-send program. It could not be delivered. I've given up.\n\n<grace@example.com>:\nSorry, no mailbox here by that name. (#5.1.1)\n\n--- Below this line is a copy of the message.\n\n{back}", FAILED),
    R("qmail, remote", "MAILER-DAEMON@mx.example.net", "failure notice", "Hi. This is the qmail-send program.\n\n<grace@example.com>:\n192.0.2.1 does not like recipient.\nRemote host said: 552 disk quota exceeded\nGiving up on 192.0.2.1.\n\n--- Below this line is a copy of the message.\n\n{back}", "soft mailbox_full"),
    R("GMX", "MAILER-DAEMON@mail.gmx.example", "Mail delivery failed: returning message to sender", "Written by a program. This is a permanent error. The address failed:\n\n\"grace@example.com\":\nSMTP error from remote server after RCPT command:\nhost: mx.example.com\n5.1.1 User unknown\n\n--- The header of the original message is following. ---\n\n{back}", FAILED),
    R("web.de", "MAILER-DAEMON@mail.web.example", "Mail delivery failed", "Diese Nachricht konnte nicht zugestellt werden:\n\ngrace@example.com:\n550 Benutzer nicht bekannt/User unknown\n\n{back}", FAILED),
    R("T-Online", "Mailer-Daemon@t-online.example", "Returned mail: host unknown", "Die Mail konnte nicht zugestellt werden.\n\n<grace@example.com>\n    Grund: 550 unknown user / Teilnehmer existiert nicht\n\n{back}", FAILED),
    R("Postfix, text", DAEMON, "Undelivered Mail Returned to Sender", "This is the mail system.\n\n<grace@example.com>: host mx.example.com[192.0.2.1] said: 550 5.1.1\n    <grace@example.com>: Recipient address rejected: User unknown (in reply to\n    RCPT TO command)\n\n{back}", FAILED),
    R("Postfix, block list", DAEMON, "Undelivered Mail Returned to Sender", "<grace@example.com>: host mx.example.com[192.0.2.1] said: 554 5.7.1 Service\n    unavailable; Client host [192.0.2.7] blocked using zen.spamhaus.org\n\n{back}", "soft blocked"),
    R("Sendmail", "Mail Delivery Subsystem <MAILER-DAEMON@mx.example.net>", "Returned mail: see transcript for details", "   ----- The following addresses had permanent fatal errors -----\n<grace@example.com>\n    (reason: 550 5.1.1 <grace@example.com>... User unknown)\n\n   ----- Transcript of session follows -----\n>>> DATA\n<<< 550 5.1.1 <grace@example.com>... User unknown\n\n{back}", FAILED),
    R("Sendmail, late", "Mail Delivery Subsystem <MAILER-DAEMON@mx.example.net>", "Warning: could not send message for past 4 hours", "    **      THIS IS A WARNING MESSAGE ONLY      **\n    **  YOU DO NOT NEED TO RESEND YOUR MESSAGE  **\n\n<grace@example.com>... Deferred: Connection timed out\n\n{back}", "delayed network"),
    R("Sendmail, expired", "Mail Delivery Subsystem <MAILER-DAEMON@mx.example.net>", "Returned mail: Cannot send message for 5 days", "<grace@example.com>... Deferred: Connection refused\nMessage could not be delivered for 5 days\n\n{back}", "soft expired"),
    R("Exchange 2003", "System Administrator <postmaster@example.net>", "Undeliverable: A question", "Your message did not reach some of the recipients.\n\n  Subject: A question\n\nThe following recipient(s) could not be reached:\n\n  grace@example.com on 3/2/2026 9:00 AM\n    The recipient name is not recognized\n\n{back}", FAILED),
    R("Exchange 2010", "Microsoft Exchange <postmaster@example.net>", "Undeliverable: A question", "Delivery has failed to these recipients or groups:\n\ngrace@example.com<mailto:grace@example.com>\nThe address couldn't be found.\n\nDiagnostic information for administrators:\n\ngrace@example.com\n#550 5.1.1 RESOLVER.ADR.RecipNotFound; not found ##\n\nOriginal message headers:\n\n{back}", FAILED),
    R("Microsoft 365", "postmaster@example.onmicrosoft.com", "Undeliverable: A question", "Your message to grace@example.com couldn't be delivered.\n\nRemote Server returned '550 5.1.10 RESOLVER.ADR.RecipientNotFound; not found'\n\n{back}", FAILED),
    R("Microsoft 365, German", "postmaster@example.onmicrosoft.com", "Unzustellbar: Eine Frage", "Fehler bei der Zustellung an:\n\ngrace@example.com<mailto:grace@example.com>\nDas Postfach ist voll.\n\nRemote Server returned '554 5.2.2 mailbox full; QuotaExceeded'\n\n{back}", "soft mailbox_full"),
    R("Microsoft 365, French", "postmaster@example.onmicrosoft.com", "Non remis : Une question", "Échec de la remise :\n\ngrace@example.com\nRemote Server returned '550 5.7.133 RESOLVER.RST.SenderNotAuthenticatedForGroup'\n\n{back}", "soft policy"),
    R("Microsoft 365, Spanish", "MicrosoftExchange329e71@example.com", "No se puede entregar: Una pregunta", "No se pudo entregar el mensaje a:\n\ngrace@example.com\n550 5.4.1 Recipient address rejected: Access denied. AS(201806281)\n\n{back}", FAILED),
    R("Google", "Mail Delivery Subsystem <mailer-daemon@googlemail.com>", "Delivery Status Notification (Failure)", "Delivery to the following recipient failed permanently:\n\n     grace@example.com\n\nTechnical details of permanent failure:\nThe error that the other server returned was:\n550 5.1.1 The email account that you tried to reach does not exist.\n\n----- Original message -----\n\n{back}", FAILED),
    R("Google, late", "Mail Delivery Subsystem <mailer-daemon@googlemail.com>", "Delivery Status Notification (Delay)", "THIS IS A WARNING MESSAGE ONLY. YOU DO NOT NEED TO RESEND YOUR MESSAGE.\n\nDelivery to the following recipient has been delayed:\n\n     grace@example.com\n\n{back}", "delayed unknown"),
    R("Yahoo", "MAILER-DAEMON@yahoo.com", "Failure Notice", "Sorry, we were unable to deliver your message to the following address.\n\n<grace@example.com>:\nRemote host said: 554 delivery error: dd This user doesn't have a yahoo.com account [0]\n\n--- Below this line is a copy of the message.\n\n{back}", FAILED),
    R("AOL", "MAILER-DAEMON@aol.com", "Mail Delivery Problem", "Your mail was not delivered.\n\n<grace@example.com>\n550 MAILBOX NOT FOUND\n\n{back}", FAILED),
    R("Zoho", "mailer-daemon@mail.zoho.example", "Undelivered Mail Returned to Sender", "It could not be delivered. This is a permanent error.\n\ngrace@example.com Invalid Address, ERROR_CODE :550, ERROR_CODE :5.1.1 User Unknown\n\n{back}", FAILED),
    R("iCloud", "MAILER-DAEMON@icloud.example", "Undeliverable mail", "We could not deliver your mail to:\n\n<grace@example.com>: 552 5.2.2 user is over quota\n\n{back}", "soft mailbox_full"),
    R("Mimecast", "postmaster@mimecast.example", "[Postmaster] Email Delivery Failure", "This is a delivery failure notification.\n\nRecipient: grace@example.com\nReason: 550 csi.mimecast.org Poor Reputation Sender\n\n{back}", "soft blocked"),
    R("Proofpoint", "MAILER-DAEMON@pphosted.example", "Undeliverable: A question", "The mail to <grace@example.com> was refused:\n\n<grace@example.com>: 554 Blocked - see https://ipcheck.proofpoint.com/?ip=192.0.2.7\n\n{back}", "soft blocked"),
    R("Barracuda", "MAILER-DAEMON@barracuda.example", "**Message you sent blocked by our bulk email filter**", "Your message to:\n\n<grace@example.com>\n\nwas blocked by our Spam Firewall: 550 5.7.1 blocked as spam\n\n{back}", "soft blocked"),
    R("Domino", "Postmaster@example.net", "DELIVERY FAILURE: User grace (grace@example.com) not listed in Domino Directory", "Your message\n\n  Subject: A question\n\nwas not delivered to:\n\n  grace@example.com\n\nbecause:\n\n  User grace (grace@example.com) not listed in Domino Directory\n\n{back}", FAILED),
    R("GroupWise", "Mailer-Daemon@gw.example.net", "Message status - undeliverable", "The message that you sent was undeliverable to the following:\n\n    grace@example.com (User not found (D101))\n\n{back}", FAILED),
    R("Courier", "Courier mail server at mx <MAILER-DAEMON@mx.example.net>", "NOTICE: mail delivery status.", "                           UNDELIVERABLE MAIL\n\nYour message cannot be delivered to:\n\n<grace@example.com>:\n    mx.example.com [192.0.2.1]:\n>>> RCPT TO:<grace@example.com>\n<<< 550 5.1.1 User Unknown\n\n{back}", FAILED),
    R("MDaemon", "MDaemon at example.net <MDaemon@example.net>", "Permanent Delivery Failure", "The attached message could not be delivered.\n\nFailed address: grace@example.com\n\n<-- RCPT To:<grace@example.com>\n--> 550 <grace@example.com>, Recipient unknown\n\n{back}", FAILED),
    R("WorkMail", "Mailer-Daemon <postmaster@workmail.example>", "Delivery failure", "Your message could not be delivered to:\n\ngrace@example.com: 550 5.1.1 Recipient does not exist\n\n{back}", FAILED),
    R("mail.ru", "mailer-daemon@corp.mail.example", "Ваше сообщение не доставлено. Mail failure.", "К сожалению, письмо не может быть доставлено:\n\n  grace@example.com\n    550 no such user\n\n{back}", FAILED),
    R("Yandex", "mailer-daemon@yandex.example", "Недоставленное сообщение", "Ваше письмо не доставлено.\n\n<grace@example.com>: host mx.example.com[192.0.2.1] said: 550 5.7.1 No such\n    user! (in reply to RCPT TO command)\n\n{back}", FAILED),
    R("QQ", "PostMaster@qq.example", "系统退信", "您的邮件没有送达:\n\ngrace@example.com\n550 Mailbox not found\n\n{back}", FAILED),
    R("163", "Postmaster@163.example", "系统退信", "收件人:\n\ngrace@example.com\nSMTP error, RCPT TO: 552 收件人邮箱已满\n\n{back}", "soft mailbox_full"),
    R("Orange", "MAILER-DAEMON@orange.example", "Message non distribué", "Le message n'a pas été remis :\n\n<grace@example.com>\n550 5.1.1 Adresse d au moins un destinataire invalide. OFR_416\n\n{back}", FAILED),
    R("OVH", "MAILER-DAEMON@mx.ovh.example", "failure notice", "Hi.\n\n<grace@example.com>:\nuser does not exist, but will deliver to none. 550 5.1.1 no such user\n\n{back}", FAILED),
    R("OpenSMTPD", "Mailer Daemon <MAILER-DAEMON@mx.example.net>", "Delivery status notification: error", "An error has occurred while attempting to deliver a message to:\n\ngrace@example.com: 550 Invalid recipient\n\n{back}", FAILED),
    R("a scanner", "postmaster@gate.example.net", "Delivery failure (A question)", "The mail to\n\n- <grace@example.com>: 550 virus found: Eicar-Test\n\nwas not delivered.\n\n{back}", "soft content_refused"),
    R("hMailServer", DAEMON, "Message undeliverable: A question", "Your message did not reach its recipients.\n\n   Subject: A question\n\ngrace@example.com\n   Error Type: SMTP\n   Remote server (192.0.2.1) issued an error.\n   hMailServer sent: RCPT TO:<grace@example.com>\n   Remote server replied: 550 No such user here\n\n{back}", FAILED),
    R("CommuniGate", "MAILER-DAEMON@example.net", "Undeliverable mail: A question", "Failed to deliver to 'grace@example.com'\nLOCAL module(account grace) reports:\n account is full (quota exceeded)\n\n{back}", "soft mailbox_full"),
    R("MailMarshal", "MailMarshal <postmaster@example.net>", "A suspect attachment was in your message", "This e-mail was stopped:\n   From: ada@acme.example\n   To: grace@example.com\nIt contained an attachment that could not be delivered.\n\n{back}", "soft content_refused"),
    R("no domain", DAEMON, "Undelivered Mail Returned to Sender", "<grace@example.com>: Domain not found\n\n{back}", "hard no_such_domain"),
    R("Japanese", DAEMON, "配信不能通知", "次の宛先に配信できませんでした:\n\n<grace@example.com>\n550 宛先ユーザが存在しません\n\n{back}", FAILED),
    R("our mail as a part", "MAILER-DAEMON@mx.example.net", "failure notice", "Hi.\n\n<grace@example.com>:\n550 5.1.1 no such user\n", FAILED),
)  # fmt: skip

FORWARDS = {
    "Gmail": "---------- Forwarded message ---------\nFrom: {sender}\nDate: Mon, 2 Mar 2026 at 10:00\nSubject: {subject}\nTo: <ada@acme.example>\n\n\n{text}",
    "Apple Mail": "\n\n> Begin forwarded message:\n> \n> From: {sender}\n> Subject: {subject}\n> Date: 2 March 2026 at 10:00:00 GMT\n> To: ada@acme.example\n> \n{quoted}",
    "Apple Mail, quoted below": "Begin forwarded message:\n\n> From: {sender}\n> Subject: {subject}\n> To: ada@acme.example\n> \n{quoted}",
    "Outlook": "________________________________\nFrom: {sender}\nSent: Monday, March 2, 2026 10:00 AM\nTo: Ada <ada@acme.example>\nSubject: {subject}\n\n{text}",
    "Outlook, German": "\n-----Ursprüngliche Nachricht-----\nVon: {sender}\nGesendet: Montag, 2. März 2026 10:00\nAn: Ada <ada@acme.example>\nBetreff: {subject}\n\n{text}",
    "Thunderbird": "\n\n-------- Forwarded Message --------\nSubject: \t{subject}\nDate: \tMon, 2 Mar 2026 10:00:00 +0000\nFrom: \t{sender}\nTo: \tada@acme.example\n\n\n\n{text}",
    "Thunderbird, French": "\n\n-------- Message transféré --------\nSujet\u202f: \t{subject}\nDate\u202f: \tMon, 2 Mar 2026 10:00:00 +0000\nDe\u202f: \t{sender}\nPour\u202f: \tada@acme.example\n\n{text}",
    "quoted": "On Mon, 2 Mar 2026 at 10:00, {sender} wrote:\n\n{quoted}",
    "quoted twice": "> On Mon, 2 Mar 2026 at 10:00, {sender} wrote:\n>\n{quoted twice}",
}  # fmt: skip
"""How programs pass a mail on inside the text of another one."""
