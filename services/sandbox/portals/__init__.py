"""Three portals that keep their own columns and count in their own way, and the one way in which all receive."""
