"""Whether a map can be believed: checks that stand beside every attribution, each with its limits and its verdict."""
