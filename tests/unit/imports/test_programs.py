"""The header rows that programs write, and the field that each of their columns becomes. A column
that is not named here is kept in `custom`."""

import pytest

from outrider.imports.columns.headers import understand
from tests.unit.imports.address_books import ADDRESS_BOOKS, NAMES

PROGRAMS: dict[str, tuple[str, dict[str, str]]] = {
    **ADDRESS_BOOKS,
    "HubSpot": (
        "Record ID,First Name,Last Name,Email,Phone Number,Contact owner,Lead Status,"
        "Marketing contact status,Create Date,Associated Company,Job Title,Company Name,"
        "Unsubscribed from all email,Email hard bounce reason,Invalid email address,Time Zone",
        {
            **NAMES,
            "Email": "email",
            "Phone Number": "phone",
            "Lead Status": "status",
            "Marketing contact status": "status",
            "Job Title": "title",
            "Company Name": "company",
            "Unsubscribed from all email": "unsubscribed",
            "Email hard bounce reason": "bounced",
            "Invalid email address": "bounced",
            "Time Zone": "timezone",
        },
    ),
    "Salesforce": (
        "Id,FirstName,LastName,Salutation,Title,Email,Phone,MobilePhone,Account Name,LeadSource,"
        "MailingCountry,HasOptedOutOfEmail,IsEmailBounced,EmailBouncedReason,DoNotCall",
        {
            "FirstName": "first_name",
            "LastName": "last_name",
            "Title": "title",
            "Email": "email",
            "Phone": "phone",
            "Account Name": "company",
            "LeadSource": "source",
            "MailingCountry": "country",
            "HasOptedOutOfEmail": "unsubscribed",
            "IsEmailBounced": "bounced",
            "EmailBouncedReason": "bounced",
        },
    ),
    "Pipedrive": (
        "Person - ID,Person - Name,Person - First name,Person - Last name,Person - Organization,"
        "Person - Email - Work,Person - Email - Home,Person - Phone - Work,Person - Phone - Mobile,"
        "Person - Labels,Person - Job title,Person - Marketing status",
        {
            "Person - First name": "first_name",
            "Person - Last name": "last_name",
            "Person - Organization": "company",
            "Person - Email - Work": "email",
            "Person - Phone - Work": "phone",
            "Person - Labels": "tags",
            "Person - Job title": "title",
            "Person - Marketing status": "status",
        },
    ),
    "Apollo": (
        "First Name,Last Name,Title,Company Name,Email,Email Status,Seniority,Departments,"
        "Contact Owner,Work Direct Phone,Home Phone,Mobile Phone,Corporate Phone,Stage,"
        "Last Contacted,# Employees,Industry,Keywords,Person Linkedin Url,Website,"
        "Company Linkedin Url,City,State,Country,Email Sent,Email Bounced,Replied",
        {
            **NAMES,
            "Title": "title",
            "Company Name": "company",
            "Email": "email",
            "Email Status": "status",
            "Work Direct Phone": "phone",
            "Stage": "status",
            "Person Linkedin Url": "linkedin_url",
            "Country": "country",
            "Email Bounced": "bounced",
        },
    ),
    "Lemlist": (
        "email,firstName,lastName,companyName,phone,linkedinUrl,jobTitle,companyDomain,icebreaker,"
        "picture,timezone,unsubscribed",
        {
            "email": "email",
            "firstName": "first_name",
            "lastName": "last_name",
            "companyName": "company",
            "phone": "phone",
            "linkedinUrl": "linkedin_url",
            "jobTitle": "title",
            "timezone": "timezone",
            "unsubscribed": "unsubscribed",
        },
    ),
    "Instantly": (
        "Email,First Name,Last Name,Company Name,Phone,Website,Personalization,Lead Status,"
        "Job Title,linkedIn",
        {
            **NAMES,
            "Email": "email",
            "Company Name": "company",
            "Phone": "phone",
            "Lead Status": "status",
            "Job Title": "title",
            "linkedIn": "linkedin_url",
        },
    ),
    "Smartlead": (
        "first_name,last_name,email,phone_number,company_name,website,location,linkedin_profile,"
        "company_url,status,is_unsubscribed",
        {
            "first_name": "first_name",
            "last_name": "last_name",
            "email": "email",
            "phone_number": "phone",
            "company_name": "company",
            "linkedin_profile": "linkedin_url",
            "status": "status",
            "is_unsubscribed": "unsubscribed",
        },
    ),
    "Mailchimp": (
        "Email Address,First Name,Last Name,Phone Number,MEMBER_RATING,OPTIN_TIME,OPTIN_IP,"
        "CONFIRM_TIME,LATITUDE,TIMEZONE,CC,REGION,LAST_CHANGED,LEID,EUID,NOTES,TAGS,UNSUB_TIME",
        {
            **NAMES,
            "Email Address": "email",
            "Phone Number": "phone",
            "TIMEZONE": "timezone",
            "TAGS": "tags",
            "UNSUB_TIME": "unsubscribed",
        },
    ),
    "Close": (
        "id,lead_id,lead_name,name,title,primary_email,primary_phone,email_1,phone_1,created_by",
        {
            "name": "full_name",
            "title": "title",
            "primary_email": "email",
            "primary_phone": "phone",
        },
    ),
    "Brevo": (
        "CONTACT ID,EMAIL,FIRSTNAME,LASTNAME,SMS,EXT_ID,DOUBLE_OPT-IN,EMAIL_BLACKLISTED,"
        "SMS_BLACKLISTED,ADDED_TIME,MODIFIED_TIME",
        {
            "EMAIL": "email",
            "FIRSTNAME": "first_name",
            "LASTNAME": "last_name",
            "SMS": "phone",
            "DOUBLE_OPT-IN": "subscribed",
            "EMAIL_BLACKLISTED": "unsubscribed",
        },
    ),
    "ActiveCampaign": (
        "Email,First Name,Last Name,Phone,Organization,Date Created,Status,Tags,Job Title",
        {
            **NAMES,
            "Email": "email",
            "Phone": "phone",
            "Organization": "company",
            "Status": "status",
            "Tags": "tags",
            "Job Title": "title",
        },
    ),
    "Zoho CRM": (
        "Record Id,Contact Owner,Lead Source,First Name,Last Name,Account Name,Email,Title,"
        "Department,Phone,Mobile,Email Opt Out,Salutation,Mailing Country,Tag,Unsubscribed Mode,"
        "Unsubscribed Time",
        {
            **NAMES,
            "Lead Source": "source",
            "Account Name": "company",
            "Email": "email",
            "Title": "title",
            "Phone": "phone",
            "Email Opt Out": "unsubscribed",
            "Mailing Country": "country",
            "Tag": "tags",
            "Unsubscribed Time": "unsubscribed",
        },
    ),
    "Hunter": (
        "Email address,Domain name,Organization,Country,Type,Confidence score,First name,Last name,"
        "Department,Position,Twitter handle,Linkedin URL,Phone number,Verification status",
        {
            "First name": "first_name",
            "Last name": "last_name",
            "Email address": "email",
            "Organization": "company",
            "Country": "country",
            "Position": "title",
            "Linkedin URL": "linkedin_url",
            "Phone number": "phone",
            "Verification status": "status",
        },
    ),
    "Lusha": (
        "First Name,Last Name,Full Name,Job Title,Company Name,Work Email,Private Email,Phone 1,"
        "Phone 1 Type,Phone 2,Company Country,Contact Country,LinkedIn URL",
        {
            **NAMES,
            "Job Title": "title",
            "Company Name": "company",
            "Work Email": "email",
            "Phone 1": "phone",
            "Contact Country": "country",
            "LinkedIn URL": "linkedin_url",
        },
    ),
    "ZoomInfo": (
        "ZoomInfo Contact ID,Last Name,First Name,Middle Name,Salutation,Job Title,Job Function,"
        "Direct Phone Number,Email Address,Email Domain,Supplemental Email,Mobile phone,"
        "Contact Accuracy Score,LinkedIn Contact Profile URL,Country,Company Name,Website",
        {
            **NAMES,
            "Job Title": "title",
            "Direct Phone Number": "phone",
            "Email Address": "email",
            "LinkedIn Contact Profile URL": "linkedin_url",
            "Country": "country",
            "Company Name": "company",
        },
    ),
    "Snov.io": (
        "Email,Email Status,First Name,Last Name,Full name,Position,Company name,Location,Country,"
        "Source page,Date added",
        {
            **NAMES,
            "Email": "email",
            "Email Status": "status",
            "Position": "title",
            "Company name": "company",
            "Country": "country",
        },
    ),
    "Freshsales": (
        "ID,First name,Last name,Job title,Emails,Mobile,Subscription status,Accounts,Country,"
        "Do not disturb",
        {
            "First name": "first_name",
            "Last name": "last_name",
            "Job title": "title",
            "Emails": "email",
            "Mobile": "phone",
            "Subscription status": "status",
            "Accounts": "company",
            "Country": "country",
            "Do not disturb": "unsubscribed",
        },
    ),
    "Calendly": (
        "User Name,User Email,Event Type Name,Invitee Name,Invitee First Name,Invitee Last Name,"
        "Invitee Email,Canceled",
        {
            "Invitee First Name": "first_name",
            "Invitee Last Name": "last_name",
            "Invitee Email": "email",
        },
    ),
}


@pytest.mark.parametrize("program", PROGRAMS)
def test_puts_each_column_where_it_belongs(program: str) -> None:
    header, fields = PROGRAMS[program]
    names = header.split(";" if ";" in header else ",")

    found = {column.column: column.field for column in understand("contacts", names, {}, 1)}

    assert found == {name: fields.get(name, f"custom.{name}") for name in names}
