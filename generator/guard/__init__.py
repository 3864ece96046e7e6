"""What may leave: the gate and the search for text of logs."""
