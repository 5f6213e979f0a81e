"""What an instructor hands on or looks at: the class report, and exports for other systems."""
