"""The direct calculation: pure functions over features and neural readings, recorded step by step."""
