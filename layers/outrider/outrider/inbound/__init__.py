"""Mail that comes in: answers, told apart from machines, and matched to what was sent."""
