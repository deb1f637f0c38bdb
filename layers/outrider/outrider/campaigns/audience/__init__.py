"""Audience of a campaign: selecting, screening and enrolling contacts."""
