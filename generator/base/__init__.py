"""What every room may use: problems, progress, workers, statistics, numbers in words."""
