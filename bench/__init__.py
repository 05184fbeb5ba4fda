"""Benchmarks, each against its floor: the least that any program would have to do for the same result, measured in the
same run on the same machine, so that the ratio means something on a fast machine and on a slow one alike."""
