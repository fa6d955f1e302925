"""A step of a large model in little memory: its plan, its optimisers, and how far it reaches."""
