"""The only writer of the site: render, publish, check, swap."""
