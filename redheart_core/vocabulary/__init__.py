"""What the system talks about: dilemmas, emotions, Bentham's variables, layers, views, regret, cultures."""
