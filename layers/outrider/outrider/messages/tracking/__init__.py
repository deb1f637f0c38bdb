"""What happens to an email after it was sent: delivered, opened, clicked, unsubscribed."""
