"""What each training technique is worth: on and off, the same seeds, the same examples, real validation data."""
