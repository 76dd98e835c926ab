"""Publications of a site."""
