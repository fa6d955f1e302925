"""Which words moved an output, by which method, against which baseline, and whether the picture adds up."""
