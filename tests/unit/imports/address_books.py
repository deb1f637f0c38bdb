"""Header rows that address books write, and the field that each of their columns becomes."""

NAMES = {"First Name": "first_name", "Last Name": "last_name"}
ADDRESS_BOOKS: dict[str, tuple[str, dict[str, str]]] = {
    "LinkedIn": (
        "First Name,Last Name,URL,Email Address,Company,Position,Connected On",
        {**NAMES, "Email Address": "email", "Company": "company", "Position": "title"},
    ),
    "Google Contacts": (
        "First Name,Middle Name,Last Name,Phonetic First Name,Phonetic Middle Name,"
        "Phonetic Last Name,Name Prefix,Name Suffix,Nickname,File As,Organization Name,"
        "Organization Title,Organization Department,Birthday,Notes,Photo,Labels,E-mail 1 - Label,"
        "E-mail 1 - Value,E-mail 2 - Label,E-mail 2 - Value,Phone 1 - Label,Phone 1 - Value,"
        "Address 1 - Label,Address 1 - Country,Website 1 - Label,Website 1 - Value",
        {
            **NAMES,
            "Organization Name": "company",
            "Organization Title": "title",
            "Labels": "tags",
            "E-mail 1 - Value": "email",
            "Phone 1 - Value": "phone",
            "Address 1 - Country": "country",
        },
    ),
    "Google Contacts, old": (
        "Name,Given Name,Additional Name,Family Name,Yomi Name,Name Prefix,Name Suffix,Initials,"
        "Nickname,Birthday,Gender,Location,Notes,Group Membership,E-mail 1 - Type,E-mail 1 - Value,"
        "Phone 1 - Type,Phone 1 - Value,Organization 1 - Type,Organization 1 - Name,"
        "Organization 1 - Title,Organization 1 - Department",
        {
            "Given Name": "first_name",
            "Family Name": "last_name",
            "Group Membership": "tags",
            "E-mail 1 - Value": "email",
            "Phone 1 - Value": "phone",
            "Organization 1 - Name": "company",
            "Organization 1 - Title": "title",
        },
    ),
    "Outlook": (
        "Title,First Name,Middle Name,Last Name,Suffix,Company,Department,Job Title,"
        "Business Street,Business Country/Region,Home Country/Region,Business Fax,Business Phone,"
        "Home Phone,Mobile Phone,Categories,E-mail Address,E-mail Type,E-mail Display Name,"
        "E-mail 2 Address,Notes,Web Page",
        {
            **NAMES,
            "Company": "company",
            "Job Title": "title",
            "Business Country/Region": "country",
            "Business Phone": "phone",
            "Categories": "tags",
            "E-mail Address": "email",
        },
    ),
    "Outlook, German": (
        "Anrede;Vorname;Weitere Vornamen;Nachname;Suffix;Firma;Abteilung;Position;"
        "Land/Region geschäftlich;Fax geschäftlich;Telefon geschäftlich;Mobiltelefon;Kategorien;"
        "E-Mail-Adresse;E-Mail-Typ;E-Mail 2: Adresse;Notizen;Webseite",
        {
            "Vorname": "first_name",
            "Nachname": "last_name",
            "Firma": "company",
            "Position": "title",
            "Land/Region geschäftlich": "country",
            "Telefon geschäftlich": "phone",
            "Kategorien": "tags",
            "E-Mail-Adresse": "email",
        },
    ),
    "Outlook, French": (
        "Titre;Prénom;Deuxième prénom;Nom;Suffixe;Société;Service;Fonction;Pays/Région (bureau);"
        "Téléphone (bureau);Tél. mobile;Catégories;Adresse de messagerie;Page Web",
        {
            "Prénom": "first_name",
            "Nom": "last_name",
            "Société": "company",
            "Fonction": "title",
            "Pays/Région (bureau)": "country",
            "Téléphone (bureau)": "phone",
            "Catégories": "tags",
            "Adresse de messagerie": "email",
        },
    ),
    "Outlook, Spanish": (
        "Trato,Nombre,Segundo nombre,Apellidos,Sufijo,Organización,Departamento,Puesto,"
        "Teléfono del trabajo,Móvil,Categorías,Dirección de correo electrónico",
        {
            "Nombre": "first_name",
            "Apellidos": "last_name",
            "Organización": "company",
            "Puesto": "title",
            "Teléfono del trabajo": "phone",
            "Categorías": "tags",
            "Dirección de correo electrónico": "email",
        },
    ),
    "Outlook, Italian": (
        "Titolo,Nome,Secondo nome,Cognome,Società,Reparto,Posizione,Telefono (uff.),Cellulare,"
        "Indirizzo di posta elettronica",
        {
            "Nome": "first_name",
            "Cognome": "last_name",
            "Società": "company",
            "Posizione": "title",
            "Telefono (uff.)": "phone",
            "Indirizzo di posta elettronica": "email",
        },
    ),
    "Outlook, Dutch": (
        "Titel,Voornaam,Middelste naam,Achternaam,Bedrijf,Afdeling,Functie,Telefoon op werk,"
        "Mobiele telefoon,E-mailadres",
        {
            "Voornaam": "first_name",
            "Achternaam": "last_name",
            "Bedrijf": "company",
            "Functie": "title",
            "Telefoon op werk": "phone",
            "E-mailadres": "email",
        },
    ),
    "Outlook, Polish": (
        "Tytuł,Imię,Drugie imię,Nazwisko,Firma,Stanowisko,Telefon służbowy,Telefon komórkowy,"
        "Adres e-mail",
        {
            "Imię": "first_name",
            "Nazwisko": "last_name",
            "Firma": "company",
            "Stanowisko": "title",
            "Telefon służbowy": "phone",
            "Adres e-mail": "email",
        },
    ),
    "Outlook, Portuguese": (
        "Título,Nome próprio,Nome do meio,Apelido,Sufixo,Empresa,Departamento,Cargo,"
        "Telefone do emprego,Telemóvel,Endereço de correio electrónico,"
        "Tipo de correio electrónico,País/Região do emprego",
        {
            "Nome próprio": "first_name",
            "Apelido": "last_name",
            "Empresa": "company",
            "Cargo": "title",
            "Telefone do emprego": "phone",
            "Endereço de correio electrónico": "email",
            "País/Região do emprego": "country",
        },
    ),
    "Outlook, Swedish": (
        "Titel,Förnamn,Mellannamn,Efternamn,Suffix,Företag,Avdelning,Befattning,Telefon arbete,"
        "Mobiltelefon,E-postadress,E-posttyp,Visningsnamn för e-post,Land/Region (arbete)",
        {
            "Förnamn": "first_name",
            "Efternamn": "last_name",
            "Företag": "company",
            "Befattning": "title",
            "Telefon arbete": "phone",
            "E-postadress": "email",
            "Land/Region (arbete)": "country",
        },
    ),
    "Outlook, Danish": (
        "Titel;Fornavn;Mellemnavn;Efternavn;Suffiks;Firma;Afdeling;Stilling;Telefon (arbejde);"
        "Mobiltelefon;E-mail-adresse;E-mailtype;Land/område (arbejde)",
        {
            "Fornavn": "first_name",
            "Efternavn": "last_name",
            "Firma": "company",
            "Stilling": "title",
            "Telefon (arbejde)": "phone",
            "E-mail-adresse": "email",
            "Land/område (arbejde)": "country",
        },
    ),
}
