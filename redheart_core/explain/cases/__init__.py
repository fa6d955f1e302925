"""Cases beside a passage: the stored ones that are most like it, and those that training on would move it most."""
