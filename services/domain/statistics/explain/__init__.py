"""Why two figures differ: a bridge from one to the other that sums exactly, each dossier in one reason."""
