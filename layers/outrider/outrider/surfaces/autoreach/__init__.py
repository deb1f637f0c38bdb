"""The form of the API for clients written for AutoReach."""
