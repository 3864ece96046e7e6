"""`python -m generator` is the same as `witnessmark`."""

from generator.cli import main

main()
