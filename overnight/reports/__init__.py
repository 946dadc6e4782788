"""Reports: the pages people open in the morning."""
