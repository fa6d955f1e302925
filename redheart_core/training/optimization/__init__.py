"""The optimisation systems: telemetry of real trainings, the rules, and the comparison of both."""
