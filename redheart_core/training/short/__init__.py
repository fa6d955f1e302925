"""Short trainings for studies: what they share is read once, then each is one call."""
