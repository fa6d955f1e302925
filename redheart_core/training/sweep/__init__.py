"""Hierarchical learning-rate sweep: coarse, fine, then repeated seeds to tell the optimum from noise."""
