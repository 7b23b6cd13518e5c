"""The processes and the capabilities they are made of; a folder with `__main__.py` is a process."""
