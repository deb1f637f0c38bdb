"""From a step and a contact to what is sent: text, HTML, and the bytes of a mail."""
