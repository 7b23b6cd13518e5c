"""One official or vendor's definition a file; a file is its own registration: it holds one `DEFINITION`."""
