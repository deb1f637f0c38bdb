"""Feedback on emails after they were sent: deliveries, bounces, complaints; and the guard-rails
that pause sending after too many bounces or complaints."""
