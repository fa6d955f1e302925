"""Parameter crossover: the best combination of modules across the saved checkpoints of a run."""
