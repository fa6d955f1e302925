"""Every part of the module bridge against the rule beside it."""
