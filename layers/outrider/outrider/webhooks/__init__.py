"""Events, signed, to the endpoints of whoever asked for them."""
