"""Teaching an already trained network the SURD outputs, and nothing else: only two readouts change."""
