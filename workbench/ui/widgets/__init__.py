"""Small draw functions that pages share."""
