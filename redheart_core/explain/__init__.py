"""Explanations: what a result, or a population of results, says about its inputs."""
