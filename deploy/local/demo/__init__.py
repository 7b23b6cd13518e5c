"""The demonstration: one period of a province through the whole flow, on servers and data of its own."""
