"""README's pictures: what real commands show on a terminal, as SVG."""
