"""Training: objectives per data set, a plain multi-task loop, evaluation on development data, the model card."""
