"""What mail providers really answer when they do not take a mail, and what each answer means.

Each row: provider, stage of the SMTP session (or the error of an AWS API), reply code, text, scope
of the verdict, and where the answer is reported. Host names and addresses are made neutral.
"""

from typing import NamedTuple

from outrider.messages.transports.smtp_replies import Stage

SES_ERRORS = "https://docs.aws.amazon.com/ses/latest/dg/troubleshoot-error-messages.html"
SES_QUOTAS = "https://docs.aws.amazon.com/ses/latest/dg/manage-sending-quotas-errors.html"
SES_SMTP = "https://docs.aws.amazon.com/ses/latest/DeveloperGuide/smtp-response-codes.html"
SES_SEND = "https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html"
SES_SANDBOX = "https://errornotes.dev/en/errors/aws/fix-aws-ses-messagerejected-email-address-not-verified-sandbox-mode"
SES_DENIED = "https://repost.aws/knowledge-center/amazon-ses-iam-user-email-access-denied"
SNS = "https://docs.aws.amazon.com/sns/latest/api/API_Publish.html"
GMAIL = "https://support.google.com/a/answer/3726730"
MS_THROTTLING = "https://learn.microsoft.com/en-us/Exchange/mail-flow-best-practices/continuous-error-throttling-smtp-auth-submissions"
MS_NDR = "https://learn.microsoft.com/en-us/exchange/mail-flow-best-practices/non-delivery-reports-in-exchange-online/non-delivery-reports-in-exchange-online"
MS_SENDER = "https://github.com/swiftmailer/swiftmailer/issues/1030"
MS_SEND_AS = "http://www.kouhan.cn/en/article/00038744"
MS_AUTH = "https://docs.bookyourpto.com/features/smtp-troubleshoot"
SENDGRID = "https://www.twilio.com/docs/sendgrid/for-developers/sending-email/smtp-errors-and-troubleshooting"
ZOHO_UNUSUAL = "https://help.zoho.com/portal/en/community/topic/unable-to-send-message-reason-550-5-4-6-unusual-sending-activity-detected"
ZOHO_BLOCKED = "https://help.zoho.com/portal/en/community/topic/issue-with-outgoing-mail"
ZOHO_CODES = "https://smtp.codes/zoho"
ZEPTOMAIL = "https://www.zoho.com/zeptomail/help/api/smtp-error-codes.html"
IONOS = "https://ionos.ca/help/email/troubleshooting-mail-basicmail-business/error-messages-caused-by-undeliverable-email"
IONOS_POLICY = "https://pastebin.com/JPMu3ruP"
GMX_SUBMISSION = "https://github.com/jstedfast/MailKit/issues/968"
WEB_DE = "https://pastebin.com/T3fWg9rv"
GERMAN_PROVIDERS = "http://www.sitepackage.de/service/dokumentation/auswertung/typische-fehlermeldungen-bei-unzustellbarkeit.html"
POSTFIX_UNKNOWN = "https://git.erg.school/PostERG/xamxam/src/commit/19784090a3b6e29b349e4b9994b2edacf0ed699b/docs/SMTP_550_POSTFIX_FIX.md"
POSTFIX = "http://www.postfix.org/postconf.5.html"
POSTFIX_QUOTA = "https://pastebin.com/HJQ7Mvep"
POSTFIX_POLICY = "https://pastebin.com/mab2zkNE"
EXIM = "https://www.exim.org/exim-html-current/doc/html/spec_html/ch-access_control_lists.html"
EXIM_UNROUTABLE = "https://pastebin.com/XUBwTvbV"
CPANEL = "https://www.thiswebhost.com/clients/knowledgebase/554/I-am-receiving-an-error-sending-e-mail.html"
CPANEL_HOUR = "https://github.com/sisimai/go-sisimai"
YAHOO = "https://pastebin.com/msXQfs5n"
YAHOO_TS03 = "https://pastebin.com/XUBwTvbV"
OVH = "https://github.com/ovh/docs/pull/6139"
OX = "https://postmaster-oxsus.vadesecure.com/outbound_error_codes"
FORPSI = (
    "https://support.konto.pl/kb/a2765/blad-policy-violation-e-maile-w-kolejce-z-adresu-ip.aspx"
)
ZONE_MTA = "https://github.com/zone-eu/zone-mta/blob/master/config/bounces.txt"
ORANGE = "https://github.com/ActiveCampaign/smtp-field-manual/pull/60"
EMAILIT = "https://emailit.com/docs/dictionary/smtp-reply-codes/"
ORACLE = "https://docs.oracle.com/en-us/iaas/Content/Email/Concepts/troubleshooting.htm"
MS_SPAM = "https://github.com/Youans/nodejs-nodemailer-outlook/issues/11"
MS_RESTRICTED = "https://github.com/ActiveCampaign/smtp-field-manual/pull/99"
MS_HOTMAIL = "https://github.com/MicrosoftDocs/OfficeDocs-Exchange/issues/2836"
MS_IP = "https://github.com/ActiveCampaign/smtp-field-manual/pull/89"
YAHOO_POLICY = "https://help.yahoo.com/kb/SLN7253.html"
YAHOO_FROM = "https://github.com/mattermost/mattermost/issues/13652"
YAHOO_NOT_ALLOWED = "https://github.com/dart-mailer/mailer/issues/235"
YAHOO_CODES = "https://smtp.codes/yahoo"
MIMECAST = "https://mimecastsupport.zendesk.com/hc/en-us/articles/34000709564691-Policies-Mimecast-SMTP-Error-Codes"
QMAIL = "https://www.argonhosting.com/knowledgebase/50/What-does-a-Reason-553-sorry-that-domain-isnt-in-my-list-of-allowed-rcpthosts-sharp571-error-mean-when-an-email-message-bounces-back-to-the-sender.html"
MAILCOW = "https://github.com/mailcow/mailcow-dockerized/issues/1497"
CPANEL_SUSPENDED = "https://24x7serversecurity.com/blog/domain-has-an-outgoing-mail-hold"
QQ = "https://github.com/fisharebest/webtrees/issues/2370"
QQ_LOGIN = "https://github.com/louislam/uptime-kuma/issues/3434"
NETEASE = "https://github.com/xuxueli/xxl-job/issues/3858"
NETEASE_LOCAL = "https://github.com/ruanyf/weather-action/issues/5"
MAIL_RU = "https://github.com/lmanukyan/print-designer/issues/5"
YANDEX_TLS = "https://github.com/PHPMailer/PHPMailer/issues/283"
SPARKPOST = "https://github.com/transitland/transitland-datastore/issues/1231"
MAILGUN = "https://github.com/Monstarrrr/rebutify/issues/162"
MAILGUN_SANDBOX = "https://github.com/baserow/baserow/issues/1776"
BREVO = "https://github.com/supabase/agent-skills/issues/133"
BREVO_LOGIN = "https://github.com/frappe/frappe/issues/38806"
SMTP2GO = "https://github.com/gophish/gophish/issues/1701"
GMAIL_DIRECT = "https://github.com/iredmail/iRedMail/issues/264"
GMAIL_AUTHENTICATION = "https://github.com/tonsky/grumpy/issues/23"
ICLOUD = "https://github.com/chatmail/core/issues/6547"
FASTMAIL = "https://github.com/mealie-recipes/mealie/issues/1887"
POSTEO = "https://github.com/mandarons/icloud-docker/issues/163"
SMARTERMAIL = "https://github.com/PHPMailer/PHPMailer/issues/304"
ZOHO_RATE = "https://help.zoho.com/portal/ar/community/topic/error-unable-to-send-message-reason-550-5-4-6-mail-rate-exceeded-limit-10-3-2025"
IONOS_LIMITS = "https://www.ionos.ca/help/email/general-topics/what-are-the-mass-mailing-limits/"
IONOS_MX = "https://ionos.de/hilfe/e-mail/postmaster/smtp-fehlermeldungen-der-11-ionos-mailserver"
AWARDSPACE = "https://awardspace.com/kb/message-count-quota-exceeded"
POSTFIX_HELO = "https://github.com/bitwarden/server/issues/164"
POSTFIX_HELO_HOST = "https://github.com/chatmail/core/issues/1847"
MAILU = "https://github.com/Mailu/Mailu/issues/1103"


