"""Official statistics, one definition a file: pure functions of dossiers' timelines."""
