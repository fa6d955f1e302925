"""From characters to features: language, tokens, cues with their spans."""