class Answer(NamedTuple):
    provider: str
    stage: Stage
    code: int
    text: str
    scope: str
    source: str


TO = "ada@customer.example"


ANSWERS = (
    # Gmail and Google Workspace
    Answer("Gmail", "END", 550, "5.4.5 Daily user sending limit exceeded. For more information on Gmail sending limits go to https://support.google.com/a/answer/166852 - gsmtp", "account", GMAIL),
    Answer("Google Workspace", "MAIL", 550, "5.4.5 Daily SMTP relay sending limit exceeded for customer. For more information on SMTP relay sending limits contact your administrator - gsmtp", "account", GMAIL),
    Answer("Google Workspace", "MAIL", 550, "5.7.1 Invalid credentials for relay [192.0.2.1]. The IP address you've registered in your Workspace SMTP Relay service doesn't match the domain of the account this email is being sent from. - gsmtp", "account", GMAIL),
    Answer("Google Workspace", "MAIL", 450, "4.2.1 Peak SMTP relay limit exceeded for customer. This is a temporary error. - gsmtp", "rate", GMAIL),
    Answer("Gmail", "CONNECT", 421, "4.7.0 Try again later, closing connection. - gsmtp", "rate", GMAIL),
    Answer("Gmail", "END", 421, "4.7.0 Our system has detected an unusual rate of unsolicited mail originating from your IP address. To protect our users from spam, mail sent from your IP address has been temporarily blocked. - gsmtp", "rate", GMAIL),
    Answer("Gmail", "CONNECT", 421, "4.3.0 Temporary System Problem. Try again later - gsmtp", "connection", GMAIL),
    Answer("Gmail", "RCPT", 450, "4.2.1 The user you are trying to contact is receiving mail too quickly. Please resend your message at a later time. - gsmtp", "later", GMAIL),
    Answer("Gmail", "RCPT", 450, "4.2.1 The user you are trying to contact is receiving mail at a rate that prevents additional messages from being delivered. - gsmtp", "later", GMAIL),
    Answer("Gmail", "RCPT", 452, "4.2.2 The email account that you tried to reach is over quota. - gsmtp", "later", GMAIL),
    Answer("Gmail", "RCPT", 552, "5.2.2 The email account that you tried to reach is over quota. - gsmtp", "later", GMAIL),
    Answer("Gmail", "LOGIN", 454, "4.7.0 Too many login attempts, please try again later. - gsmtp", "rate", GMAIL),
    Answer("Gmail", "LOGIN", 454, "4.7.0 Cannot authenticate due to temporary system problem. Try again later. - gsmtp", "connection", GMAIL),
    Answer("Gmail", "LOGIN", 534, "5.7.9 Application-specific password required. - gsmtp", "login", GMAIL),
    Answer("Gmail", "LOGIN", 534, "5.7.14 Please log in through your web browser and then try again. - gsmtp", "login", GMAIL),
    Answer("Gmail", "LOGIN", 535, "5.7.8 Username and Password not accepted. - gsmtp", "login", GMAIL),
    Answer("Gmail", "MAIL", 530, "5.7.0 Authentication Required. - gsmtp", "login", GMAIL),
    Answer("Gmail", "RCPT", 550, "5.1.1 The email account that you tried to reach does not exist. Please try double-checking the recipient's email address for typos or unnecessary spaces. - gsmtp", "recipient", GMAIL),
    Answer("Gmail", "RCPT", 550, "5.2.1 The email account that you tried to reach is disabled. - gsmtp", "recipient", GMAIL),
    Answer("Gmail", "RCPT", 553, "5.1.2 We weren't able to find the recipient domain. - gsmtp", "recipient", GMAIL),
    Answer("Gmail", "END", 552, "5.3.4 Your message exceeded Google's message size limits. - gsmtp", "content", GMAIL),
    Answer("Gmail", "END", 552, "5.7.0 This message was blocked because its content presents a potential security issue. - gsmtp", "content", GMAIL),
    Answer("Gmail", "END", 550, "5.7.1 Our system has detected that this message is likely unsolicited mail. To reduce the amount of spam sent to Gmail, this message has been blocked. - gsmtp", "content", GMAIL),
    Answer("Google Workspace", "END", 550, "5.7.1 This message violates example.com email policy. - gcdp x1 - gsmtp", "content", GMAIL),
    Answer("Gmail", "END", 550, "5.7.26 This mail has been blocked because the sender is unauthenticated. Gmail requires all senders to authenticate with either SPF or DKIM. - gsmtp", "sender", GMAIL),
    # Microsoft 365 and Outlook.com
    Answer("Microsoft 365", "LOGIN", 535, "5.7.3 Authentication unsuccessful [FR0P281CA0001.DEUP281.PROD.OUTLOOK.COM]", "login", MS_AUTH),
    Answer("Microsoft 365", "LOGIN", 535, "5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant. Visit https://aka.ms/smtp_auth_disabled for more information.", "login", MS_AUTH),
    Answer("Microsoft 365", "LOGIN", 535, "5.7.139 Authentication unsuccessful, user is locked by your organization's security defaults policy.", "login", MS_AUTH),
    Answer("Microsoft 365", "MAIL", 530, "5.7.57 Client not authenticated to send mail.", "login", MS_AUTH),
    Answer("Microsoft 365", "END", 550, "5.7.60 SMTP; Client does not have permissions to send as this sender [MW2PR1901MB2155.namprd19.prod.outlook.com]", "sender", MS_SENDER),
    Answer("Microsoft 365", "END", 554, "5.2.0 STOREDRV.Submission.Exception:SendAsDeniedException.MapiExceptionSendAsDenied; Failed to process message due to a permanent exception with message Cannot submit message", "sender", MS_SEND_AS),
    Answer("Microsoft 365", "END", 554, "5.2.0 STOREDRV.Submission.Exception:SubmissionQuotaExceededException; Failed to process message due to a permanent exception", "account", MS_NDR),
    Answer("Microsoft 365", "END", 554, "5.2.252 SendAsDenied; eve@outrider.test not allowed to send as bob@outrider.test", "sender", MS_THROTTLING),
    Answer("Microsoft 365", "END", 550, "5.2.252 Sender throttled due to continuous send as denied errors.", "account", MS_THROTTLING),
    Answer("Microsoft 365", "END", 550, "5.2.251 Sender throttled due to continuous mailbox full errors.", "account", MS_THROTTLING),
    Answer("Microsoft 365", "END", 432, "4.3.2 STOREDRV.ClientSubmit; sender thread limit exceeded", "rate", MS_NDR),
    Answer("Microsoft 365", "RCPT", 550, "5.1.8 Access denied, bad outbound sender AS(42004)", "account", MS_NDR),
    Answer("Microsoft 365", "END", 550, "5.7.705 Access denied, tenant has exceeded threshold", "account", MS_NDR),
    Answer("Microsoft 365", "RCPT", 550, "5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup", "recipient", MS_NDR),
    Answer("Microsoft 365", "RCPT", 550, "5.4.1 Recipient address rejected: Access denied. AS(201806281)", "recipient", MS_NDR),
    Answer("Microsoft 365", "RCPT", 450, "4.7.1 Greylisted, please try again in 180 seconds", "later", EMAILIT),
    # Amazon SES by SMTP
    Answer("SES SMTP", "END", 554, "Message rejected: Email address is not verified. The following identities failed the check in region EU-CENTRAL-1: eve@outrider.test", "sender", SES_SMTP),
    Answer("SES SMTP", "END", 554, "Message rejected: Sending paused for this account. For more information, please check the inbox of the email address associated with your AWS account.", "account", SES_SMTP),
    Answer("SES SMTP", "END", 554, "Access denied: User `arn:aws:iam::1:user/smtp' is not authorized to perform `ses:SendRawEmail' on resource `arn:aws:ses:eu-west-1:1:identity/outrider.test'", "account", SES_DENIED),
    Answer("SES SMTP", "END", 454, "Throttling failure: Maximum sending rate exceeded.", "rate", SES_QUOTAS),
    Answer("SES SMTP", "END", 454, "Throttling failure: Daily message quota exceeded.", "account", SES_QUOTAS),
    Answer("SES SMTP", "LOGIN", 535, "Authentication Credentials Invalid", "login", SES_SMTP),
    Answer("SES SMTP", "CONNECT", 421, "Too many concurrent SMTP connections", "rate", SES_SMTP),
    Answer("SES SMTP", "END", 451, "Temporary service failure", "later", SES_SMTP),
    # SendGrid and other relays
    Answer("SendGrid", "MAIL", 550, "Unauthenticated senders not allowed", "login", SENDGRID),
    Answer("SendGrid", "END", 550, "The from address does not match a verified Sender Identity. Mail cannot be sent until this error is resolved.", "sender", SENDGRID),
    Answer("SendGrid", "LOGIN", 451, "Authentication failed: Maximum credits exceeded", "account", SENDGRID),
    Answer("SendGrid", "MAIL", 452, "Too many connections from your host", "rate", SENDGRID),
    Answer("SendGrid", "END", 552, "message size exceeds limit", "content", SENDGRID),
    Answer("Emailit", "MAIL", 452, "4.4.5 Messages per second limit exceeded", "rate", EMAILIT),
    Answer("Oracle Email Delivery", "LOGIN", 421, "Too many auth failures, try again later", "rate", ORACLE),
    # Zoho
    Answer("Zoho", "END", 550, "5.4.6 Unusual sending activity detected. Please try after sometime", "account", ZOHO_UNUSUAL),
    Answer("Zoho", "LOGIN", 554, "5.1.8 Sender Address Blocked", "account", ZOHO_BLOCKED),
    Answer("Zoho", "MAIL", 553, "Sender is not allowed to relay emails", "sender", ZOHO_CODES),
    Answer("Zoho", "MAIL", 553, "Relaying disallowed as eve@outrider.test", "sender", ZEPTOMAIL),
    Answer("Zoho", "LOGIN", 535, "Authentication Failed", "login", ZEPTOMAIL),
    Answer("Zoho", "END", 552, "5.7.1 virus Win.Test.EICAR_HDB-1 detected by Zoho Mail", "content", ZEPTOMAIL),
    Answer("Zoho", "RCPT", 550, "5.1.1 <ada@customer.example> User unknown", "recipient", ZOHO_CODES),
    # GMX, web.de, IONOS, T-Online, AOL
    Answer("IONOS", "LOGIN", 535, "Authentication credentials invalid", "login", IONOS),
    Answer("IONOS", "RCPT", 550, "Requested action not taken: mailbox unavailable", "recipient", IONOS),
    Answer("IONOS", "RCPT", 550, "Quota Exceeded", "later", IONOS),
    Answer("IONOS", "MAIL", 550, "Requested action not taken: mailbox unavailable Reject due to policy restrictions. For explanation visit http://postmaster.1and1.com/en/error-messages?c=poli", "account", IONOS_POLICY),
    Answer("GMX", "RCPT", 550, "Requested action not taken: mailbox unavailable Failure sending mail. Try again later", "later", GMX_SUBMISSION),
    Answer("GMX", "CONNECT", 554, "gmx.net (mxgmx104) Nemesis ESMTP Service not available No SMTP service Reject due to policy restrictions.", "account", ZONE_MTA),
    Answer("GMX", "RCPT", 550, "5.1.1 <ada@customer.example>... User is unknown", "recipient", GERMAN_PROVIDERS),
    Answer("web.de", "END", 554, "Transaction failed Reject due to policy restrictions. For explanation visit https://web.de/email/senderguidelines?c=hi", "content", WEB_DE),
    Answer("web.de", "RCPT", 550, "User has exhausted allowed storage space.", "later", GERMAN_PROVIDERS),
    Answer("web.de", "RCPT", 550, "Benutzer nicht bekannt/User unknown", "recipient", GERMAN_PROVIDERS),
    Answer("AOL", "RCPT", 550, "MAILBOX NOT FOUND", "recipient", GERMAN_PROVIDERS),
    Answer("T-Online", "RCPT", 552, "5.2.2 Over STORAGE quota", "later", GERMAN_PROVIDERS),
    # Yahoo
    Answer("Yahoo", "MAIL", 421, "4.7.0 [TSS04] Messages from 192.0.2.1 temporarily deferred due to user complaints - 4.16.55.1; see https://help.yahoo.com/kb/postmaster/SLN3434.html", "rate", YAHOO),
    Answer("Yahoo", "END", 554, "delivery error: dd This user doesn't have a yahoo.de account", "recipient", GERMAN_PROVIDERS),
    Answer("Yahoo", "END", 554, "delivery error: dd Sorry your message to ada@customer.example cannot be delivered. This account has been disabled or discontinued", "recipient", GERMAN_PROVIDERS),
    Answer("Yahoo", "MAIL", 553, "5.7.1 [BL21] Connections will not be accepted from 192.0.2.1, because the ip is in Spamhaus's list; see https://help.yahoo.com/kb/postmaster/SLN5070.html", "account", ZONE_MTA),
    # Postfix
    Answer("Postfix", "RCPT", 553, "5.7.1 <eve@outrider.test>: Sender address rejected: not owned by user eve", "sender", POSTFIX),
    Answer("Postfix", "RCPT", 554, "5.7.1 <ada@customer.example>: Relay access denied", "account", POSTFIX),
    Answer("Postfix", "RCPT", 550, "5.1.1 <ada@customer.example>: Recipient address rejected: User unknown in virtual mailbox table", "recipient", POSTFIX_UNKNOWN),
    Answer("Postfix", "RCPT", 450, "4.1.2 <ada@customer.example>: Recipient address rejected: Domain not found", "later", POSTFIX),
    Answer("Postfix", "RCPT", 451, "4.3.5 Server configuration error", "later", POSTFIX),
    Answer("Postfix", "RCPT", 554, "5.7.1 <ada@customer.example>: Recipient address rejected: Quota exceeded", "later", POSTFIX_QUOTA),
    Answer("Postfix", "RCPT", 554, "5.7.1 <ada@customer.example>: Recipient address rejected: Recipient address rejected for policy reasons", "account", POSTFIX_POLICY),
    Answer("Postfix", "RCPT", 554, "5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.org", "account", ZONE_MTA),
    Answer("Postfix", "END", 552, "5.3.4 Error: message file too big", "content", POSTFIX),
    Answer("Postfix", "RCPT", 550, "5.1.2 <ada@customer.example>: Recipient address rejected: Domain not found", "recipient", POSTFIX),
    Answer("Postfix", "RCPT", 452, "4.3.1 Insufficient system storage", "later", POSTFIX),
    Answer("Postfix", "RCPT", 550, "<ada@customer.example>: Recipient address rejected", "content", POSTFIX),
    Answer("Postfix", "RCPT", 450, "4.2.0 <ada@customer.example>: Recipient address rejected: Greylisted", "later", EMAILIT),
    # Exim, cPanel and hosters
    Answer("Exim", "RCPT", 550, "Unrouteable address", "recipient", EXIM_UNROUTABLE),
    Answer("Exim", "RCPT", 550, "relay not permitted", "account", EXIM),
    Answer("Exim", "RCPT", 550, "Sender verify failed", "sender", EXIM),
    Answer("cPanel", "RCPT", 550, "Domain outrider.test has exceeded the max emails per hour (100/100 (100%)) allowed. Message discarded.", "account", CPANEL_HOUR),
    Answer("cPanel", "END", 550, "Domain outrider.test has exceeded the max defers and failures per hour (5/5 (100%)) allowed. Message discarded.", "account", CPANEL),
    Answer("Hoster", "END", 550, "5.7.1 [CSR] Our system has detected an unusual amount of unsolicited email originating from your address", "account", CPANEL),
    Answer("Forpsi", "RCPT", 550, "5.1.0 cNkj1y0022zrrQM01NkjaD policy violation, see https://support.forpsi.com/kb/a4081", "account", FORPSI),
    Answer("OVH", "LOGIN", 535, "5.7.1 Authentication failed", "login", OVH),
    Answer("OVH", "RCPT", 550, "Requested action not taken: mailbox unavailable", "recipient", OVH),
    Answer("Open-Xchange", "LOGIN", 535, "5.7.8 Authentication refused", "login", OX),
    Answer("Open-Xchange", "CONNECT", 550, "5.7.1 Connection refused - 192.0.2.1 blocked by Vade Threat List", "account", OX),
    Answer("Orange", "CONNECT", 550, "mwinf5c14 ME Adresse IP source bloquee pour incident de spam. Client host blocked for spamming issues. OFR006_102", "account", ORANGE),
    # Gmail and Microsoft 365 once more: what is about the sender, the recipient's rules, the rate
    Answer("Gmail", "END", 550, "5.4.5 Daily sending quota exceeded - gsmtp", "account", GMAIL),
    Answer("Gmail", "CONNECT", 421, "4.4.5 Server busy, try again later.", "connection", GMAIL),
    Answer("Gmail", "MAIL", 530, "5.7.0 Must issue a STARTTLS command first. - gsmtp", "login", GMAIL),
    Answer("Gmail", "RCPT", 503, "5.5.1 MAIL first. - gsmtp", "connection", GMAIL),
    Answer("Gmail", "RCPT", 553, "5.1.3 The recipient address <ada> is not a valid RFC-5321 address. - gsmtp", "recipient", GMAIL),
    Answer("Gmail", "END", 550, "5.7.28 Our system has detected an unusual rate of unsolicited mail originating from your IP address. To protect our users from spam, mail sent from your IP address has been blocked.", "account", GMAIL),
    Answer("Gmail", "END", 550, "5.7.1 [192.0.2.1] The IP you're using to send mail is not authorized to send email directly to our servers. Please use the SMTP relay at your service provider instead.", "account", GMAIL_DIRECT),
    Answer("Gmail", "END", 550, "5.7.1 This message does not have authentication information or fails to pass authentication checks. To best protect our users from spam, the message has been blocked.", "sender", GMAIL_AUTHENTICATION),
    Answer("Google Workspace", "MAIL", 550, "5.7.0 Mail relay denied [192.0.2.1]. Invalid credentials for relay - gsmtp", "account", GMAIL),
    Answer("Microsoft 365", "END", 554, "5.2.0 STOREDRV.Submission.Exception:OutboundSpamException; Failed to process message due to a permanent exception with message WASCL UserAction verdict is not None. Actual verdict is RefuseQuota, ShowTierUpgrade.", "account", MS_SPAM),
    Answer("Microsoft 365", "END", 550, "5.2.2 Submission quota exceeded", "account", MS_NDR),
    Answer("Microsoft 365", "END", 550, "5.7.708 Service unavailable. Access denied, traffic not accepted from this IP.", "account", MS_NDR),
    Answer("Microsoft 365", "END", 550, "5.7.501 Access denied, spam abuse detected.", "account", MS_NDR),
    Answer("Microsoft 365", "END", 550, "5.7.511 Access denied, banned sender[192.0.2.1].", "account", MS_NDR),
    Answer("Microsoft 365", "RCPT", 550, "5.7.606 Access denied, banned sending IP [192.0.2.1].", "account", MS_NDR),
    Answer("Microsoft 365", "END", 550, "5.7.750 Service unavailable. Client blocked from sending from unregistered domains", "account", MS_NDR),
    Answer("Microsoft 365", "END", 550, "5.7.233 Your message can't be sent because your tenant exceeded its daily limit for sending email to external recipients (tenant external recipient rate limit)", "account", MS_NDR),
    Answer("Microsoft 365", "END", 554, "5.2.122 The recipient has exceeded their limit for the number of messages they can receive per hour.", "later", MS_NDR),
    Answer("Microsoft 365", "RCPT", 550, "5.7.133 RESOLVER.RST.SenderNotAuthenticatedForGroup; authentication required; Delivery restriction check failed because the sender was not authenticated when sending to this group", "content", MS_RESTRICTED),
    Answer("Microsoft 365", "RCPT", 550, "5.7.129 RESOLVER.RST.RestrictedToRecipientsPermission; not authorized", "content", MS_RESTRICTED),
    Answer("Microsoft 365", "END", 550, "5.7.1 TRANSPORT.RULES.RejectMessage; the message was rejected by organization policy", "content", MS_RESTRICTED),
    Answer("Microsoft 365", "END", 550, "5.7.515 Access denied, sending domain outrider.test does not meet the required authentication level.", "sender", MS_NDR),
    Answer("Microsoft 365", "RCPT", 550, "5.7.23 The message was rejected because of Sender Policy Framework violation", "sender", MS_NDR),
    Answer("Microsoft 365", "RCPT", 550, "5.7.64 TenantAttribution; Relay Access Denied", "account", MS_NDR),
    Answer("Microsoft 365", "LOGIN", 504, "5.7.4 Unrecognized authentication type", "login", MS_AUTH),
    Answer("Microsoft 365", "CONNECT", 421, "4.3.2 The maximum number of concurrent server connections has exceeded a limit, closing transmission channel", "rate", MS_NDR),
    Answer("Outlook.com", "RCPT", 550, "5.5.0 Requested action not taken: mailbox unavailable (S2017062302).", "recipient", MS_HOTMAIL),
    Answer("Outlook.com", "MAIL", 451, "4.7.651 The mail server [192.0.2.1] has been temporarily rate limited due to IP reputation.", "rate", MS_IP),
    # Yahoo, iCloud, Fastmail, Posteo
    Answer("Yahoo", "END", 554, "5.7.9 Message not accepted for policy reasons. See https://help.yahoo.com/kb/postmaster/SLN7253.html", "sender", YAHOO_POLICY),
    Answer("Yahoo", "END", 550, "Request failed; Mailbox unavailable", "sender", YAHOO_FROM),
    Answer("Yahoo", "END", 554, "Message not allowed - [299]", "content", YAHOO_NOT_ALLOWED),
    Answer("Yahoo", "RCPT", 450, "User is receiving mail too quickly", "later", YAHOO_CODES),
    Answer("iCloud", "END", 554, "5.7.1 [CS01] Message rejected due to local policy. Please visit https://support.apple.com/en-us/HT204137", "content", ICLOUD),
    Answer("Fastmail", "END", 551, "5.7.1 Multiple addresses in a From header is not allowed", "content", FASTMAIL),
    Answer("Posteo", "END", 550, "5.7.1 message content rejected", "content", POSTEO),
    # QQ, NetEase, Mail.ru, Yandex
    Answer("QQ", "MAIL", 501, "mail from address must be same as authorization user", "sender", QQ),
    Answer("QQ", "LOGIN", 535, "Login Fail. Please enter your authorization code to login.", "login", QQ_LOGIN),
    Answer("NetEase", "MAIL", 553, "Mail from must equal authorized user", "sender", NETEASE),
    Answer("NetEase", "MAIL", 553, "Local user only,163 smtp5", "sender", NETEASE_LOCAL),
    Answer("Mail.ru", "LOGIN", 535, "5.7.0 NEOBHODIM parol prilozheniya https://help.mail.ru/mail/security/protection/external / Application password is REQUIRED", "login", MAIL_RU),
    Answer("Yandex", "RCPT", 553, "5.7.1 Sender address rejected: not owned by auth user.", "sender", QQ),
    Answer("Yandex", "MAIL", 530, "5.7.7 Email sending without SSL/TLS encryption is not allowed.", "login", YANDEX_TLS),
    # Relays
    Answer("SparkPost", "END", 550, "5.7.1 Unconfigured Sending Domain <outrider.test>", "sender", SPARKPOST),
    Answer("Mailgun", "END", 421, "Domain sandbox1.mailgun.org is not allowed to send: Please activate your Mailgun account. Check your inbox or log in to your control panel to resend the activation email.", "account", MAILGUN),
    Answer("Mailgun", "END", 421, "Domain sandbox1.mailgun.org is not allowed to send: Sandbox subdomains are for test purposes only. Please add your own domain or add the address to authorized recipients in Account Settings.", "account", MAILGUN_SANDBOX),
    Answer("Brevo", "MAIL", 502, "5.7.0 Your SMTP account is not yet activated", "account", BREVO),
    Answer("Brevo", "MAIL", 502, "5.7.0 Please authenticate first", "login", BREVO_LOGIN),
    Answer("SMTP2GO", "RCPT", 550, "that IP address is not allowed to send", "account", SMTP2GO),
    Answer("Mimecast", "MAIL", 550, "submitter failed to authenticate", "login", MIMECAST),
    Answer("Mimecast", "RCPT", 550, "Administrative prohibition", "account", MIMECAST),
    Answer("Mimecast", "RCPT", 550, "csi.mimecast.org Poor Reputation Sender", "account", MIMECAST),
    Answer("Mimecast", "RCPT", 550, "Invalid Recipient - https://community.mimecast.com/docs/DOC-1369#550", "recipient", MIMECAST),
    Answer("Mimecast", "RCPT", 451, "Account outbounds disabled", "account", MIMECAST),
    # Hosters
    Answer("Zoho", "END", 550, "5.4.6 mail rate exceeded limit", "account", ZOHO_RATE),
    Answer("IONOS", "RCPT", 450, "Requested mail action not taken: mailbox unavailable Mail send limit exceeded.", "rate", IONOS_LIMITS),
    Answer("IONOS", "CONNECT", 421, "Rate limit reached. Please try again later", "rate", IONOS_MX),
    Answer("IONOS", "CONNECT", 421, "Reject due to policy violations", "connection", IONOS_MX),
    Answer("AwardSpace", "MAIL", 550, "Message count quota exceeded", "account", AWARDSPACE),
    Answer("cPanel", "RCPT", 550, "Domain outrider.test has an outgoing mail suspension. Message discarded.", "account", CPANEL_SUSPENDED),
    Answer("cPanel", "RCPT", 450, "Domain outrider.test has an outgoing mail hold. Message will be reattempted later", "account", CPANEL_SUSPENDED),
    Answer("mailcow", "END", 451, '4.7.1 Ratelimit "user" exceeded', "rate", MAILCOW),
    Answer("Mailu", "RCPT", 554, "5.7.1 <eve@outrider.test>: Sender address rejected: Access denied", "sender", MAILU),
    Answer("SmarterMail", "MAIL", 553, "You are not allowed to use the domain hotmail.com as a sender domain.", "sender", SMARTERMAIL),
    Answer("Postfix", "RCPT", 504, "5.5.2 <localhost>: Helo command rejected: need fully-qualified hostname", "account", POSTFIX_HELO),
    Answer("Postfix", "RCPT", 450, "4.7.1 <localhost>: Helo command rejected: Host not found", "later", POSTFIX_HELO_HOST),
    Answer("Postfix", "RCPT", 550, "5.1.0 <eve@outrider.test>: Sender address rejected: User unknown in virtual mailbox table", "sender", POSTFIX),
    Answer("Postfix", "RCPT", 450, "4.7.1 Error: too much mail from 192.0.2.1", "rate", POSTFIX),
    Answer("qmail", "RCPT", 553, "sorry, that domain isn't in my list of allowed rcpthosts (#5.7.1)", "account", QMAIL),
)  # fmt: skip
