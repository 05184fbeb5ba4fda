"""One file per family of commands; each only reads words, calls a use case, and says the result."""
