"""Many users at once: the same detectors on an Apache Spark cluster, and what may be told of all users together."""
