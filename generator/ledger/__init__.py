"""From rows to threads, steps, explanations and list prices."""
