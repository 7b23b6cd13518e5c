"""Files that hold a report's document for people: a table of text, the official form as a workbook, a page."""
