"""Surfaces: the API in the forms that clients written for other products expect."""
