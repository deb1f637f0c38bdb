"""Unsubscribe links, tracking links and open pixels, as recipients use them."""
