"""Topics and social tables to portraits: statistics, the HTML report and its files."""
