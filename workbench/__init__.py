"""The browser workbench over ``redheart_core``."""
