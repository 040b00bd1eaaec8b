"""Plans and writes invented articles: the world, then sentences, then articles. What they say stands in the .yml files beside the code."""
