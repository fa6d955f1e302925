"""Making a trained model cheaper: adapters on a frozen base, smaller dense models, and smaller students."""
