"""Pure: a core result becomes a frozen view, ready to draw."""
