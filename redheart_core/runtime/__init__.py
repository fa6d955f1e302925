"""Devices, memory plan, residency and leases: lends any ``nn.Module``, and knows none of ours."""
