"""Examples for those who build beside Khớp; each is run by a test."""
