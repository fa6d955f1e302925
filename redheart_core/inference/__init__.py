"""Text to model to reasoning to typed result: the one path that everything shares."""
